package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.FileConstant;
import dev.plumbline.compute.program.Leaning;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.compute.program.TermSizes;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Stream;
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
    private static final int FIRST_RUNS = 3;

    /** Of more parameters than these no edge reaches half, as a rule: a first look saves two passes. */
    private static final int MANY = 100_000;

    private static final int FUSED_RUNS = 3;
    private static final double PASSES_OF_A_GRADIENT = 3.5;
    private static final double PASSES_OF_A_REVERSE = 2.5;

    private final Objective objective;
    private final Map<String, Tensor> exact;
    private final EntryAllowance entries;
    private final Evaluation.Gradient gradient;
    private final long seed;
    private final int runs;
    private final Runnable alive;
    private final Map<String, Tensor> allowances = new LinkedHashMap<>();
    private final Map<String, Datatype> halves = new LinkedHashMap<>();
    private final Map<Datatype, Scatter> narrow = new LinkedHashMap<>(); // made when asked for
    private final Map<String, Tensor> spreads = new LinkedHashMap<>();
    private final Map<String, Tensor> float64 = new LinkedHashMap<>();
    private final List<RoundedConstant> constants = new ArrayList<>();
    private @Nullable Spreads edges;
    private double passes;

    private Allowances(Objective objective, Evaluation.Gradient gradient, long seed, int runs, Runnable alive) {
        this(objective, gradient, gradient.byParameter(), seed, runs, alive);
    }

    /** @param exact of {@code gradient}, by the parameters that are looked at */
    private Allowances(
            Objective objective,
            Evaluation.Gradient gradient,
            Map<String, Tensor> exact,
            long seed,
            int runs,
            Runnable alive) {
        this.alive = alive;
        this.runs = runs;
        this.objective = objective;
        this.gradient = gradient;
        this.exact = exact;
        this.entries = new EntryAllowance(exact, gradient.terms(), runs < RUNS);
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
        return of(objective, gradient, datatypes, precision, constantsFromFloat32File, seed, () -> {});
    }

    /** The same; {@code alive} is asked before each run, from any thread, and whatever it throws gives them up. */
    public static Allowances of(
            Objective objective,
            Evaluation.Gradient gradient,
            Map<String, Datatype> datatypes,
            @Nullable Precision precision,
            boolean constantsFromFloat32File,
            long seed,
            Runnable alive) {
        Allowances allowances = new Allowances(objective, gradient, seed, RUNS, alive);
        allowances.measure(datatypes, precision, constantsFromFloat32File);
        return allowances;
    }

    /**
     * From three runs in place of eight, for claims that nothing speaks against: a claim beyond such an allowance proves
     * nothing, and is to be held against {@link #of}. What three runs were lucky in is made up for by what they saw in the
     * row and the column of an entry ({@link EntryAllowance}). Bad where entries are few and unlike: an
     * allowance there may be half or three times that of eight runs (held by a test on a small network).
     */
    public static Allowances atFirst(
            Objective objective,
            Evaluation.Gradient gradient,
            Map<String, Datatype> datatypes,
            boolean constantsFromFloat32File,
            long seed,
            Runnable alive) {
        Allowances allowances = new Allowances(objective, gradient, seed, FIRST_RUNS, alive);
        allowances.measure(datatypes, null, constantsFromFloat32File);
        return allowances;
    }

    /**
     * The same with another look at entries that three runs may have been unlucky in, from the five runs that eight want
     * more: about what all eight allow.
     *
     * @param unlucky by parameter, the positions
     */
    public Allowances again(
            Map<String, BitSet> unlucky, Map<String, Datatype> datatypes, boolean constantsFromFloat32File) {
        Map<String, Datatype> looked = new LinkedHashMap<>(datatypes);
        looked.keySet().retainAll(unlucky.keySet());
        Map<String, Tensor> own = new LinkedHashMap<>(exact);
        own.keySet().retainAll(unlucky.keySet());
        Allowances more = new Allowances(objective, gradient, own, seed + FIRST_RUNS, RUNS - FIRST_RUNS, alive);
        more.measure(looked, null, constantsFromFloat32File);
        double few = Math.sqrt((double) FIRST_RUNS / RUNS);
        double many = Math.sqrt((double) (RUNS - FIRST_RUNS) / RUNS);
        Allowances both = new Allowances(objective, gradient, seed, runs, alive);
        both.allowances.putAll(allowances);
        both.halves.putAll(halves);
        both.spreads.putAll(spreads);
        both.float64.putAll(float64);
        both.constants.addAll(constants);
        both.edges = edges;
        both.passes = passes + more.passes;
        unlucky.forEach((name, positions) -> {
            double[] wider = allowance(name).values().clone();
            Tensor seen = more.allowance(name);
            positions.stream().forEach(i -> wider[i] = Roots.hypot(few * wider[i], many * seen.at(i)));
            both.allowances.put(name, tensor(name, wider));
        });
        return both;
    }

    private void measure(Map<String, Datatype> given, @Nullable Precision precision, boolean constantsFromFloat32File) {
        Map<String, Datatype> datatypes = new LinkedHashMap<>(given);
        datatypes.replaceAll((name, datatype) -> datatype.isFloat() ? datatype : Datatype.FP64);
        boolean isWide = precision == null && datatypes.containsValue(Datatype.FP64);
        Program program = objective.program();
        List<FileConstant> shortened = !isWide
                ? List.of()
                : constantsFromFloat32File ? FileConstant.of(program) : FileConstant.ofKernels(program);
        measure(datatypes, precision, shortened);
        moveConstants(datatypes, shortened);
    }

    private void measure(Map<String, Datatype> datatypes, @Nullable Precision precision, List<FileConstant> shortened) {
        boolean wide = precision == null && datatypes.containsValue(Datatype.FP64);
        Scatter own = wide || datatypes.isEmpty() ? inFloat64(shortened) : null;
        if (edges == null && !areAtFirst()) {
            edges = measuredEdges();
        }
        Scatter single = precision == null && datatypes.values().stream().allMatch(type -> type == Datatype.FP64)
                ? null
                : precision == null ? throughout(Datatype.FP32) : in(precision);
        datatypes.forEach((name, datatype) -> {
            boolean isHalf = datatype == Datatype.FP16 || datatype == Datatype.BF16;
            Scatter scatter = datatype == Datatype.FP64 && own != null ? own : Objects.requireNonNull(single);
            Datatype arithmetic = datatype == Datatype.FP64 && own != null ? Datatype.FP64 : narrowest(precision);
            double stored = precision == null ? 0 : precision.storedRoundoff();
            Tensor magnitude = magnitude(name);
            boolean isPlain = own == null && arithmetic == Datatype.FP32 && stored == 0;
            if (!isPlain) {
                float64.put(name, tensor(name, float64(name, magnitude, own, scatter)));
            }
            double[] rms = entries.spread(name, magnitude, scatter.take(name), arithmetic.unitRoundoff(), stored);
            double[] allowance = entries.allowance(name, magnitude, rms, scatter.takeReach(name), arithmetic, stored);
            if (isPlain) {
                float64.put(name, tensor(name, EntryAllowance.narrowed(allowance)));
            }
            EntryAllowance.stored(allowance, arithmetic);
            if (isHalf) {
                cast(name, rms, allowance, datatype);
                halves.put(name, datatype);
            }
            allowances.put(name, tensor(name, allowance));
            if (datatype == Datatype.FP64) {
                spreads.put(name, tensor(name, rms));
            }
        });
    }

    /** Float64's own allowance: measured where there were such runs, else scaled down from float32's. */
    private double[] float64(String name, Tensor magnitude, @Nullable Scatter own, Scatter single) {
        double[] rms = own == null ? single.rms(name) : own.rms(name);
        for (int i = 0; own == null && i < rms.length; i++) {
            rms[i] *= 0x1p-29;
        }
        double[] spread = entries.spread(name, magnitude, rms, Datatype.FP64.unitRoundoff(), 0);
        return EntryAllowance.stored(entries.allowance(name, magnitude, spread, null, Datatype.FP64, 0), Datatype.FP64);
    }

    /** One rounding at the end: of the gradient or of anything its own allowance away. */
    private void cast(String name, double[] rms, double[] allowance, Datatype datatype) {
        double u = datatype.unitRoundoff();
        double[] g = Objects.requireNonNull(exact.get(name)).values();
        for (int i = 0; i < g.length; i++) {
            rms[i] = Roots.hypot(rms[i], u * Math.abs(g[i]) / Math.sqrt(3));
            allowance[i] += u * (Math.abs(g[i]) + allowance[i]) + Underflow.allowance(datatype);
        }
    }

    /** Whether they are {@linkplain #atFirst of a first look}. */
    public boolean areAtFirst() {
        return runs < RUNS;
    }

    private Spreads measuredEdges() {
        passes += RUNS;
        return Spreads.of(objective, seed);
    }

    private Scatter inFloat64(List<FileConstant> shortened) {
        Spreads seen = areAtFirst() ? measuredEdges() : new Spreads(objective, runs);
        Scatter scatter = Scatter.byPieces(objective, exact, runs, inFloat64(seed, Leaning.NONE), (run, evaluation) -> {
            if (!areAtFirst()) {
                seen.add(run, evaluation);
            }
        });
        if (!shortened.isEmpty()) { // an edge may lie where the pipeline's constants were, and not where the file's are
            seen.widen(
                    objective.program().evaluate(objective.point(), FileConstant.moved(shortened, seed)),
                    ShortenedConstants.KNOWN_SIZE);
            passes += 1;
        }
        edges = seen;
        passes += runs * PASSES_OF_A_GRADIENT;
        for (Leaning leaning : sides()) {
            passes += runs * PASSES_OF_A_GRADIENT;
            long own = seed + (2L + leaning.sign()) * RUNS;
            scatter = scatter.or(Scatter.toOneSide(objective, exact, runs, inFloat64(own, leaning), leaning));
        }
        passes += scatter.elsewhere() * PASSES_OF_A_REVERSE;
        return scatter;
    }

    private IntFunction<Rounding> inFloat64(long first, Leaning leaning) {
        TermSizes sizes = TermSizes.shared(objective.base());
        return asking(run -> Rounding.float64(objective.base(), first + run, leaning, sizes));
    }

    private IntFunction<Rounding> asking(IntFunction<Rounding> arithmetic) {
        return run -> {
            alive.run();
            return arithmetic.apply(run);
        };
    }

    /** Both sides of the edges that float64's noise leaves open, if there are any: few runs would be there, or none. */
    private List<Leaning> sides() {
        return Stream.of(1, -1)
                .map(sign -> new Leaning(spreads()::spread, sign))
                .filter(leaning -> !objective.base().choosesAs(objective.base(), leaning))
                .toList();
    }

    /** The run that rounds to the nearest: not the first, which finds the sizes of terms for all. Three runs have none. */
    private boolean isLast(long own) {
        return own == seed + RUNS - 1;
    }

    private Scatter throughout(Datatype datatype) {
        boolean isNarrow = datatype != Datatype.FP64; // many numbers are equal there, which share one gradient
        return scatter(
                datatype == Datatype.FP32,
                (own, leaning, sizes) -> isNarrow && isLast(own)
                        ? Rounding.nearest(datatype, objective.base(), leaning, sizes)
                        : Rounding.random(datatype, objective.base(), own, leaning, sizes));
    }

    /** An arithmetic by seed that leans. */
    private interface Arithmetic {
        Rounding of(long seed, Leaning leaning, TermSizes sizes);
    }

    private static Datatype narrowest(@Nullable Precision precision) {
        Datatype throughout = precision == null ? null : precision.throughout();
        return throughout == null ? Datatype.FP32 : throughout;
    }

    private Scatter in(Precision precision) {
        Datatype throughout = precision.throughout();
        if (throughout != null) {
            return throughout(throughout);
        }
        Scatter random = scatter(
                false,
                (own, leaning, sizes) -> isLast(own)
                        ? Rounding.nearest(precision, Datatype.FP32, objective.base(), leaning, sizes)
                        : Rounding.mixed(precision, Datatype.FP32, objective.base(), own, leaning, sizes));
        return precision.storedRoundoff() == 0 ? random : random.or(ofKernels(precision));
    }

    /** Of kernels that round less often: a few runs, alike forward, which only widen what the others allow. */
    private Scatter ofKernels(Precision precision) {
        passes += FUSED_RUNS * PASSES_OF_A_GRADIENT;
        Arithmetic fused = (own, leaning, sizes) ->
                Rounding.fused(precision, Datatype.FP32, objective.base(), own, leaning, sizes);
        return Scatter.of(objective, exact, FUSED_RUNS, runs(fused, seed, Leaning.NONE), (run, evaluation) -> {});
    }

    /** @param reaches whether what edges carry is told from rounding: in 16 bits hardly any entry is left that none reaches */
    private Scatter scatter(boolean reaches, Arithmetic arithmetic) {
        passes += runs * PASSES_OF_A_GRADIENT;
        Spreads own = new Spreads(objective, runs);
        Scatter scatter = Scatter.of(objective, exact, runs, runs(arithmetic, seed, Leaning.NONE), own::add);
        if (edges == null) {
            edges = own.inFloat64();
        }
        boolean sought = reaches && (!areAtFirst() || objective.program().parameterCount() < MANY);
        passes +=
                sought && scatter.reaches(objective, exact, own.times(Rounding.BOLDNESS)) ? 2 * PASSES_OF_A_REVERSE : 0;
        for (Leaning leaning : sides()) {
            passes += runs * PASSES_OF_A_GRADIENT;
            long first = seed + (2L + leaning.sign()) * RUNS;
            scatter = scatter.or(
                    Scatter.leaningAsBase(objective, exact, runs, runs(arithmetic, first, leaning), leaning));
        }
        return scatter;
    }

    private IntFunction<Rounding> runs(Arithmetic arithmetic, long first, Leaning leaning) {
        TermSizes sizes = TermSizes.shared(objective.base());
        return asking(run -> arithmetic.of(first + run, leaning, sizes));
    }

    private void moveConstants(Map<String, Datatype> datatypes, List<FileConstant> found) {
        List<String> names = datatypes.keySet().stream()
                .filter(name -> datatypes.get(name) == Datatype.FP64)
                .toList();
        ShortenedConstants moved = ShortenedConstants.of(found, objective, exact, this::magnitude, names, seed);
        for (String name : names) {
            double[] allowance = moved.open(name);
            Tensor own = allowance(name);
            Arrays.setAll(allowance, i -> own.at(i) + allowance[i]);
            allowances.put(name, tensor(name, allowance));
        }
        constants.addAll(moved.shown());
        passes += moved.passes();
    }

    private Tensor tensor(String name, double[] values) {
        return Tensor.of(Objects.requireNonNull(exact.get(name)).shape(), values);
    }

    /** How far a right claim may be off. */
    public Tensor allowance(String name) {
        return Objects.requireNonNull(allowances.get(name));
    }

    /**
     * The same for arithmetic in the claim's 16 bits throughout; null for wider claims. Runs of their own, made the first
     * time they are asked for: few claims need them.
     */
    public @Nullable Tensor narrowThroughout(String name) {
        Datatype datatype = halves.get(name);
        if (datatype == null || areAtFirst()) {
            return null;
        }
        Scatter throughout = narrow.computeIfAbsent(datatype, this::throughout);
        Tensor magnitude = magnitude(name);
        double[] spread = entries.spread(name, magnitude, throughout.rms(name), datatype.unitRoundoff(), 0);
        return tensor(
                name,
                EntryAllowance.stored(
                        entries.allowance(name, magnitude, spread, throughout.reach(name), datatype, 0), datatype));
    }

    /** The root mean square of what right claims in float64 are off: an entry smaller than that drowns. */
    public Tensor spread(String name) {
        return Objects.requireNonNull(spreads.get(name));
    }

    /** The size of the terms that are added up to each entry, found anew: it is as large as the parameter. */
    public Tensor magnitude(String name) {
        return gradient.magnitude(name);
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
