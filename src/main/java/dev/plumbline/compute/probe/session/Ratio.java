package dev.plumbline.compute.probe.session;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The factor c for which {@code D_j = c A_j} along several directions: "the true derivative is c times the claim". Three
 * directions cannot agree on one by chance where their bounds are small beside the claim.
 */
final class Ratio {

    static final int ENOUGH = 3;
    private static final double SHARP = 0.05;
    private static final int DIGITS = 15;
    private static final double MET = 1e-5;
    private static final double LARGEST_WHOLE = 100;

    private Ratio() {}

    /** From one direction alone: a small whole number or one over it, met to many digits; anything else proves no factor. */
    static OptionalDouble plain(Spot spot) {
        OptionalDouble ratio = of(List.of(spot), 1);
        boolean isMet = spot.bound() <= MET * Math.abs(spot.claimed());
        boolean isPlain = ratio.isPresent() && (isWhole(ratio.getAsDouble()) || isWhole(1 / ratio.getAsDouble()));
        return isMet && isPlain ? ratio : OptionalDouble.empty();
    }

    private static boolean isWhole(double number) {
        return Math.abs(number - Math.rint(number)) <= 1e-12 * Math.abs(number) && Math.abs(number) <= LARGEST_WHOLE;
    }

    /** @param enough how many of the directions must tell it sharply */
    static OptionalDouble of(List<Spot> spots, int enough) {
        double least = Double.NEGATIVE_INFINITY;
        double most = Double.POSITIVE_INFINITY;
        int told = 0;
        for (Spot spot : spots) {
            double width = spot.bound() / Math.abs(spot.claimed());
            double centre = spot.numeric() / spot.claimed();
            if (!Double.isFinite(width) || !Double.isFinite(centre)) {
                return OptionalDouble.empty();
            }
            told += width <= SHARP * Math.abs(centre - 1) ? 1 : 0;
            least = Math.max(least, centre - width);
            most = Math.min(most, centre + width);
        }
        boolean one = least <= 1 && 1 <= most;
        return told < enough || least > most || one ? OptionalDouble.empty() : OptionalDouble.of(simplest(least, most));
    }

    /** The number of fewest digits in the range, or the reciprocal of one. */
    static double simplest(double least, double most) {
        if (least <= 0 && 0 <= most) {
            return 0;
        }
        for (int digits = 1; digits <= DIGITS; digits++) {
            MathContext context = new MathContext(digits);
            double middle = (least + most) / 2;
            double rounded = new BigDecimal(middle).round(context).doubleValue();
            double reciprocal = 1 / new BigDecimal(1 / middle).round(context).doubleValue();
            if (least <= rounded && rounded <= most) {
                return rounded;
            } else if (least <= reciprocal && reciprocal <= most) {
                return reciprocal;
            }
        }
        return (least + most) / 2;
    }
}
