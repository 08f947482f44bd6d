package dev.plumbline.compute.program;

/**
 * The functions of two numbers, with their partial derivatives. Comparisons give 1 or 0 and have derivative 0. Where
 * MAXIMUM and MINIMUM meet a tie, each side gets half, as in PyTorch.
 */
public enum BinaryFunction {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    POWER,
    MAXIMUM,
    MINIMUM,
    LESS,
    LESS_OR_EQUAL,
    EQUAL;

    double apply(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case POWER -> b == 2 ? a * a : Math.pow(a, b);
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            case LESS -> a < b ? 1 : 0;
            case LESS_OR_EQUAL -> a <= b ? 1 : 0;
            case EQUAL -> a == b ? 1 : 0;
        };
    }

    /** Whether {@link #apply(double[], int, double, double[], int, int)} knows the function. */
    boolean hasScalarLoop() {
        return this == ADD || this == SUBTRACT || this == MULTIPLY || this == DIVIDE;
    }

    /** The commonest functions with one number for a whole row, such as a channel's bias. */
    void apply(double[] a, int from, double b, double[] y, int to, int length) {
        switch (this) {
            case ADD -> {
                for (int i = 0; i < length; i++) {
                    y[to + i] = a[from + i] + b;
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < length; i++) {
                    y[to + i] = a[from + i] - b;
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < length; i++) {
                    y[to + i] = a[from + i] * b;
                }
            }
            case DIVIDE -> {
                for (int i = 0; i < length; i++) {
                    y[to + i] = a[from + i] / b;
                }
            }
            default -> throw new IllegalStateException(this + " has no such loop");
        }
    }

    double derivativeByFirst(double a, double b) {
        return switch (this) {
            case ADD, SUBTRACT -> 1;
            case MULTIPLY -> b;
            case DIVIDE -> 1 / b;
            case POWER -> b == 0 ? 0 : b == 2 ? 2 * a : b * Math.pow(a, b - 1);
            case MAXIMUM -> a > b ? 1 : a == b ? 0.5 : 0;
            case MINIMUM -> a < b ? 1 : a == b ? 0.5 : 0;
            case LESS, LESS_OR_EQUAL, EQUAL -> 0;
        };
    }

    double derivativeBySecond(double a, double b) {
        return switch (this) {
            case ADD -> 1;
            case SUBTRACT -> -1;
            case MULTIPLY -> a;
            case DIVIDE -> -(a / b) / b; // b * b would overflow where the quotient does not
            // d a^b / db = a^b ln a; at a = 0 the limit from above, 0, as in PyTorch.
            case POWER -> a == 0 && b >= 0 ? 0 : Math.pow(a, b) * Math.log(a);
            case MAXIMUM -> b > a ? 1 : a == b ? 0.5 : 0;
            case MINIMUM -> b < a ? 1 : a == b ? 0.5 : 0;
            case LESS, LESS_OR_EQUAL, EQUAL -> 0;
        };
    }

    /** Whether the function has a derivative everywhere it is finite. */
    boolean isSmooth() {
        return ordinal() < MAXIMUM.ordinal();
    }

    boolean isDifferentiable() {
        return ordinal() < LESS.ordinal();
    }
}
