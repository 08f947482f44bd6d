package dev.plumbline.compute.judgement;

/**
 * The sums of squares behind norms, distance and cosine of a claim {@code a} and its reference {@code n}.
 *
 * <p>Plain sums first. Where a largest magnitude shows that squares under- or overflowed, {@link #again} sums once more
 * with each quantity divided by its largest, so that gradients of 1e-200 and 1e200 keep their digits.
 */
final class Sums {

    /** Squares of magnitudes between these neither vanish nor overflow, also summed a billion times. */
    private static final double SMALL = 1e-140;

    private static final double LARGE = 1e140;

    private final double claimedScale;
    private final double referenceScale;
    private final double distanceScale;

    private double claimedSquares;
    private double referenceSquares;
    private double distanceSquares;
    private double product;
    private double claimedLargest;
    private double referenceLargest;
    private double distanceLargest;

    Sums() {
        this(1, 1, 1);
    }

    private Sums(double claimedScale, double referenceScale, double distanceScale) {
        this.claimedScale = claimedScale;
        this.referenceScale = referenceScale;
        this.distanceScale = distanceScale;
    }

    void add(double a, double n) {
        claimedLargest = Math.max(claimedLargest, Math.abs(a));
        referenceLargest = Math.max(referenceLargest, Math.abs(n));
        distanceLargest = Math.max(distanceLargest, Math.abs(a - n));
        double claimed = a / claimedScale;
        double reference = n / referenceScale;
        double distance = a / distanceScale - n / distanceScale;
        claimedSquares += claimed * claimed;
        referenceSquares += reference * reference;
        distanceSquares += distance * distance;
        product += claimed * reference;
    }

    boolean isTrustworthy() {
        return inRange(claimedLargest) && inRange(referenceLargest) && inRange(distanceLargest);
    }

    private static boolean inRange(double largest) {
        return largest == 0 || !(largest < SMALL || largest > LARGE);
    }

    /** The sums of the same entries, scaled by what this first pass found. */
    Sums again(double[] a, double[] n) {
        Sums scaled = new Sums(scale(claimedLargest), scale(referenceLargest), scale(distanceLargest));
        for (int i = 0; i < a.length; i++) {
            scaled.add(a[i], n[i]);
        }
        return scaled;
    }

    /** The largest magnitude itself; an infinite one, also one that overflowed in {@code a - n}, needs a finite scale. */
    private static double scale(double largest) {
        if (largest == 0 || Double.isNaN(largest)) {
            return 1;
        }
        return Math.min(largest, Double.MAX_VALUE);
    }

    double claimedNorm() {
        return claimedScale * Math.sqrt(claimedSquares);
    }

    double referenceNorm() {
        return referenceScale * Math.sqrt(referenceSquares);
    }

    double distance() {
        return distanceScale * Math.sqrt(distanceSquares);
    }

    double cosine() {
        if (claimedSquares == 0 || referenceSquares == 0) {
            return claimedSquares == referenceSquares ? 1 : 0;
        }
        double cosine = product / Math.sqrt(claimedSquares) / Math.sqrt(referenceSquares);
        return Math.max(-1, Math.min(1, cosine));
    }
}
