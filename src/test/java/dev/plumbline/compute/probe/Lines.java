package dev.plumbline.compute.probe;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;

/** Seeded random functions of one number, of every kind that has fooled a difference quotient. */
final class Lines {

    /** A smooth function of size and derivatives 1, about. */
    private record Smooth(DoubleUnaryOperator value, DoubleUnaryOperator derivative) {}

    private static final List<Smooth> SMOOTH = List.of(
            new Smooth(Math::exp, Math::exp),
            new Smooth(Math::sin, Math::cos),
            new Smooth(Math::tanh, x -> 1 / (Math.cosh(x) * Math.cosh(x))),
            new Smooth(x -> x * x * x, x -> 3 * x * x),
            new Smooth(x -> 1 / (1 + x * x), x -> -2 * x / ((1 + x * x) * (1 + x * x))),
            new Smooth(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), x -> 1 / (1 + Math.exp(-x))),
            new Smooth(x -> Math.exp(-x * x), x -> -2 * x * Math.exp(-x * x)),
            new Smooth(x -> Math.sqrt(2 + Math.sin(2 * x)), x -> Math.cos(2 * x) / Math.sqrt(2 + Math.sin(2 * x))));

    private final SplittableRandom random;
    private final List<Supplier<Line>> families = List.of(
            this::smooth,
            this::frequency,
            this::scale,
            this::offset,
            this::plateau,
            this::corner,
            this::kink,
            this::nearKink,
            this::jumpNearby,
            this::branch,
            this::overflow,
            this::noisy);

    Lines(long seed) {
        this.random = new SplittableRandom(seed);
    }

    Line next() {
        return families.get(random.nextInt(families.size())).get();
    }

    private double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    private double log(double low, double high) {
        return Math.exp(between(Math.log(low), Math.log(high)));
    }

    private double signed(double size) {
        return random.nextBoolean() ? size : -size;
    }

    /** With 26 bits, so that the product of two of them is exact. */
    private static double half(double x) {
        return (float) x == 0
                ? 0
                : Math.scalb(Math.rint(Math.scalb(x, 25 - Math.getExponent(x))), Math.getExponent(x) - 25);
    }

    private Smooth any() {
        return SMOOTH.get(random.nextInt(SMOOTH.size()));
    }

    /** {@code a f + b g} with numbers of any size. */
    private Smooth sum() {
        Smooth f = any();
        Smooth g = any();
        double a = signed(log(1e-3, 1e3));
        double b = signed(log(1e-3, 1e3));
        return new Smooth(
                x -> a * f.value.applyAsDouble(x) + b * g.value.applyAsDouble(x),
                x -> a * f.derivative.applyAsDouble(x) + b * g.derivative.applyAsDouble(x));
    }

    private Line smooth() {
        Smooth f = sum();
        double x = signed(log(0.01, 4));
        return Line.smooth(
                "smooth", (t, r) -> r.applyAsDouble(f.value.applyAsDouble(t)), x, f.derivative.applyAsDouble(x));
    }

    private Line frequency() {
        double a = half(log(1, 1e6));
        double x = half(signed(log(0.1, 3)));
        double phase = a * x;
        return switch (random.nextInt(3)) {
            case 0 -> Line.smooth("frequency", (t, r) -> Math.sin(r.applyAsDouble(a * t)), x, a * Math.cos(phase));
            case 1 ->
                Line.smooth(
                        "frequency",
                        (t, r) -> Math.exp(Math.sin(r.applyAsDouble(a * t))),
                        x,
                        a * Math.cos(phase) * Math.exp(Math.sin(phase)));
            default ->
                Line.smooth(
                        "frequency",
                        (t, r) -> r.applyAsDouble(Math.sin(r.applyAsDouble(a * t)) + 3 * t),
                        x,
                        a * Math.cos(phase) + 3);
        };
    }

    private Line scale() {
        Smooth f = sum();
        double s = log(1e-12, 1e9);
        double x = s * signed(log(0.1, 3));
        return Line.smooth(
                "scale",
                (t, r) -> f.value.applyAsDouble(r.applyAsDouble(t / s)),
                x,
                f.derivative.applyAsDouble(x / s) / s);
    }

    private Line offset() {
        Smooth f = sum();
        double c = signed(log(1, 1e15));
        double x = signed(log(0.1, 3));
        return Line.smooth(
                "offset", (t, r) -> r.applyAsDouble(c + f.value.applyAsDouble(t)), x, f.derivative.applyAsDouble(x));
    }

    private Line plateau() {
        switch (random.nextInt(4)) {
            case 0 -> {
                double x = between(10, 33);
                return Line.smooth(
                        "plateau -log(1 - sigmoid(x))",
                        (t, r) ->
                                -Math.log(r.applyAsDouble(1 - r.applyAsDouble(1 / r.applyAsDouble(1 + Math.exp(-t))))),
                        x,
                        1 / (1 + Math.exp(-x)));
            }
            case 1 -> {
                double x = between(3, 19.5);
                double c = 2 / (Math.exp(x) + Math.exp(-x));
                return Line.smooth(
                        "plateau 1 - tanh(x)^2",
                        (t, r) -> r.applyAsDouble(1 - r.applyAsDouble(Math.pow(r.applyAsDouble(Math.tanh(t)), 2))),
                        x,
                        -2 * Math.tanh(x) * c * c);
            }
            case 2 -> {
                double x = log(1e-5, 0.3);
                double derivative = -x / 12 * (1 - x * x / 15 * (1 - 3 * x * x / 112 * (1 - 2 * x * x / 135)));
                return Line.smooth(
                        "plateau (1 - cos x) / x^2",
                        (t, r) -> r.applyAsDouble(r.applyAsDouble(1 - r.applyAsDouble(Math.cos(t))) / (t * t)),
                        x,
                        derivative);
            }
            default -> {
                double x = between(3, 18.5);
                double c = 2 / (Math.exp(x) + Math.exp(-x));
                double a = log(1, 1e6);
                return Line.smooth(
                        "plateau a (tanh(x) - 1)",
                        (t, r) -> r.applyAsDouble(a * r.applyAsDouble(r.applyAsDouble(Math.tanh(t)) - 1)),
                        x,
                        a * c * c);
            }
        }
    }

    /** At the point the second derivative jumps, or the third. */
    private Line corner() {
        Smooth g = sum();
        double c = signed(log(0.1, 1e3));
        double at = random.nextBoolean() ? 0 : half(signed(log(0.1, 3)));
        DoubleUnaryOperator corner = List.<DoubleUnaryOperator>of(
                        t -> t > 0 ? t : Math.expm1(t), // ELU: slope 1
                        t -> Math.abs(t + 1) <= 1 ? (t + 1) * (t + 1) / 2 : Math.abs(t + 1) - 0.5, // Huber at delta: 1
                        t -> Math.pow(Math.max(0, t), 2) + t, // squared hinge
                        t -> t * Math.abs(t) + t,
                        t -> t * t * Math.abs(t) + t,
                        t -> t < 0 ? Math.sin(t) : t)
                .get(random.nextInt(6));
        return Line.smooth(
                "corner",
                (t, r) -> r.applyAsDouble(c * corner.applyAsDouble(t - at) + r.applyAsDouble(g.value.applyAsDouble(t))),
                at,
                c + g.derivative.applyAsDouble(at));
    }

    private Line kink() {
        Smooth g = sum();
        double left = signed(log(1e-3, 1e3));
        double right = random.nextInt(4) == 0 ? 0 : signed(log(1e-3, 1e3));
        double at = random.nextBoolean() ? 0 : half(signed(log(0.1, 3)));
        double d = g.derivative.applyAsDouble(at);
        return new Line(
                "kink",
                (t, r) -> r.applyAsDouble((t < at ? left : right) * (t - at) + g.value.applyAsDouble(t)),
                at,
                left + d,
                right + d,
                Double.POSITIVE_INFINITY);
    }

    private Line nearKink() {
        Smooth g = sum();
        double left = signed(log(1e-2, 1e2));
        double right = signed(log(1e-2, 1e2));
        double at = signed(log(0.1, 3));
        double kink = at + signed(log(1e-14, 1e-3));
        double d = g.derivative.applyAsDouble(at);
        double slope = d + (at < kink ? left : right);
        double edge = random.nextBoolean() ? Math.abs(kink - at) : Double.POSITIVE_INFINITY;
        return new Line(
                Double.isFinite(edge) ? "near-kink, told" : "near-kink",
                (t, r) -> r.applyAsDouble(
                        (t < kink ? left : right) * r.applyAsDouble(t - kink) + g.value.applyAsDouble(t)),
                at,
                at == kink ? left + d : slope,
                at == kink ? right + d : slope,
                at == kink ? Double.POSITIVE_INFINITY : edge);
    }

    private Line jumpNearby() {
        Smooth g = sum();
        double at = signed(log(0.1, 3));
        double jump = at + signed(log(1e-8, 1));
        double c = signed(log(1e-3, 1e3));
        return Line.smooth(
                "jump nearby",
                (t, r) -> r.applyAsDouble((t < jump ? 0 : c) + g.value.applyAsDouble(t)),
                at,
                g.derivative.applyAsDouble(at));
    }

    private Line branch() {
        Smooth g = sum();
        double at = log(1e-6, 3);
        Function<Double, Double> other = random.nextBoolean() ? t -> Math.log(t) : t -> 1e6 * t;
        return Line.smooth(
                "branch not taken",
                (t, r) -> r.applyAsDouble(t > 1e-7 ? g.value.applyAsDouble(t) : other.apply(t)),
                at,
                g.derivative.applyAsDouble(at));
    }

    private Line overflow() {
        switch (random.nextInt(3)) {
            case 0 -> {
                double x = between(300, 709);
                return Line.smooth("overflow exp", (t, r) -> Math.exp(t), x, Math.exp(x));
            }
            case 1 -> {
                double x = between(5, 6.5);
                return Line.smooth(
                        "overflow exp exp",
                        (t, r) -> Math.exp(r.applyAsDouble(Math.exp(t))),
                        x,
                        Math.exp(x) * Math.exp(Math.exp(x)));
            }
            default -> {
                double x = log(1e-3, 30);
                return Line.smooth(
                        "underflow exp(-x^2)",
                        (t, r) -> Math.exp(r.applyAsDouble(-t * t)),
                        x,
                        -2 * x * Math.exp(-x * x));
            }
        }
    }

    /** Values with a deterministic jitter in digits far above the last. */
    private Line noisy() {
        Smooth g = sum();
        double at = signed(log(0.1, 3));
        double size = log(1e-14, 1e-3);
        return Line.smooth(
                "noisy", (t, r) -> g.value.applyAsDouble(t) + size * jitter(t), at, g.derivative.applyAsDouble(at));
    }

    private static double jitter(double t) {
        return new SplittableRandom(Double.doubleToLongBits(t)).nextDouble() * 2 - 1;
    }
}
