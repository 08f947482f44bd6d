package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.difference.NumericGradient;
import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.NonFiniteOperation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Ray;
import dev.plumbline.compute.rounding.Allowances;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known about an objective at its point, whatever anybody claims: our own gradient, what rounding does to it and to
 * gradients in other arithmetic, what forward mode finds around the point, and how sure all that is.
 *
 * @param reverse the gradient by reverse mode, by parameter
 * @param allowances what rounding explains
 * @param around the point, by forward mode; null where the objective is not finite
 * @param found which entries of the gradient exist, and their values
 * @param certificate how far that may be from the truth
 * @param exhaustive the numeric derivatives by every entry; none where they were not taken
 * @param byScheme the same by a scheme with a fixed step, where the plan names one
 * @param before the work of an earlier measurement that did not suffice, in forward passes
 */
public record Measurement(
        Objective objective,
        CheckPlan plan,
        Evaluation.Gradient gradient,
        Map<String, Tensor> reverse,
        Allowances allowances,
        NumericGradient numeric,
        @Nullable Neighbourhood around,
        Differentiability found,
        Certificate certificate,
        Map<String, NumericTensor> exhaustive,
        Map<String, Tensor> byScheme,
        double before) {

    /** Steps shorter than this share of what moves are mostly rounding. */
    private static final double NEAREST = 0x1p-30;

    /** A reverse pass, and what a gradient takes together with its evaluation. */
    private static final double REVERSE = 2.5;

    /** Everything that the plan asks for. */
    public static Measurement of(Objective objective, CheckPlan plan, Progress progress) {
        return of(objective, objective.gradientOfParameters(), plan, progress);
    }

    /** With a gradient that has been taken. */
    public static Measurement of(Objective objective, Evaluation.Gradient gradient, CheckPlan plan, Progress progress) {
        progress.at(Phase.REFERENCE, 0, 2, 0);
        Allowances allowances = Allowances.of(
                objective,
                gradient,
                datatypes(gradient, plan),
                plan.arithmetic().precision(),
                plan.arithmetic().float32Constants(),
                plan.seed(),
                () -> progress.at(Phase.REFERENCE, 0, 2, 0));
        return of(objective, gradient, allowances, plan, progress);
    }

    /** From rounding runs that suffice where nothing speaks against a claim: see {@link Allowances#atFirst}. */
    static Measurement atFirst(Objective objective, Evaluation.Gradient gradient, CheckPlan plan, Progress progress) {
        progress.at(Phase.REFERENCE, 0, 2, 0);
        Allowances allowances = Allowances.atFirst(
                objective,
                gradient,
                datatypes(gradient, plan),
                plan.arithmetic().float32Constants(),
                plan.seed(),
                () -> progress.at(Phase.REFERENCE, 0, 2, 0));
        return of(objective, gradient, allowances, plan, progress);
    }

    private static Map<String, Datatype> datatypes(Evaluation.Gradient gradient, CheckPlan plan) {
        Map<String, Datatype> datatypes = new LinkedHashMap<>();
        gradient.byParameter()
                .keySet()
                .forEach(name -> datatypes.put(name, plan.arithmetic().of(name)));
        return datatypes;
    }

    private static Measurement of(
            Objective objective,
            Evaluation.Gradient gradient,
            Allowances allowances,
            CheckPlan plan,
            Progress progress) {
        Map<String, Tensor> reverse = gradient.byParameter();
        progress.at(Phase.REFERENCE, 1, 2, 0);
        double noise = allowances.spreads().objectiveNoise();
        NumericGradient numeric = allowances.areAtFirst()
                ? NumericGradient.ofRoundingAlone(objective, noise)
                : new NumericGradient(objective, noise);
        progress.at(Phase.REFERENCE, 2, 2, numeric.evaluations());
        Map<String, Tensor> byScheme = plan.scheme() == null
                ? Map.of()
                : FixedScheme.of(numeric, plan, plan.arithmetic().datatypes().keySet(), progress);
        Neighbourhood around =
                Double.isFinite(objective.value()) ? around(objective, reverse, allowances, plan, progress) : null;
        Differentiability found =
                around == null ? unknown(reverse) : Differentiability.of(around, reverse, plan.seed());
        Certificate certificate = around == null
                ? Certificate.NONE
                : Certificate.of(
                        around.residuals(found.gradient()), around.directions().least());
        boolean isExhaustive = around != null && plan.coverage() == Coverage.EXHAUSTIVE && plan.scheme() == null;
        Map<String, NumericTensor> exhaustive = isExhaustive ? exhaustive(objective, plan, noise, progress) : Map.of();
        return new Measurement(
                objective,
                plan,
                gradient,
                reverse,
                allowances,
                numeric,
                around,
                found,
                certificate,
                exhaustive,
                byScheme,
                0);
    }

    /** The same after another that did not suffice, of so many passes, its gradient among them. */
    Measurement after(double passes) {
        return with(allowances, passes - 1 - REVERSE);
    }

    /** A first look with another at the entries that it may have been unlucky in: see {@link Allowances#again}. */
    Measurement again(Map<String, BitSet> unlucky) {
        return with(
                allowances.again(
                        unlucky, datatypes(gradient, plan), plan.arithmetic().float32Constants()),
                before);
    }

    private Measurement with(Allowances others, double passesBefore) {
        return new Measurement(
                objective,
                plan,
                gradient,
                reverse,
                others,
                numeric,
                around,
                found,
                certificate,
                exhaustive,
                byScheme,
                passesBefore);
    }

    private static Neighbourhood around(
            Objective objective,
            Map<String, Tensor> reverse,
            Allowances allowances,
            CheckPlan plan,
            Progress progress) {
        Map<String, Tensor> roundings = new LinkedHashMap<>();
        reverse.keySet().forEach(name -> roundings.put(name, finite(allowances.float64(name))));
        Neighbourhood.Ground ground = new Neighbourhood.Ground(
                roundings,
                allowances.spreads()::spread,
                allowances.spreads().objectiveNoise(),
                allowances.areAtFirst());
        return Neighbourhood.of(objective, reverse, ground, plan.seed(), progress);
    }

    private static Tensor finite(Tensor rounding) {
        return rounding.firstNonFinite() < 0 ? rounding : rounding.map(r -> Double.isFinite(r) ? r : 0);
    }

    private static Map<String, NumericTensor> exhaustive(
            Objective objective, CheckPlan plan, double noise, Progress progress) {
        progress.at(Phase.EXHAUSTIVE, 0, objective.program().parameterCount(), 0);
        return ExhaustiveGradient.of(objective, plan.seed(), noise, progress);
    }

    private static Differentiability unknown(Map<String, Tensor> reverse) {
        Map<String, BitSet> all = new LinkedHashMap<>();
        Map<String, BitSet> none = new LinkedHashMap<>();
        reverse.forEach((name, gradient) -> {
            BitSet every = new BitSet();
            every.set(0, gradient.size());
            all.put(name, every);
            none.put(name, new BitSet());
        });
        return new Differentiability(reverse, none, none, all, none, true);
    }

    /** Our own gradient, corrected where forward mode knows better. */
    public Map<String, Tensor> reference() {
        return found.gradient();
    }

    /** What claims are held against: the reference, or what a scheme with a fixed step gives. */
    Tensor expected(String name) {
        return byScheme.getOrDefault(name, reference(name));
    }

    Tensor reference(String name) {
        return Objects.requireNonNull(found.gradient().get(name));
    }

    /** Whether the objective has a value here; without one there is no derivative either. */
    public boolean isFinite() {
        return around != null;
    }

    /** The operations that sit on a bend or a jump, with what leaves it. */
    public List<BentOperation> bends() {
        return around == null ? List.of() : BentOperation.of(around.edges());
    }

    /** The first operation that makes the objective NaN or infinite, or null. */
    public @Nullable NonFiniteOperation firstNonFinite() {
        return NonFiniteOperation.ofValue(objective);
    }

    /**
     * The numeric derivative along a direction, by steps that stay before the nearest edge; blind where that is too near for
     * any step.
     */
    Slope along(Map<String, Tensor> direction) {
        double edge = edge(direction);
        return edge < NEAREST * numeric.largestStep(direction) ? Slope.blind() : numeric.along(direction, edge);
    }

    /** The numeric derivative by one entry, likewise. */
    Slope byEntry(String name, int position) {
        double edge = edge(name, position);
        return isTooNear(edge, name, position) ? Slope.blind() : numeric.byEntry(name, position, edge);
    }

    /** Whether something bends nearer to an entry than any step. */
    boolean isNextToAnEdge(String name, int position) {
        return isTooNear(edge(name, position), name, position);
    }

    private boolean isTooNear(double edge, String name, int position) {
        return edge < NEAREST * Math.abs(objective.parameter(name).at(position));
    }

    private double edge(String name, int position) {
        Tensor parameter = objective.parameter(name);
        double[] unit = new double[parameter.size()];
        unit[position] = 1;
        return edge(Map.of(name, Tensor.of(parameter.shape(), unit)));
    }

    private double edge(Map<String, Tensor> direction) {
        return Ray.of(objective, direction, Ray.TANGENT, Ray.Ground.UNKNOWN).distance();
    }

    /** Evaluations of the objective, or of the part of it behind what was moved. */
    public long evaluations() {
        long moves = exhaustive.values().stream()
                .mapToLong(NumericTensor::evaluations)
                .sum();
        return numeric.evaluations() + moves;
    }

    /** The work up to here, in forward passes of the model, differences included. */
    public double passes() {
        return before + 1 + REVERSE + allowances.passes() + (around == null ? 0 : around.passes()) + numeric.passes();
    }
}
