package dev.plumbline.compute.program;

import dev.plumbline.tensor.Datatype;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Mixed precision: operands of matrix products and convolutions in {@code compute}, their sums in {@code accumulate}, and
 * what {@code keep} names, with whatever reads float32 beside it, in the datatype of the claim.
 *
 * <p>Results are stored as PyTorch's autocast does: a product in 16 bits gives a tensor of 16 bits, an element-wise
 * operation on such tensors alone gives another, one that reads a float32 tensor too gives float32; gradients have the
 * datatype of their tensors. TF32 only shortens operands. Exponentials, logarithms, roots and sums are float32: by them
 * normalisation and losses are recognised. A softmax stays in 16 bits where {@code keep} does not name it: its weights then
 * do not add up to 1, which is all that there is in the gradient of a key's bias. In bfloat16 PyTorch keeps it on a GPU
 * and not on a CPU, so {@code autocastBF16} does not. Where nothing is kept and sums are in 16 bits too, everything is.
 *
 * @param accumulateSmall what matrix products of at most {@link #SMALL} multiplications add up in, and interpolation with its
 *     weights: PyTorch's own kernels for those in bfloat16 add in bfloat16 (1.13, on a CPU), larger products are oneDNN's and
 *     add in float32
 */
public record Precision(Format compute, Format accumulate, Format accumulateSmall, Set<Kept> keep) {

    private static final double SMALL = 16 * 16 * 16;

    /** Of what autocast casts to float32 on a CPU ({@code autocast_mode.cpp}) the operations with roundings inside. */
    private static final Set<String> CAST_TO_FLOAT32 = Set.of("GridSample");

    /** What a file calls them. */
    private static final Set<String> NORMALISATIONS =
            Set.of("BatchNormalization", "InstanceNormalization", "GroupNormalization", "LayerNormalization");

    /** Plain operations that GPUs keep in float32, or some of them, and CPUs compute in what they read. */
    private static final Set<String> PLAIN = Set.of("ReduceMean", "ReduceSum", "Sqrt", "Reciprocal", "Exp", "Log");

    /** What autocast does to a model on a CPU or GPU, and what NVIDIA's tensor cores do to float32 by themselves. */
    private static final Map<String, Precision> NAMED = Map.of(
            "autocastBF16", new Precision(Format.BF16, Format.FP32, Format.BF16, Set.of(Kept.LAYER_NORM, Kept.LOSS)),
            "autocastFP16", new Precision(Format.FP16, Format.FP32, Set.of(Kept.values())),
            "tf32", new Precision(Format.TF32, Format.FP32, Set.of(Kept.values())));

    /** The formats that products may be computed in; TF32 is none that a tensor can have. */
    public enum Format {
        FP64(Grid.FP64),
        FP32(Grid.FP32),
        TF32(Grid.TF32),
        FP16(Grid.FP16),
        BF16(Grid.BF16);

        private final Grid grid;

        Format(Grid grid) {
            this.grid = grid;
        }

        public double unitRoundoff() {
            return grid.unitRoundoff();
        }

        /** Whether a product with such operands is stored in two bytes. */
        boolean isHalf() {
            return this == FP16 || this == BF16;
        }
    }

    /** What stays in float32. */
    public enum Kept {
        SOFTMAX,
        LAYER_NORM,
        LOSS
    }

    public Precision {
        keep = Set.copyOf(keep);
    }

    /** All sums alike. */
    public Precision(Format compute, Format accumulate, Set<Kept> keep) {
        this(compute, accumulate, accumulate, keep);
    }

    /** The same where products of any size add up alike, as those do that a kernel adds up in registers. */
    Precision withSumsAlike() {
        return new Precision(compute, accumulate, keep);
    }

    /** The precision of a short name: autocastBF16, autocastFP16 or tf32. */
    public static Precision named(String name) {
        Precision precision = NAMED.get(name);
        if (precision == null) {
            throw new IllegalArgumentException(name + " is none of " + names());
        }
        return precision;
    }

    public static List<String> names() {
        return NAMED.keySet().stream().sorted().toList();
    }

    /** The one datatype of 16 bits that everything is in, parameters and sums included; null where anything is wider. */
    public @Nullable Datatype throughout() {
        boolean isOne = compute.isHalf() && accumulate == compute && keep.isEmpty();
        return isOne ? Datatype.valueOf(compute.name()) : null;
    }

    /** The unit roundoff of what a gradient is stored in first: of the 16 bits of its tensor's copy; 0 where it is not. */
    public double storedRoundoff() {
        return compute.isHalf() ? compute.unitRoundoff() : 0;
    }

    Grid computeGrid() {
        return compute.grid;
    }

    /** What the sums of each node are added up in. */
    Grid[] sums(Program program) {
        Grid[] sums = new Grid[program.nodes().size()];
        for (Node node : program.nodes()) {
            sums[node.id()] = (isSmallProduct(node) || isWeight(node) ? accumulateSmall : accumulate).grid;
        }
        return sums;
    }

    /** What the sums that arrive at each node in reverse are added up in. */
    Grid[] sumsInReverse(Program program) {
        Grid[] sums = new Grid[program.nodes().size()];
        Arrays.fill(sums, accumulate.grid);
        program.nodes().stream().filter(Precision::isSmallProduct).forEach(node -> node.inputs()
                .forEach(input -> sums[input.id()] = accumulateSmall.grid));
        program.nodes().stream()
                .filter(Precision::looksUpByItself)
                .forEach(node -> sums[node.inputs().get(0).id()] = accumulateSmall.grid);
        return sums;
    }

    /** Whether these are the weights of an interpolation, which a kernel computes in its tensors' datatype. */
    private static boolean isWeight(Node node) {
        return node.op() instanceof Constant constant && constant.terms() != null;
    }

    /** Whether a kernel reads at positions of its own, as interpolation does: in reverse it adds up there, term by term. */
    private static boolean looksUpByItself(Node node) {
        return node.op() instanceof Gather && isOwn(node.inputs().get(1), node);
    }

    /** Whether an operation puts in a constant by itself, which no file has and no datatype. */
    private static boolean isOwn(Node constant, Node node) {
        return constant.isConstant() && constant.origin() == node.origin();
    }

    private static boolean isSmallProduct(Node node) {
        return node.op() instanceof MatMul && node.op().cost(Program.shapes(node), node.shape()) <= 2 * SMALL;
    }

    /** The grid that each node's result is stored on. */
    Grid[] grids(Program program, Grid kept) {
        return grids(program, kept, false);
    }

    /**
     * The same for kernels that are one operation: a product with its bias, or its mask, is rounded once, as their sum, and a
     * normalisation, in float32 inside, to what it reads. Statistics that the model computes itself are in what they read,
     * and so are those of an instance normalisation without weights (batch_norm of ATen, whose own types are the weights').
     */
    Grid[] fused(Program program, Grid kept) {
        Grid[] grids = grids(program, kept, true);
        program.nodes().stream()
                .filter(node -> isBiased(node) || isMasked(node))
                .flatMap(sum -> sum.inputs().stream().map(Precision::scaled))
                .filter(product -> product.op() instanceof Contraction && !program.isReadBySeveral(product))
                .forEach(product -> grids[product.id()] = kept);
        return grids;
    }

    private Grid[] grids(Program program, Grid kept, boolean fused) {
        Grid[] grids = new Grid[program.nodes().size()];
        Set<Node> softmax = keep.contains(Kept.SOFTMAX) ? Set.of() : softmax(program);
        Map<Origin, Node> normalised = fused ? normalised(program) : Map.of();
        Set<Origin> weighted = fused ? weighted(program) : Set.of();
        Set<Origin> readHalf = new HashSet<>();
        for (Node node : program.nodes()) {
            boolean follows = fused && (PLAIN.contains(node.origin().kind()) || isUnweighted(node, weighted));
            boolean isKept = isKept(node) && !softmax.contains(node) && !follows;
            boolean isHalf = !isKept && isStoredHalf(node, grids);
            if (normalised.containsKey(node.origin()) && readsHalf(node, grids)) {
                readHalf.add(node.origin());
            }
            boolean asRead = normalised.get(node.origin()) == node && readHalf.contains(node.origin());
            grids[node.id()] = compute.isHalf() && (isHalf || asRead) ? compute.grid : kept;
        }
        return grids;
    }

    private static boolean isUnweighted(Node node, Set<Origin> weighted) {
        return node.origin().kind().equals("InstanceNormalization") && !weighted.contains(node.origin());
    }

    /** What reads parameters. */
    private static Set<Origin> weighted(Program program) {
        Set<Node> parameters = new HashSet<>(program.parameters().values());
        Set<Origin> weighted = new HashSet<>();
        program.nodes().stream()
                .filter(node -> node.inputs().stream().anyMatch(input -> parameters.contains(moved(input))))
                .forEach(node -> weighted.add(node.origin()));
        return weighted;
    }

    /** The results of the file's normalisations. */
    private static Map<Origin, Node> normalised(Program program) {
        Map<Origin, Node> results = new HashMap<>(); // the last of each, which the others lead to
        program.nodes().stream()
                .filter(node -> NORMALISATIONS.contains(node.origin().kind()))
                .forEach(node -> results.put(node.origin(), node));
        return results;
    }

    /** Whether a node reads another operation's result in 16 bits. */
    private boolean readsHalf(Node node, Grid[] grids) {
        return node.inputs().stream()
                .anyMatch(input -> input.origin() != node.origin() && grids[input.id()] == compute.grid);
    }

    /** The exponentials and the sums of {@code exp(x) / sum exp(x)}. */
    private static Set<Node> softmax(Program program) {
        Set<Node> parts = new HashSet<>();
        for (Node node : program.nodes()) {
            if (node.op() instanceof Binary quotient && quotient.function() == BinaryFunction.DIVIDE) {
                Node above = node.inputs().get(0);
                Node below = node.inputs().get(1);
                while (below.op().isMove()) {
                    below = below.inputs().get(0);
                }
                if (below.op() instanceof Reduce && below.inputs().get(0) == above && isExponential(above)) {
                    parts.addAll(List.of(above, below));
                }
            }
        }
        return parts;
    }

    private static boolean isExponential(Node node) {
        return node.op() instanceof Unary unary && unary.function() == UnaryFunction.EXP;
    }

    private boolean isStoredHalf(Node node, Grid[] grids) {
        if (!compute.isHalf() || node.inputs().isEmpty()) {
            return false;
        }
        return node.op() instanceof Contraction
                || isBiased(node)
                || isMasked(node)
                || typed(node).stream()
                        .filter(input -> !(input.isConstant() && input.shape().size() == 1)) // a number has no datatype
                        .filter(input -> !isOwn(input, node))
                        .allMatch(input -> grids[input.id()] == compute.grid);
    }

    /** The inputs whose datatype the result has: a condition has none to give, and positions have not. */
    private static List<Node> typed(Node node) {
        Op op = node.op();
        boolean looksUp = op instanceof Gather || op instanceof GatherElements;
        return op instanceof Select
                ? node.inputs().subList(1, node.inputs().size())
                : looksUp ? node.inputs().subList(0, 1) : node.inputs();
    }

    /** Whether this is a product with its bias: one operation of a framework's, or two, which casts both. */
    private static boolean isBiased(Node node) {
        return isSum(node)
                && node.inputs().stream().anyMatch(input -> isProduct(input, node.origin()))
                && node.inputs().stream().anyMatch(input -> moved(input).op() instanceof Input);
    }

    /** Whether this is a product, or the sum of those that one operation is made of, as a convolution over three axes. */
    private static boolean isProduct(Node value, Origin origin) {
        Node node = moved(value);
        while (isSum(node) && node.origin() == origin) {
            node = moved(node.inputs().get(0));
        }
        return node.op() instanceof Contraction;
    }

    /** Whether this is a multiple of a product with a mask: in attention one operation too (baddbmm), which casts it. */
    private static boolean isMasked(Node node) {
        return isSum(node)
                && node.inputs().stream().anyMatch(input -> scaled(input).op() instanceof Contraction)
                && node.inputs().stream().anyMatch(input -> moved(input).isConstant() && !isOwn(input, node));
    }

    private static boolean isSum(Node node) {
        return node.op() instanceof Binary sum && sum.function() == BinaryFunction.ADD;
    }

    /** What was moved, and multiplied by numbers, to make a value. */
    private static Node scaled(Node value) {
        Node node = moved(value);
        boolean isScaled = node.op() instanceof Binary binary
                && (binary.function() == BinaryFunction.MULTIPLY || binary.function() == BinaryFunction.DIVIDE)
                && node.inputs().get(1).isConstant()
                && node.inputs().get(1).shape().size() == 1;
        return isScaled ? scaled(node.inputs().get(0)) : node;
    }

    /** What was moved to make a value. */
    private static Node moved(Node value) {
        Node node = value;
        while (node.op().isMove() && node.inputs().size() == 1) {
            node = node.inputs().get(0);
        }
        return node;
    }

    private boolean isKept(Node node) {
        Op op = node.op();
        boolean transcendental = op instanceof Unary unary
                && (unary.function() == UnaryFunction.EXP
                        || unary.function() == UnaryFunction.LOG
                        || unary.function() == UnaryFunction.SQRT);
        boolean sum = op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM;
        return !keep.isEmpty()
                && (transcendental
                        || sum
                        || CAST_TO_FLOAT32.contains(node.origin().kind()));
    }
}
