package dev.plumbline.compute.comparison;

/**
 * How much one tensor differs from run to run, by repeats of the same run.
 *
 * @param largest difference of an entry in any repeat
 * @param distance the root mean square over the repeats of {@code ||a - r||}
 * @param freedom how many differences were seen, in effect: where the noise sits in a few entries of a large tensor, it is a few
 */
public record Noise(double largest, double distance, double freedom) {

    /** Differences as large as seen, twice: the maximum of many numbers hardly depends on which they are. */
    private static final double LEAST = 2;

    /** @param tallies of all repeats together */
    static Noise of(Tally tallies, int repeats) {
        double ratio = tallies.distance() / tallies.fourth();
        double freedom = tallies.distance() == 0 ? 0 : Math.max(1, Math.pow(ratio, 4)); // (sum d^2)^2 / sum d^4
        return new Noise(tallies.largest(), tallies.distance() / Math.sqrt(repeats), freedom);
    }

    /**
     * By how much two samples of {@code freedom} differences each may differ in size: the square root of Fisher's F at one in a
     * thousand, within a tenth of its table from 2 to infinity (636 of one, 11.9 of three, 3.5 of eight, 1.4 of a hundred).
     */
    static double factor(double freedom) {
        return Math.exp(3.1 / Math.sqrt(freedom) + 3.4 / Math.pow(freedom, 1.5));
    }

    /** What an entry may differ by. */
    public double bound() {
        return largest == 0 ? 0 : Math.max(LEAST, factor(freedom)) * largest;
    }

    /** Whether another run of the same may be as far from {@code a}. */
    boolean explains(Tally tally) {
        return tally.largest() <= bound() && (distance == 0 || tally.distance() <= factor(freedom) * distance);
    }
}
