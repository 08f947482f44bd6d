package dev.plumbline.check;

import dev.plumbline.compute.consistency.Fingerprint;
import dev.plumbline.compute.difference.Crew;
import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.explanation.Seen;
import dev.plumbline.compute.program.NativeFactors;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Pace;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.AnotherModel;
import dev.plumbline.report.ReportFilter;
import io.micrometer.observation.ObservationRegistry;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Service;

/**
 * The order of work of a gradient check: read the model, understand the question, measure, hold the claims against it, write
 * the report.
 */
@Service
class GradientCheckService {

    /** Seconds of one core that {@code auto} takes for exhaustive at most, by estimate. */
    private static final double AUTO_SECONDS = 1;

    /** A program with its tangents beside the program alone, roughly. */
    private static final double TANGENTS = 3;

    /** A row of a Jacobian at some points, in forward passes. */
    private static final double ROW = 15;

    private final Limits limits;
    private final RecentReports reports;
    private final ObservationRegistry observations;

    @Autowired
    GradientCheckService(Limits limits, RecentReports reports, ObservationRegistry observations) {
        this.limits = limits;
        this.reports = reports;
        this.observations = observations;
    }

    /** Observed by nobody. */
    GradientCheckService(Limits limits, RecentReports reports) {
        this(limits, reports, ObservationRegistry.NOOP);
    }

    /** Checks, and keeps the report for the key that asked, with what has changed since an earlier one that it names. */
    GradientCheckReport check(String owner, GradientCheckRequest request, Consumer<GradientCheckProgress> caller) {
        Checked checked = checked(owner, request, caller, Crew.HERE);
        keep(owner, checked);
        return checked.report();
    }

    void keep(String owner, Checked checked) {
        reports.keep(owner, checked);
    }

    /** The same by a crew of the caller's, and keeps nothing. */
    Checked checked(String owner, GradientCheckRequest request, Consumer<GradientCheckProgress> caller, Crew crew) {
        String label = ReportFilter.label(request.label());
        String earlier = request.comparedWith();
        GradientCheckReport before = earlier == null ? null : reports.earlier(owner, earlier);
        Checked checked = examine(request, caller, crew);
        GradientCheckReport report =
                checked.report().of(label, before == null ? null : ChangesSince.of(before, checked.report()));
        return new Checked(report, checked.figures());
    }

    /** What a check would take, of a request that is read and refused as for the check itself. */
    CheckCourse course(GradientCheckRequest asked) {
        asked.productsOrNone().requireFew();
        limits.requireTensors(asked.tensorCount());
        ReportFilter.label(asked.label());
        if (asked.claimsMore() && asked.gradients() == null) {
            return CheckCourse.OF_PRODUCTS;
        }
        CheckedModel model = CheckedModel.read(asked, limits.bytes(), afford(asked));
        Objective objective = model.objective();
        CheckSettings settings = Question.of(
                        asked.by(model.parameterNames()), model, stated -> decided(asked, stated, objective))
                .settings();
        return CheckCourse.of(settings, new CheckCost(objective));
    }

    GradientCheckReport check(GradientCheckRequest request) {
        return check(request, progress -> {});
    }

    GradientCheckReport check(GradientCheckRequest request, Consumer<GradientCheckProgress> caller) {
        return examine(request, caller, Crew.HERE).report();
    }

    /** Has the crew do what it will of another's exhaustive check, and makes nothing of it; it may throw to leave. */
    void help(GradientCheckRequest asked, Crew crew) {
        try (Watch watch = new Watch(limits.deadline(), progress -> {}, new ObservedPhases(observations), crew)) {
            help(asked, watch);
        }
    }

    private void help(GradientCheckRequest asked, Watch watch) {
        CheckedModel model = CheckedModel.read(asked, limits.bytes(), afford(asked));
        Question question = Question.of(
                asked.by(model.parameterNames()), model, stated -> decided(asked, stated, model.objective()));
        if (question.plan().coverage() == Coverage.EXHAUSTIVE) {
            try (NativeFactors factors = NativeFactors.of(model.objective())) {
                ExhaustiveGradient.of(model.objective(), question.plan().seed(), watch);
            }
        }
    }

