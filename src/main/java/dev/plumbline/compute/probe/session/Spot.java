package dev.plumbline.compute.probe.session;

/**
 * A derivative along a part of a direction, from two values.
 *
 * @param bound that of the whole line at this level: a part crosses fewer kinks and bends less
 */
record Spot(Direction direction, double numeric, double claimed, double bound) {

    /** One to be measured, as {@code line} was at its level of least bound. */
    record Wanted(Line line, Direction direction) {}

    static Spot of(Line line) {
        return new Spot(line.direction(), line.numeric(), line.claimed(), line.bound());
    }

    /** Of two parts that have nothing in common; the direction is that of one of them. */
    Spot and(Spot other) {
        return new Spot(direction, numeric + other.numeric, claimed + other.claimed, Math.hypot(bound, other.bound));
    }

    double residual() {
        return numeric - claimed;
    }
}
