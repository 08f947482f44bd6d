package dev.plumbline.diagnose;

import dev.plumbline.compute.health.Condition;
import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.FirstStep;
import dev.plumbline.compute.health.GivenReading;
import dev.plumbline.compute.health.ModelReading;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.SampleNorms;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.MeasuredClaims;
import dev.plumbline.diagnose.DiagnosisReport.CorrectGradient;
import dev.plumbline.diagnose.DiagnosisReport.DepthReport;
import dev.plumbline.diagnose.DiagnosisReport.GradientSource;
import dev.plumbline.limits.Deadline;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Pace;
import dev.plumbline.reader.AnotherModel;
import dev.plumbline.reader.ClaimedGradients;
import dev.plumbline.reader.Expected;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.SameModel;
import dev.plumbline.reader.SharedWeights;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.Shelf;
import dev.plumbline.tensor.Tensor;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * The order of work of a diagnosis: read, one reverse pass, the claim if there is one, a reverse pass for each sample, the
 * rules, the report.
 */
@Service
class DiagnosisService {

    /** Forward passes that a diagnosis takes, its samples included, roughly. */
    private static final double PASSES = 12;

    /** Forward passes that judging a claim takes, with its rounding runs and evidence, roughly. */
    private static final double PASSES_OF_A_CLAIM = 120;

    /** Forward passes that the curvature along a step takes, roughly. */
    private static final double PASSES_OF_A_STEP = 12;

    /** Seconds that a diagnosis of gradients alone takes, roughly. */
    private static final double LEAST = 0.01;

    /** Entries of a wrong tensor that are shown. */
    private static final int SHOWN = 3;

    private static final String REFUTED =
            "Why is not for the model to say: the claimed gradient is not this model's (see correctness).";

    private final Limits limits;

    DiagnosisService(Limits limits) {
        this.limits = limits;
    }

    DiagnosisReport diagnose(DiagnosisRequest request) {
        limits.requireTensors(request.tensorCount());
        ReportFilter.label(request.label());
        return request.model() == null ? given(request) : ofModel(request, request.model());
    }

    /** What a diagnosis would take, in seconds of one core, of a request that is read and refused as for the diagnosis itself. */
    double seconds(DiagnosisRequest request) {
        limits.requireTensors(request.tensorCount());
        ReportFilter.label(request.label());
        ModelSource model = request.model();
        if (model == null) {
            request.given();
            return LEAST;
        }
        request.requireNothingButAModel();
        Map<String, Tensor> claims = request.claims();
        double passes = passes(request);
        Model read = model.read(limits.bytes());
        Set<String> alone = SharedWeights.alone(
                these -> reader(request, read, claims, these), claims, program -> afford(program, passes));
        Program program = reader(request, read, claims, alone)
                .read(built -> afford(built, passes))
                .program();
        return Pace.here(LEAST + passes * program.seconds());
    }

    private static double passes(DiagnosisRequest request) {
        return PASSES
                + (request.claims().isEmpty() ? 0 : PASSES_OF_A_CLAIM)
                + (request.optimizer() == null ? 0 : PASSES_OF_A_STEP);
    }

    private DiagnosisReport given(DiagnosisRequest request) {
        GivenReading reading = request.given();
        FirstStep step = FirstSteps.of(request.optimizer(), request.parametersOrNone(), reading.gradients());
        Condition condition = reading.condition(step == null ? Map.of() : step.norms())
                .with(null, request.inFloat16(reading.gradients()));
        return report(condition, request.profileOrOurs(), GradientSource.GIVEN, request.label());
    }

    private DiagnosisReport ofModel(DiagnosisRequest request, ModelSource model) {
        Deadline deadline = Deadline.in(Duration.ofSeconds(limits.requestSeconds()));
        request.requireNothingButAModel();
        Map<String, Tensor> claims = request.claims();
        double passes = passes(request);
        Model read = model.read(limits.bytes());
        Set<String> alone = SharedWeights.alone(
                these -> reader(request, read, claims, these), claims, program -> afford(program, passes));
        Objective objective = reader(request, read, claims, alone).read(program -> afford(program, passes));
        ClaimedGradients.requireOf(objective.program(), claims);
        ModelReading reading = new ModelReading(objective);
        SampleNorms samples = SampleGradients.of(request, reading.gradients());
        Profile profile = request.profileOrOurs();
        AnotherModel another = differs(request, read, claims, program -> afford(program, passes));
        if (another != null || claims.isEmpty()) {
            DiagnosisReport own = report(
                    condition(request, objective, reading, samples), profile, GradientSource.MODEL, request.label());
            return another == null ? own : own.ofAnother(another);
        }
        CheckPlan.Arithmetic arithmetic =
                new CheckPlan.Arithmetic(request.datatypes(claims), request.precision(), read.holdsFloat32());
        MeasuredClaims measured = MeasuredClaims.of(
                objective,
                reading.gradient(),
                CheckPlan.certified(arithmetic, SHOWN),
                own -> Claims.of(claims),
                (phase, done, total, evaluations) -> deadline.check());
        Correctness correctness = Correctness.of(measured, deadline::check);
        ModelReading claimed = reading.claiming(claims, correctness.isRefuted() ? REFUTED : null);
        DiagnosisReport report = report(
                condition(request, objective, claimed, samples), profile, GradientSource.CLAIMED, request.label());
        return report.with(
                correctness,
                correctness.isRefuted()
                        ? CorrectGradient.of(condition(request, objective, reading, samples), profile)
                        : null);
    }

    private @Nullable AnotherModel differs(
            DiagnosisRequest request, Model read, Map<String, Tensor> claims, Consumer<Program> afford) {
        Expected expected = request.expected();
        return expected == null
                ? null
                : new SameModel(
                                (model, loss) -> new ObjectiveReader(
                                        model,
                                        loss,
                                        request.parametersOrNone(),
                                        request.dataOrNone(),
                                        claims,
                                        Set.of()),
                                request.lossOrNone(),
                                expected.datatype(),
                                request.precision())
                        .differs(read, expected, afford);
    }

    private ObjectiveReader reader(
            DiagnosisRequest request, Model model, Map<String, Tensor> claims, Set<String> alone) {
        return new ObjectiveReader(
                        model, request.lossOrNone(), request.parametersOrNone(), request.dataOrNone(), claims, alone)
                .within(limits.bytes());
    }

    private static Condition condition(
            DiagnosisRequest request, Objective objective, ModelReading reading, SampleNorms samples) {
        FirstStep step = FirstSteps.of(request.optimizer(), objective.point(), reading.gradients());
        return reading.condition(step == null ? Map.of() : step.norms(), samples)
                .with(step, request.inFloat16(reading.gradient().byParameter()));
    }

    private static DiagnosisReport report(
            Condition condition, Profile profile, GradientSource source, @Nullable String label) {
        Diagnosis diagnosis = Diagnosis.of(condition, profile);
        return new DiagnosisReport(
                Shelf.newId(),
                label,
                diagnosis.verdict(),
                diagnosis.summary(),
                profile,
                source,
                null,
                null,
                condition.loss(),
                condition.layers(),
                DepthReport.of(condition),
                condition.samples(),
                diagnosis.findings(),
                diagnosis.notEvaluated(),
                null,
                null);
    }

    private void afford(Program program, double passes) {
        limits.requireBytes(4 * program.bytes());
        limits.requireSeconds(passes * program.seconds());
    }
}
