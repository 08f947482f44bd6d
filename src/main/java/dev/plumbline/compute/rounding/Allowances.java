package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.FileConstant;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How far a right gradient, computed in its claim's arithmetic, may be from the exact one, entry by entry. A bound on
 * rounding, not a tolerance: {@link EntryAllowance} has the equation.
 *
 * <p>A claim in 16 bits is allowed float32 arithmetic and one rounding at the end, since most such claims only travel in
 * 16 bits; {@link #narrowThroughout} is the second, wider allowance, for arithmetic in 16 bits all the way. In more
 * precision than float32, what the float32 constants of the model's file leave open is allowed too ({@link #constants}).
 */
public final class Allowances {

    private static final int RUNS = Spreads.RUNS;
    private static final double PASSES_OF_A_GRADIENT = 3.5;
    private static final int ALONE = 3; // constants moved one by one

    private final Objective objective;
    private final Map<String, Tensor> exact;
    private final EntryAllowance entries;
    private final long seed;
    private final Map<String, Tensor> allowances = new LinkedHashMap<>();
    private final Map<String, Tensor> narrow = new LinkedHashMap<>();
    private final Map<String, Tensor> spreads = new LinkedHashMap<>();
    private final Map<String, Tensor> float64 = new LinkedHashMap<>();
    private final List<RoundedConstant> constants = new ArrayList<>();
    private @Nullable Spreads edges;
    private double passes;

    private Allowances(Objective objective, Evaluation.Gradient gradient, long seed) {
        this.objective = objective;
        this.exact = gradient.byParameter();
        this.entries = new EntryAllowance(exact, gradient.magnitudes(), gradient.terms());
        this.seed = seed;
    }

    /**
     * The allowances of the parameters that {@code datatypes} names.
     *
     * @param gradient our own, at the objective's point
     * @param datatypes what each claim was computed or at least handed in as
     * @param precision mixed precision, or null where each claim was computed in one datatype
     * @param constantsFromFloat32File whether the program's constants were read from a file that holds them in float32
     */
    public static Allowances of(
            Objective objective,
            Evaluation.Gradient gradient,
            Map<String, Datatype> datatypes,
            @Nullable Precision precision,
            boolean constantsFromFloat32File,
            long seed) {
        Allowances allowances = new Allowances(objective, gradient, seed);
        allowances.measure(datatypes, precision);
        if (constantsFromFloat32File && datatypes.containsValue(Datatype.FP64)) {
            allowances.moveConstants(datatypes);
        }
        return allowances;
    }

    private void measure(Map<String, Datatype> datatypes, @Nullable Precision precision) {
        boolean wide = precision == null && datatypes.containsValue(Datatype.FP64);
        Scatter own = wide || datatypes.isEmpty() ? inFloat64() : null;
        Scatter single = precision == null && datatypes.values().stream().allMatch(type -> type == Datatype.FP64)
                ? null
                : precision == null ? throughout(Datatype.FP32) : mixed(precision);
        Map<Datatype, Scatter> halves = new LinkedHashMap<>();
        datatypes.forEach((name, datatype) -> {
            boolean isHalf = datatype == Datatype.FP16 || datatype == Datatype.BF16;
            Scatter scatter = datatype == Datatype.FP64 && own != null ? own : Objects.requireNonNull(single);
            Datatype arithmetic = datatype == Datatype.FP64 && own != null ? Datatype.FP64 : Datatype.FP32;
            double stored = precision == null ? 0 : precision.storedRoundoff();
            double[] rms = entries.spread(name, scatter.rms(name), arithmetic.unitRoundoff(), stored);
            double[] allowance = entries.allowance(name, rms, arithmetic, stored);
            if (isHalf) {
                cast(name, rms, allowance, datatype);
                Scatter throughout = halves.computeIfAbsent(datatype, this::throughout);
                double[] wider = entries.spread(name, throughout.rms(name), datatype.unitRoundoff(), 0);
                narrow.put(name, tensor(name, entries.allowance(name, wider, datatype, 0)));
            }
            allowances.put(name, tensor(name, allowance));
            spreads.put(name, tensor(name, rms));
            float64.put(name, tensor(name, float64(name, own, scatter)));
        });
        if (edges == null) {
            edges = Spreads.of(objective, seed);
            passes += RUNS;
        }
    }

    /** Float64's own allowance: measured where there were such runs, else scaled down from float32's. */
    private double[] float64(String name, @Nullable Scatter own, Scatter single) {
        double[] rms = own == null ? single.rms(name) : own.rms(name);
        for (int i = 0; own == null && i < rms.length; i++) {
            rms[i] *= 0x1p-29;
        }
        double[] spread = entries.spread(name, rms, Datatype.FP64.unitRoundoff(), 0);
        return entries.allowance(name, spread, Datatype.FP64, 0);
    }

    /** One rounding at the end: of the gradient or of anything its own allowance away. */
    private void cast(String name, double[] rms, double[] allowance, Datatype datatype) {
        double u = datatype.unitRoundoff();
        double[] g = Objects.requireNonNull(exact.get(name)).values();
        for (int i = 0; i < g.length; i++) {
            rms[i] = Math.hypot(rms[i], u * Math.abs(g[i]) / Math.sqrt(3));
            allowance[i] += u * (Math.abs(g[i]) + allowance[i]) + Underflow.allowance(datatype);
        }
    }

    private Scatter inFloat64() {
        Spreads seen = new Spreads(objective);
        Scatter scatter = Scatter.of(
                objective, exact, RUNS, run -> Rounding.float64(objective.base(), seed + run), seen::add);
        edges = seen;
        passes += RUNS * PASSES_OF_A_GRADIENT;
        return scatter;
    }

    private Scatter throughout(Datatype datatype) {
        return scatter(run -> Rounding.random(datatype, objective.program(), seed + run));
    }

    private Scatter mixed(Precision precision) {
        return scatter(run -> Rounding.mixed(precision, Datatype.FP32, objective.program(), seed + run));
    }

    private Scatter scatter(IntFunction<Rounding> arithmetic) {
        passes += RUNS * PASSES_OF_A_GRADIENT;
        return Scatter.of(objective, exact, RUNS, arithmetic, run -> {});
    }

    /** One gradient for each constant, or the last for all that remain. */
    private void moveConstants(Map<String, Datatype> datatypes) {
        List<FileConstant> found = FileConstant.of(objective.program());
        for (int k = 0; k < Math.min(ALONE, found.size()); k++) {
            List<FileConstant> moved = k == ALONE - 1 ? found.subList(k, found.size()) : found.subList(k, k + 1);
            boolean exactly = moved.size() == 1 && moved.get(0).isSingle();
            Map<String, Tensor> gradient = objective
                    .program()
                    .evaluate(objective.point(), FileConstant.moved(moved, seed))
                    .gradient(objective.output())
                    .byParameter();
            passes += PASSES_OF_A_GRADIENT;
            double effect = allow(gradient, datatypes, exactly ? 1.5 : 6);
            if (effect > 0) {
                moved.forEach(constant -> constants.add(new RoundedConstant(
                        constant.nodes().stream().map(node -> node.label()).toList(), constant.value(), effect)));
            }
        }
    }

    /** Allows {@code factor} times the changes, and gives the largest of them. */
    private double allow(Map<String, Tensor> moved, Map<String, Datatype> datatypes, double factor) {
        double effect = 0;
        for (Map.Entry<String, Datatype> claim : datatypes.entrySet()) {
            String name = claim.getKey();
            if (claim.getValue() == Datatype.FP64) {
                double[] g = Objects.requireNonNull(exact.get(name)).values();
                double[] other = Objects.requireNonNull(moved.get(name)).values();
                double[] allowance = allowance(name).values().clone();
                double largest = 0;
                double change = 0;
                for (int i = 0; i < g.length; i++) {
                    double off = Math.abs(other[i] - g[i]);
                    allowance[i] += factor * off;
                    change = Math.max(change, off);
                    largest = Math.max(largest, Math.abs(g[i]));
                }
                allowances.put(name, tensor(name, allowance));
                effect = largest == 0 ? effect : Math.max(effect, change / largest);
            }
        }
        return effect;
    }

    private Tensor tensor(String name, double[] values) {
        return Tensor.of(Objects.requireNonNull(exact.get(name)).shape(), values);
    }

    /** How far a right claim may be off. */
    public Tensor allowance(String name) {
        return Objects.requireNonNull(allowances.get(name));
    }

    /** The same for arithmetic in the claim's 16 bits throughout; null for wider claims. */
    public @Nullable Tensor narrowThroughout(String name) {
        return narrow.get(name);
    }

    /** The root mean square of what right claims are off: an entry smaller than that drowns. */
    public Tensor spread(String name) {
        return Objects.requireNonNull(spreads.get(name));
    }

    /** What float64 rounding may do to our own gradient. */
    public Tensor float64(String name) {
        return Objects.requireNonNull(float64.get(name));
    }

    /** The constants of the file that float32 shortened, where that shows in a gradient claimed in float64. */
    public List<RoundedConstant> constants() {
        return List.copyOf(constants);
    }

    /** What float64 rounding does to the objective and at its edges. */
    public Spreads spreads() {
        return Objects.requireNonNull(edges);
    }

    /** The work, in forward passes of the model. */
    public double passes() {
        return passes;
    }
}
