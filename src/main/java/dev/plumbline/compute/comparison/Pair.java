package dev.plumbline.compute.comparison;

import org.jspecify.annotations.Nullable;

/**
 * One tensor that both dumps have, in one shape, and how far apart they are.
 *
 * @param labelA what {@code a} is called where a difference is put into words
 * @param earlier the tensor of an earlier step, of the same shape, where it is known
 * @param noise null where there are no repeats of it
 */
record Pair(
        String name,
        String labelA,
        String labelB,
        Numbers a,
        Numbers b,
        @Nullable Numbers earlier,
        Tally tally,
        Nearness nearness,
        @Nullable Noise noise) {

    String label(Side side) {
        return side == Side.A ? labelA : labelB;
    }

    Relation relation() {
        if (tally.isSame()) {
            return Relation.EQUAL;
        }
        if (tally.nonFiniteDiffering() > 0) {
            return Relation.DIFFERENT;
        }
        if (noise != null && noise.explains(tally)) {
            return Relation.WITHIN_NOISE;
        }
        return nearness.explains(tally, size(), bound()) ? Relation.WITHIN_ROUNDING : Relation.DIFFERENT;
    }

    /** By a factor that all entries together tell, and hardly any of them alone. */
    boolean isScaledWithinRounding() {
        return tally.nonFiniteDiffering() == 0
                && tally.relativeDistance() <= nearness.relative()
                && nearness.isScaled(tally);
    }

    int size() {
        return a.size();
    }

    Numbers of(Side side) {
        return side == Side.A ? a : b;
    }

    double norm(Side side) {
        return side == Side.A ? tally.normA() : tally.normB();
    }

    private double bound() {
        return noise == null ? 0 : noise.bound();
    }

    /** What a value of a side may be off by, when it is held against what it may be of the other side. */
    double allowance(Side side, double value) {
        double size = Double.isFinite(value) ? Math.abs(value) : 0;
        return Math.max(Math.max(nearness.relative() * size, nearness.floor(norm(side), size())), bound());
    }

    /** Whether an entry alone makes the tensors different. */
    boolean isApart(double x, double y) {
        if (!Double.isFinite(x) || !Double.isFinite(y)) {
            return Double.compare(x, y) != 0;
        }
        double norm = Math.max(tally.normA(), tally.normB());
        double near = nearness.relative() * Math.max(Math.abs(x), Math.abs(y));
        return Math.abs(x - y) > Math.max(near, Math.max(bound(), nearness.floor(norm, size())));
    }
}
