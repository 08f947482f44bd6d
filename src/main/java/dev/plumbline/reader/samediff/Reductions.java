package dev.plumbline.reader.samediff;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Sums and their kin over axes, and what normalizes along one. */
final class Reductions {

    private Reductions() {}

    @FunctionalInterface
    private interface Over {
        Node of(ProgramBuilder b, Node x, int[] axes);
    }

    static void addTo(Map<String, Operator> table) {
        reduction(table, "reduce_sum", ProgramBuilder::sum);
        reduction(table, "reduce_mean", ProgramBuilder::mean);
        reduction(table, "reduce_max", ProgramBuilder::max);
        reduction(table, "reduce_min", (b, x, axes) -> b.negate(b.max(b.negate(x), axes)));
        reduction(table, "reduce_norm1", (b, x, axes) -> b.sum(b.unary(UnaryFunction.ABS, x), axes));
        reduction(table, "reduce_norm2", (b, x, axes) -> b.unary(UnaryFunction.SQRT, b.sum(b.square(x), axes)));
        reduction(table, "reduce_sqnorm", (b, x, axes) -> b.sum(b.square(x), axes));
        table.put("softmax", call -> List.of(Compositions.softmax(call.builder(), call.in(0), axis(call))));
        table.put("log_softmax", call -> List.of(Compositions.logSoftmax(call.builder(), call.in(0), axis(call))));
    }

    private static int axis(Call call) {
        return Call.axis(call.integer(0, -1), call.in(0).rank());
    }

    private static void reduction(Map<String, Operator> table, String name, Over over) {
        table.put(name, call -> {
            ProgramBuilder b = call.builder();
            Node x = call.in(0);
            int[] axes = call.has(1) ? named(call, x.rank()) : call.axes(x.rank());
            if (x.rank() == 0) {
                return List.of(x);
            }
            Node reduced = over.of(b, x, axes);
            return List.of(call.flag(0) ? b.restoreAxes(reduced, x.shape(), axes) : reduced);
        });
    }

    private static int[] named(Call call, int rank) {
        return Arrays.stream(call.constants(1))
                .map(axis -> Call.axis(axis, rank))
                .distinct()
                .sorted()
                .toArray();
    }
}
