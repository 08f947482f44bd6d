package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A number that a program's file holds in float32, although whoever wrote it had more digits: 1/3 as 0.33333334. One value
 * at all the nodes that hold it; or all the values of one tensor.
 *
 * <p>What is no float32 number, exactly or as printed in the shortest way, was never in the file, and what is short in
 * binary (12 bits) was not rounded. 1.3 was: a reader that takes it for the decimal is right as a rule, but kernels hold its
 * inverse in float32 (PyTorch's CELU). A constant that a reader computed from others ({@link Constant#sizes}) moves with them.
 *
 * @param value the number; in a tensor the largest of those that were rounded, of one that was computed its norm
 * @param isSingle whether it is one number
 */
public record FileConstant(double value, boolean isSingle, List<Node> nodes) {

    private static final int SHORT = 12; // binary digits
    private static final double WHOLE = 0x1p24; // float32 holds all whole numbers up to here

    public FileConstant {
        nodes = List.copyOf(nodes);
    }

    /** Those of a program, single numbers first. */
    public static List<FileConstant> of(Program program) {
        Map<Double, List<Node>> singles = new LinkedHashMap<>();
        List<FileConstant> tensors = new ArrayList<>();
        for (Node node : program.nodes()) {
            if (node.op() instanceof LeakyRelu leaky && wasRounded(leaky.slope())) {
                singles.computeIfAbsent(leaky.slope(), value -> new ArrayList<>())
                        .add(node);
            } else if (node.op() instanceof Constant constant) {
                if (constant.isShortened()) {
                    tensors.add(new FileConstant(constant.tensor().norm(), false, List.of(node)));
                    continue;
                }
                double[] rounded = Arrays.stream(constant.tensor().values())
                        .filter(FileConstant::wasRounded)
                        .sorted()
                        .distinct()
                        .toArray();
                if (rounded.length == 1) {
                    singles.computeIfAbsent(rounded[0], value -> new ArrayList<>())
                            .add(node);
                } else if (rounded.length > 1) {
                    tensors.add(new FileConstant(rounded[rounded.length - 1], false, List.of(node)));
                }
            }
        }
        List<FileConstant> found = new ArrayList<>();
        singles.forEach((value, nodes) -> found.add(new FileConstant(value, true, nodes)));
        found.addAll(tensors);
        return found;
    }

    /** Those that no file holds, but kernels do, in float32 whatever they compute in. */
    public static List<FileConstant> ofKernels(Program program) {
        return program.nodes().stream()
                .filter(node -> node.op() instanceof Constant constant && constant.isOfKernel())
                .map(node -> new FileConstant(((Constant) node.op()).tensor().norm(), false, List.of(node)))
                .toList();
    }

    /** Whether a number is the float32 neighbour of one with more digits, exactly or as printed in the shortest way. */
    static boolean wasRounded(double value) {
        float stored = (float) value;
        if (value == 0 || !Double.isFinite(stored) || isShort(value)) {
            return false;
        }
        return stored == value || Double.parseDouble(Float.toString(stored)) == value;
    }

    private static boolean isShort(double value) {
        if (value == Math.rint(value) && Math.abs(value) <= WHOLE) {
            return true; // a count or an index
        }
        int zeros = Long.numberOfTrailingZeros(Double.doubleToLongBits(value) | 1L << 52);
        return 53 - zeros <= SHORT;
    }

    /** Float64 where these constants lie half a float32 spacing away, each to a side of its own. */
    public static Rounding moved(List<FileConstant> constants, long seed) {
        Map<Node, Op> moved = operations(constants, seed, 1);
        return new Moved(moved, moved);
    }

    /**
     * The same, but to the other side in the reverse pass. Kernels hold a constant twice: PyTorch's hardsigmoid divides by 6
     * and multiplies by 1.0f / 6.0f on the way back.
     */
    public static Rounding movedApart(List<FileConstant> constants, long seed) {
        return new Moved(operations(constants, seed, 1), operations(constants, seed, -1));
    }

    private static Map<Node, Op> operations(List<FileConstant> constants, long seed, double sign) {
        Map<Node, Op> moved = new IdentityHashMap<>();
        SplittableRandom random = new SplittableRandom(seed);
        for (FileConstant constant : constants) {
            double side = random.nextBoolean() ? sign : -sign;
            for (Node node : constant.nodes) {
                moved.put(
                        node,
                        moved(node.op(), constant.isSingle ? () -> side : () -> random.nextBoolean() ? sign : -sign));
            }
        }
        return moved;
    }

    private static Op moved(Op op, DoubleSupplier side) {
        if (op instanceof LeakyRelu leaky) {
            return new LeakyRelu(moved(leaky.slope(), side));
        }
        Constant constant = (Constant) op;
        Tensor sizes = constant.sizes();
        if (sizes == null) {
            return new Constant(constant.tensor().map(value -> moved(value, side)));
        }
        double[] values = constant.tensor().values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] += sizes.at(i) == 0 ? 0 : side.getAsDouble() * Math.ulp((float) sizes.at(i)) / 2;
        }
        return new Constant(Tensor.of(constant.tensor().shape(), values));
    }

    private static double moved(double value, DoubleSupplier side) {
        return wasRounded(value) ? value + side.getAsDouble() * Math.ulp((float) value) / 2 : value;
    }

    /** Float64 with other operations at some nodes, one set of them forward and one in reverse. */
    private record Moved(Map<Node, Op> forward, Map<Node, Op> reverse) implements Rounding {

        @Override
        public Op op(Node node) {
            return forward.getOrDefault(node, node.op());
        }

        @Override
        public Tensor given(Node node, Tensor value) {
            return op(node) instanceof Constant constant ? constant.tensor() : value;
        }

        @Override
        public void pullBack(
                Node node, List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
            List<Tensor> read = new ArrayList<>(inputs);
            for (int k = 0; k < read.size(); k++) {
                if (reverse.get(node.inputs().get(k)) instanceof Constant constant) {
                    read.set(k, constant.tensor());
                }
            }
            reverse.getOrDefault(node, node.op()).pullBack(read, output, cotangent, into);
        }
    }
}
