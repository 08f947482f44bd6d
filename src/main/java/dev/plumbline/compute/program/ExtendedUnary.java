package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.DoubleDouble.ONE;
import static dev.plumbline.compute.program.DoubleDouble.ZERO;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function of one number in double-double; derivatives in terms of x where 1 - y^2 would cancel. */
record ExtendedUnary(UnaryFunction function) implements ExtendedRule {

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        DoubleDoubles x = inputs.get(0);
        double[] base = choices.inputs().get(0).values();
        double[] result = choices.output().values();
        return DoubleDoubles.of(x.size(), i -> value(x.at(i), base[i], result[i]));
    }

    private DoubleDouble value(DoubleDouble x, double base, double result) {
        return switch (function) {
            case NEGATE -> x.negated();
            case EXP -> ElementaryFunctions.exp(x);
            case LOG -> ElementaryFunctions.log(x);
            case SQRT -> x.sqrt();
            case SIN -> TrigonometricFunctions.sin(x);
            case COS -> TrigonometricFunctions.cos(x);
            case TANH -> ElementaryFunctions.tanh(x);
            case SIGMOID -> ElementaryFunctions.sigmoid(x);
            case SOFTPLUS -> ElementaryFunctions.softplus(x);
            case ERF -> ErrorFunction.erf(x);
            case ATAN -> TrigonometricFunctions.atan(x);
            case LOG1P -> ElementaryFunctions.log1p(x);
            case RELU -> base <= 0 ? ZERO : x;
            case ABS -> base < 0 ? x.negated() : x;
            case SIGN, FLOOR -> DoubleDouble.of(result);
            case STOP_GRADIENT -> x;
        };
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles dx = into[0];
        double[] base = choices.inputs().get(0).values();
        for (int i = 0; dx != null && i < dx.size(); i++) {
            if (!cotangent.isZero(i) && !isCut(base[i])) {
                dx.add(i, cotangent.at(i).times(derivative(inputs.get(0).at(i), base[i])));
            }
        }
    }

    /** Whether nothing of x is left, so that even an infinite cotangent ends here. */
    private boolean isCut(double base) {
        return switch (function) {
            case RELU -> !(base > 0);
            case SIGN, FLOOR, STOP_GRADIENT -> true;
            default -> false;
        };
    }

    private DoubleDouble derivative(DoubleDouble x, double base) {
        return switch (function) {
            case NEGATE -> ONE.negated();
            case EXP -> ElementaryFunctions.exp(x);
            case LOG -> ONE.over(x);
            case SQRT -> ONE.over(x.sqrt().scaled(1));
            case SIN -> TrigonometricFunctions.cos(x);
            case COS -> TrigonometricFunctions.sin(x).negated();
            case TANH -> ElementaryFunctions.tanhDerivative(x);
            case SIGMOID -> ElementaryFunctions.sigmoidDerivative(x);
            case SOFTPLUS -> ElementaryFunctions.sigmoid(x);
            case ERF -> ErrorFunction.derivative(x);
            case ATAN -> TrigonometricFunctions.atanDerivative(x);
            case LOG1P -> ONE.over(x.plus(1));
            case RELU -> ONE;
            case ABS -> DoubleDouble.of(base > 0 ? 1 : base < 0 ? -1 : 0);
            case SIGN, FLOOR, STOP_GRADIENT -> ZERO;
        };
    }
}
