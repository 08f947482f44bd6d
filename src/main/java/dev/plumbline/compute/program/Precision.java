package dev.plumbline.compute.program;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Mixed precision: operands of matrix products and convolutions in {@code compute}, their sums in {@code accumulate}, and
 * what {@code keep} names, with whatever reads float32 beside it, in the datatype of the claim.
 *
 * <p>Results are stored as PyTorch's autocast does: a product in 16 bits gives a tensor of 16 bits, an element-wise
 * operation on such tensors alone gives another, one that reads a float32 tensor too gives float32; gradients have the
 * datatype of their tensors. TF32 only shortens operands. Exponentials, logarithms, roots and sums are float32: by them
 * softmax, normalisation and losses are recognised.
 */
public record Precision(Format compute, Format accumulate, Set<Kept> keep) {

    /** What autocast does to a model on a CPU or GPU, and what NVIDIA's tensor cores do to float32 by themselves. */
    private static final Map<String, Precision> NAMED = Map.of(
            "autocastBF16", new Precision(Format.BF16, Format.FP32, Set.of(Kept.values())),
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

    /** The unit roundoff of what a gradient is stored in first: of the 16 bits of its tensor's copy; 0 where it is not. */
    public double storedRoundoff() {
        return compute.isHalf() ? compute.unitRoundoff() : 0;
    }

    Grid computeGrid() {
        return compute.grid;
    }

    Grid accumulateGrid() {
        return accumulate.grid;
    }

    /** The grid that each node's result is stored on. */
    Grid[] grids(Program program, Grid kept) {
        Grid[] grids = new Grid[program.nodes().size()];
        for (Node node : program.nodes()) {
            grids[node.id()] = isStoredHalf(node, grids) ? compute.grid : kept;
        }
        return grids;
    }

    private boolean isStoredHalf(Node node, Grid[] grids) {
        if (!compute.isHalf() || node.inputs().isEmpty() || isKept(node.op())) {
            return false;
        }
        return Terms.isProduct(node.op())
                || node.inputs().stream()
                        .filter(input -> !(input.isConstant() && input.shape().size() == 1)) // a number has no datatype
                        .allMatch(input -> grids[input.id()] == compute.grid);
    }

    private boolean isKept(Op op) {
        boolean transcendental = op instanceof Unary unary
                && (unary.function() == UnaryFunction.EXP
                        || unary.function() == UnaryFunction.LOG
                        || unary.function() == UnaryFunction.SQRT);
        boolean sum = op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM;
        return !keep.isEmpty() && (transcendental || sum);
    }
}
