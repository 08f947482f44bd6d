package dev.plumbline.compute.program;

/**
 * The functions of one number. Each constant has its value {@code y = f(x)} and its derivative in terms of x and y, in a
 * loop of its own so that the compiler can vectorise it.
 *
 * <p>At a kink: relu and abs have derivative 0 at 0, as in PyTorch. {@code STOP_GRADIENT} is the identity with derivative
 * 0: what is subtracted for numerical safety only, such as the maximum in a softmax, goes through it. {@code SOFTPLUS} is
 * a primitive because composing it from relu and abs would have the wrong derivative at 0.
 */
public enum UnaryFunction {
    NEGATE {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = -x[i];
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] -= dy[i];
            }
        }
    },
    EXP {
        @Override
        void apply(double[] x, double[] y) {
            SmoothFunctions.exp(x, y);
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] * y[i];
            }
        }
    },
    LOG {
        @Override
        void apply(double[] x, double[] y) {
            SmoothFunctions.log(x, y);
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] / x[i];
            }
        }
    },
    SQRT {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = Math.sqrt(x[i]);
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] / (2 * y[i]);
            }
        }
    },
    SIN {
        @Override
        void apply(double[] x, double[] y) {
            SmoothFunctions.sin(x, y);
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] * SmoothFunctions.cos(x[i]);
            }
        }
    },
    COS {
        @Override
        void apply(double[] x, double[] y) {
            SmoothFunctions.cos(x, y);
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] -= dy[i] == 0 ? 0 : dy[i] * SmoothFunctions.sin(x[i]);
            }
        }
    },
    TANH {
        @Override
        void apply(double[] x, double[] y) {
            SmoothFunctions.tanh(x, y);
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] * (1 - y[i] * y[i]);
            }
        }
    },
    SIGMOID {
        @Override
        void apply(double[] x, double[] y) {
            SmoothFunctions.sigmoid(x, y);
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] * y[i] * (1 - y[i]);
            }
        }
    },
    SOFTPLUS {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i])));
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            double[] slope = new double[dx.length];
            SmoothFunctions.sigmoid(x, slope);
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] * slope[i];
            }
        }
    },
    ERF {
        @Override
        void apply(double[] x, double[] y) {
            SmoothFunctions.erf(x, y);
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            double[] bell = new double[dx.length];
            SmoothFunctions.bell(x, bell);
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] * TWO_OVER_ROOT_PI * bell[i];
            }
        }
    },
    /** The angle in (-pi/2, pi/2) whose tangent is x. */
    ATAN {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = Math.atan(x[i]);
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] / (1 + x[i] * x[i]);
            }
        }
    },
    /** {@code log(1 + x)}, right also where x is small. */
    LOG1P {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = Math.log1p(x[i]);
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] == 0 ? 0 : dy[i] / (1 + x[i]);
            }
        }
    },
    RELU {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = Math.max(x[i], 0);
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += x[i] > 0 ? dy[i] : 0;
            }
        }
    },
    ABS {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = Math.abs(x[i]);
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] * (x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0);
            }
        }
    },
    SIGN {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = Math.signum(x[i]);
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {}
    },
    FLOOR {
        @Override
        void apply(double[] x, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = Math.floor(x[i]);
            }
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {}
    },
    STOP_GRADIENT {
        @Override
        void apply(double[] x, double[] y) {
            System.arraycopy(x, 0, y, 0, y.length);
        }

        @Override
        void pullBack(double[] x, double[] y, double[] dy, double[] dx) {}
    };

    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

    /** Whether the function has a derivative everywhere. */
    boolean isSmooth() {
        return switch (this) {
            case RELU, ABS, SIGN, FLOOR -> false;
            default -> true;
        };
    }

    /** Writes {@code y = f(x)}. */
    abstract void apply(double[] x, double[] y);

    /**
     * {@code f', f''/2, f'''/6} at x, where y = f(x).
     *
     * @throws IllegalStateException for a function that bends or jumps
     */
    double[] taylor(double x, double y) {
        return switch (this) {
            case NEGATE -> new double[] {-1, 0, 0};
            case EXP -> new double[] {y, y / 2, y / 6};
            case LOG -> new double[] {1 / x, -1 / (2 * x * x), 1 / (3 * x * x * x)};
            case SQRT -> new double[] {1 / (2 * y), -1 / (8 * y * y * y), 1 / (16 * y * y * y * y * y)};
            case SIN -> new double[] {SmoothFunctions.cos(x), -y / 2, -SmoothFunctions.cos(x) / 6};
            case COS -> new double[] {-SmoothFunctions.sin(x), -y / 2, SmoothFunctions.sin(x) / 6};
            case TANH -> {
                double d = 1 - y * y;
                yield new double[] {d, -y * d, d * (3 * y * y - 1) / 3};
            }
            case SIGMOID -> {
                double d = y * (1 - y);
                yield new double[] {d, d * (1 - 2 * y) / 2, d * (1 - 6 * d) / 6};
            }
            case SOFTPLUS -> {
                double s = SmoothFunctions.sigmoid(x);
                double d = s * (1 - s);
                yield new double[] {s, d / 2, d * (1 - 2 * s) / 6};
            }
            case ERF -> {
                double d = TWO_OVER_ROOT_PI * SmoothFunctions.exp(-x * x);
                yield new double[] {d, -x * d, d * (4 * x * x - 2) / 6};
            }
            case ATAN -> {
                double d = 1 / (1 + x * x);
                yield new double[] {d, -x * d * d, d * d * d * (3 * x * x - 1) / 3};
            }
            case LOG1P -> {
                double d = 1 / (1 + x);
                yield new double[] {d, -d * d / 2, d * d * d / 3};
            }
            case RELU, ABS, SIGN, FLOOR, STOP_GRADIENT -> throw new IllegalStateException(this + " has no series");
        };
    }

    /** Whether it is computed by a series or a table, and so not rounded correctly. */
    boolean isElementary() {
        return switch (this) {
            case NEGATE, SQRT, RELU, ABS, SIGN, FLOOR, STOP_GRADIENT -> false;
            default -> true;
        };
    }

    /** Adds {@code dy f'(x)} to {@code dx}; a dy of 0 adds 0, even where the derivative is not finite. */
    abstract void pullBack(double[] x, double[] y, double[] dy, double[] dx);
}
