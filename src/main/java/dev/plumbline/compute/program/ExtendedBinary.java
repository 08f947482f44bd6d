package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.DoubleDouble.ONE;
import static dev.plumbline.compute.program.DoubleDouble.ZERO;
import static dev.plumbline.compute.program.StridedRows.broadcastStrides;

import dev.plumbline.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function of two numbers in double-double, with NumPy's broadcasting. At a tie of maxima each side gets half. */
record ExtendedBinary(BinaryFunction function) implements ExtendedRule {

    /** Where an element of the result is, and where those of the operands are that it is made of. */
    private interface Element {
        void at(int to, int first, int second);
    }

    private static void forEach(Choices choices, Element element) {
        Shape shape = choices.output().shape();
        StridedRows rows = StridedRows.of(
                shape,
                shape.strides(),
                broadcastStrides(choices.inputs().get(0).shape(), shape),
                broadcastStrides(choices.inputs().get(1).shape(), shape));
        rows.forEach(at -> {
            for (int i = 0; i < rows.length(); i++) {
                element.at(at[0] + i * rows.step(0), at[1] + i * rows.step(1), at[2] + i * rows.step(2));
            }
        });
    }

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        double[] base = choices.inputs().get(0).values();
        double[] other = choices.inputs().get(1).values();
        DoubleDoubles y = DoubleDoubles.zeros(choices.output().size());
        forEach(choices, (to, p, q) -> {
            double result = choices.output().at(to);
            boolean isFirst = Double.compare(base[p], result) == 0 || base[p] == other[q];
            y.set(to, value(inputs.get(0).at(p), inputs.get(1).at(q), isFirst, result));
        });
        return y;
    }

    private DoubleDouble value(DoubleDouble a, DoubleDouble b, boolean isFirst, double result) {
        return switch (function) {
            case ADD -> a.plus(b);
            case SUBTRACT -> a.minus(b);
            case MULTIPLY -> a.times(b);
            case DIVIDE -> a.over(b);
            case POWER -> ElementaryFunctions.power(a, b);
            case MAXIMUM, MINIMUM -> isFirst ? a : b;
            case LESS, LESS_OR_EQUAL, EQUAL -> DoubleDouble.of(result);
        };
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        if (!function.isDifferentiable()) {
            return;
        }
        double[] base = choices.inputs().get(0).values();
        double[] other = choices.inputs().get(1).values();
        forEach(choices, (to, p, q) -> {
            if (cotangent.isZero(to)) {
                return;
            }
            DoubleDouble dy = cotangent.at(to);
            DoubleDouble a = inputs.get(0).at(p);
            DoubleDouble b = inputs.get(1).at(q);
            DoubleDoubles da = into[0];
            DoubleDoubles db = into[1];
            if (da != null && !isLoser(base[p], other[q])) {
                da.add(p, dy.times(byFirst(a, b, base[p], other[q])));
            }
            if (db != null && !isLoser(other[q], base[p])) {
                db.add(q, dy.times(bySecond(a, b, base[p], other[q])));
            }
        });
    }

    /** Whether the other one is the maximum or minimum, so that even an infinite cotangent goes there alone. */
    private boolean isLoser(double own, double other) {
        return (function == BinaryFunction.MAXIMUM && own < other)
                || (function == BinaryFunction.MINIMUM && own > other);
    }

    private DoubleDouble byFirst(DoubleDouble a, DoubleDouble b, double base, double other) {
        return switch (function) {
            case ADD, SUBTRACT -> ONE;
            case MULTIPLY -> b;
            case DIVIDE -> ONE.over(b);
            case POWER -> b.isZero() ? ZERO : b.times(ElementaryFunctions.power(a, b.minus(1)));
            default -> DoubleDouble.of(function.derivativeByFirst(base, other));
        };
    }

    private DoubleDouble bySecond(DoubleDouble a, DoubleDouble b, double base, double other) {
        return switch (function) {
            case ADD -> ONE;
            case SUBTRACT -> ONE.negated();
            case MULTIPLY -> a;
            case DIVIDE -> a.over(b).over(b).negated(); // b * b would overflow where the quotient does not
            case POWER ->
                a.isZero() && b.hi() >= 0
                        ? ZERO
                        : ElementaryFunctions.power(a, b).times(ElementaryFunctions.log(a));
            default -> DoubleDouble.of(function.derivativeBySecond(base, other));
        };
    }
}
