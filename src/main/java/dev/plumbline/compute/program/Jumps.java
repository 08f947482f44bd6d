package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.List;

/**
 * The germs of operations that jump: where an operand sits on the edge and leaves it, the value is the limit from that
 * side. Later operations work on limits, so that {@code floor(w) (w - 1)} at 1 is found to be continuous there.
 */
final class Jumps {

    private Jumps() {}

    static Germ sign(Op op, List<Germ> inputs, Side side) {
        Tensor x = inputs.get(0).value();
        return jump(Germs.value(op, inputs, side), side, (i, value) -> {
            boolean onEdge = Math.abs(x.at(i)) <= side.width(0, i);
            int sign = onEdge ? side.sign(i, new Candidate(0, i, 1), inputs) : 0;
            side.passes(x.at(i), inputs.get(0).at(1, i));
            return sign == 0 ? value : sign;
        });
    }

    static Germ floor(Op op, List<Germ> inputs, Side side) {
        Tensor x = inputs.get(0).value();
        return jump(Germs.value(op, inputs, side), side, (i, value) -> {
            double whole = Math.rint(x.at(i));
            boolean onEdge = Math.abs(x.at(i) - whole) <= side.width(0, i);
            int sign = onEdge ? side.sign(i, new Candidate(0, i, 1), inputs) : 0;
            side.passes(
                    onEdge ? 1 : Math.min(x.at(i) - value, value + 1 - x.at(i)),
                    inputs.get(0).at(1, i));
            return sign == 0 ? value : sign < 0 ? whole - 1 : whole;
        });
    }

    static Germ comparison(Op op, BinaryFunction function, List<Germ> inputs, Side side) {
        int[] first = Bends.positions(inputs.get(0).value().shape(), side.shape());
        int[] second = Bends.positions(inputs.get(1).value().shape(), side.shape());
        Tensor a = inputs.get(0).value();
        Tensor b = inputs.get(1).value();
        return jump(Germs.value(op, inputs, side), side, (i, value) -> {
            double width = side.width(0, first[i]) + side.width(1, second[i]);
            boolean onEdge = Math.abs(a.at(first[i]) - b.at(second[i])) <= width;
            int sign = onEdge ? side.sign(i, new Candidate(0, first[i], 1), new Candidate(1, second[i], 1), inputs) : 0;
            side.passes(
                    a.at(first[i]) - b.at(second[i]),
                    inputs.get(0).at(1, first[i]) - inputs.get(1).at(1, second[i]));
            return sign == 0 ? value : function == BinaryFunction.EQUAL ? 0 : sign < 0 ? 1 : 0;
        });
    }

    private interface Limit {
        double at(int element, double value);
    }

    private static Germ jump(Tensor value, Side side, Limit limit) {
        double[] limits = null;
        for (int i = 0; i < value.size(); i++) {
            double at = limit.at(i, value.at(i));
            if (Double.compare(at, value.at(i)) != 0) {
                limits = limits == null ? value.values().clone() : limits;
                limits[i] = at;
            }
        }
        return limits == null
                ? Germ.constant(value, side.order(), side.isAtPoint())
                : Germ.constant(Tensor.of(value.shape(), limits), side.order(), false);
    }
}
