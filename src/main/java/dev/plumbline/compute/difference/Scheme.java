package dev.plumbline.compute.difference;

import java.util.function.DoubleUnaryOperator;

/**
 * Difference schemes with a fixed step, for those who want to reproduce another tool; each with its formula and, for
 * values and derivatives of size 1 in float64, its best step.
 */
public enum Scheme {
    /** {@code (f(x+h) - f(x)) / h}. */
    FORWARD(2e-8) {
        @Override
        public double derivative(DoubleUnaryOperator f, double h) {
            return (f.applyAsDouble(h) - f.applyAsDouble(0)) / h;
        }
    },
    /** {@code (f(x) - f(x-h)) / h}. */
    BACKWARD(2e-8) {
        @Override
        public double derivative(DoubleUnaryOperator f, double h) {
            return (f.applyAsDouble(0) - f.applyAsDouble(-h)) / h;
        }
    },
    /** {@code (f(x+h) - f(x-h)) / 2h}. */
    CENTRAL(7e-6) {
        @Override
        public double derivative(DoubleUnaryOperator f, double h) {
            return (f.applyAsDouble(h) - f.applyAsDouble(-h)) / (2 * h);
        }
    },
    /** {@code (8 f(x+h) - 8 f(x-h) - f(x+2h) + f(x-2h)) / 12h}. */
    FIVE_POINT(1e-3) {
        @Override
        public double derivative(DoubleUnaryOperator f, double h) {
            return (8 * (f.applyAsDouble(h) - f.applyAsDouble(-h)) - (f.applyAsDouble(2 * h) - f.applyAsDouble(-2 * h)))
                    / (12 * h);
        }
    },
    /** {@code (16 D(h/4) - D(h)) / 15} with central differences D. */
    RICHARDSON(4e-3) {
        @Override
        public double derivative(DoubleUnaryOperator f, double h) {
            return (16 * CENTRAL.derivative(f, h / 4) - CENTRAL.derivative(f, h)) / 15;
        }
    };

    private final double bestStep;

    Scheme(double bestStep) {
        this.bestStep = bestStep;
    }

    public double bestStep() {
        return bestStep;
    }

    /** How often {@code f} is evaluated. */
    public int evaluations() {
        return switch (this) {
            case FORWARD, BACKWARD, CENTRAL -> 2;
            case FIVE_POINT, RICHARDSON -> 4;
        };
    }

    /** The derivative at 0 of {@code f}, which takes the offset. */
    public abstract double derivative(DoubleUnaryOperator f, double h);
}