    /** Tells {@code caller} how far it is; whatever that throws gives the check up. */
    private Checked examine(GradientCheckRequest asked, Consumer<GradientCheckProgress> caller, Crew crew) {
        try (Watch watch = new Watch(limits.deadline(), caller, new ObservedPhases(observations), crew)) {
            return examine(asked, watch);
        }
    }

    private Checked examine(GradientCheckRequest asked, Watch watch) {
        long started = System.nanoTime();
        asked.productsOrNone().requireFew();
        limits.requireTensors(asked.tensorCount());
        boolean claimsMore = asked.claimsMore();
        if (claimsMore && asked.gradients() == null) {
            return new Checked(ProductsAlone.report(products(asked, watch), started), CheckFigures.NONE);
        }
        Consumer<Program> afford = afford(asked);
        CheckedModel model = CheckedModel.read(asked, limits.bytes(), afford);
        GradientCheckRequest request = asked.by(model.parameterNames());
        Question question = Question.of(request, model, settings -> decided(request, settings, model.objective()));
        AnotherModel another = DifferentModels.differs(request, model, question, afford);
        if (another != null) {
            return new Checked(DifferentModels.report(another, model, question.settings(), started), CheckFigures.NONE);
        }
        Seen seen = SeenValues.of(request, model.objective());
        Fingerprint inputs = Fingerprint.of(model.objective().point());
        Measured measured = Measured.of(question, model.objective(), watch);
        Checked checked = new ReportAssembly(
                        measured.claims(), request, measured.question().settings(), model, inputs, seen)
                .report(watch, started);
        return claimsMore ? checked.with(products(asked, watch).result()) : checked;
    }

    /** The products of a request, on a reading of the model with all its outputs. */
    private ProductsAlone products(GradientCheckRequest asked, Watch watch) {
        ProductModel model = ProductModel.read(asked, limits.bytes(), afford(asked));
        ProductClaims claims = model.own(asked.productsOrNone());
        CheckSettings settings = asked.resolvedSettings();
        double rows = asked.sparsityOrNone().size() * model.largestOutput();
        Program program = model.functions().program();
        limits.requireSeconds(
                TANGENTS * claims.places().size() * CheckCost.certified(program) + ROW * rows * program.seconds());
        return new ProductsAlone(
                model, settings, new ProductCheck(model, settings, watch).of(claims, asked.sparsityOrNone()));
    }

    /** All that a check may need, before anything large is there: who holds a part of it would wait for the rest. */
    private Consumer<Program> afford(GradientCheckRequest asked) {
        return program -> {
            limits.requireBytes(CheckMemory.of(asked, program).atMost(limits.bytes()));
            limits.requireSeconds(CheckCost.certified(program));
        };
    }

    private Coverage decided(GradientCheckRequest asked, CheckSettings settings, Objective objective) {
        CheckMemory memory = CheckMemory.of(asked, objective.program());
        Coverage coverage = auto(settings, objective, memory.ofEveryEntry() <= limits.bytes());
        double needed = coverage == Coverage.EXHAUSTIVE ? memory.ofEveryEntry() : memory.certified();
        limits.requireBytes(needed);
        limits.settleBytes(needed);
        return coverage;
    }

    private Coverage auto(CheckSettings settings, Objective objective, boolean fits) {
        Coverage coverage = Objects.requireNonNull(settings.coverage());
        CheckCost cost = new CheckCost(objective);
        if (settings.scheme() != null) {
            limits.requireSeconds(cost.scheme(settings.scheme()));
        }
        if (coverage == Coverage.AUTO) {
            double most = AUTO_SECONDS / Pace.here(1);
            return fits && cost.exhaustive(most) <= most ? Coverage.EXHAUSTIVE : Coverage.CERTIFIED;
        }
        double seconds = cost.of(coverage, Objects.requireNonNull(settings.samples()));
        if (Double.isInfinite(seconds)) {
            throw Problem.cost(
                    "/settings/coverage",
                    "every entry of this model by differences would take too much time or memory",
                    objective.program().parameterCount() + " entries of "
                            + objective.program().parameters().size() + " tensors, with up to "
                            + objective.program().nodes().size() + " operations behind each",
                    "coverage certified, which judges every entry too, and whose work grows with the model alone");
        }
        limits.requireSeconds(seconds);
        return coverage;
    }
}
