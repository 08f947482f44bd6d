package dev.plumbline.diagnose;

import dev.plumbline.compute.health.Condition;
import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.ModelReading;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import org.springframework.stereotype.Service;

/** The order of work of a diagnosis: read, one reverse pass, one for each sample, the rules, the report. */
@Service
class DiagnosisService {

    /** Forward passes that a diagnosis takes, its samples included, roughly. */
    private static final double PASSES = 12;

    private final Limits limits;

    DiagnosisService(Limits limits) {
        this.limits = limits;
    }

    DiagnosisReport diagnose(DiagnosisRequest request) {
        Profile profile = request.profileOrOurs();
        Condition condition = request.model() == null ? given(request) : ofModel(request, request.model());
        Diagnosis diagnosis = Diagnosis.of(condition, profile);
        return new DiagnosisReport(
                diagnosis.verdict(),
                diagnosis.summary(),
                profile,
                condition.loss(),
                condition.layers(),
                new DiagnosisReport.DepthReport(condition.gradients(), condition.cotangents(), condition.passages()),
                condition.samples(),
                diagnosis.findings(),
                diagnosis.notEvaluated());
    }

    private Condition ofModel(DiagnosisRequest request, ModelSource model) {
        Objective objective = new ObjectiveReader(
                        model.read(), request.lossOrNone(), request.parametersOrNone(), request.dataOrNone())
                .read(this::afford);
        ModelReading reading = new ModelReading(objective);
        return reading.condition(
                UpdateNorms.of(request.optimizer(), objective.point(), reading.gradients()),
                SampleGradients.of(request, reading.gradients()));
    }

    private static Condition given(DiagnosisRequest request) {
        var reading = request.given();
        return reading.condition(UpdateNorms.of(request.optimizer(), request.parametersOrNone(), reading.gradients()));
    }

    private void afford(Program program) {
        limits.requireBytes(4 * program.bytes());
        limits.requireFloatingPointOperations(PASSES * program.cost());
    }
}
