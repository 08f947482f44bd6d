package dev.plumbline.compute.probe.session;

import java.util.ArrayList;
import java.util.List;

/**
 * What a wrong part leaves of its tensor. The search for the part ends where halves drown, and a residual along a random
 * direction is now and then near 0 by chance: so the rest is right only where it is silent along the other directions too,
 * and would not have been silent were its entries as wrong as those of the part.
 */
final class Remainder {

    /** What is beyond so many bounds is heard, as in {@link Halving}. */
    private static final double HEARD = 2;

    private Remainder() {}

    /**
     * @param whole of the tensor alone, along directions by which the part was not found
     * @param part of the part of it, along the same
     * @param outside how many entries there are outside of the part for each one in it
     */
    static boolean isRight(List<Spot> whole, List<Spot> part, double outside, double confidence) {
        List<Double> blurs = new ArrayList<>();
        double squares = 0;
        for (int i = 0; i < whole.size(); i++) {
            if (whole.get(i).direction().kind() == Direction.Kind.GAUSSIAN) {
                double blur =
                        HEARD * Math.hypot(whole.get(i).bound(), part.get(i).bound());
                if (Math.abs(whole.get(i).residual() - part.get(i).residual()) > blur) {
                    return false;
                }
                blurs.add(blur);
                squares += part.get(i).residual() * part.get(i).residual();
            }
        }
        double asWrong = Math.sqrt(squares / blurs.size() * outside); // NaN of no other direction
        return Sight.smallest(blurs, confidence) <= asWrong;
    }
}
