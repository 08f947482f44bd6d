package dev.plumbline.compute.judgement;

import java.util.List;
import java.util.Optional;

/** Clipping by value: {@code a = min(max(n, low), high)}, on both sides or on one. */
final class Clipping {

    private Clipping() {}

    static List<Explanation> explain(Suspect suspect) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < suspect.size(); i++) {
            low = Math.min(low, suspect.claimed(i));
            high = Math.max(high, suspect.claimed(i));
        }
        Range range = new Range(low, high);
        Support support = suspect.support(
                i -> range.clip(suspect.reference(i)),
                i -> suspect.allowance(i) + suspect.rounding(suspect.reference(i)));
        if (support.bits() <= 0) {
            return List.of(); // misses an entry: the usual case, found out at the first few
        }
        return Cut.of(suspect, range).explanation(support).map(List::of).orElse(List.of());
    }

    private record Range(double low, double high) {
        double clip(double value) {
            return Math.min(Math.max(value, low), high);
        }
    }

    /** How many entries were cut on each side, and how many were left alone and say so. */
    private record Cut(Range range, int below, int above, int untouched) {

        static Cut of(Suspect suspect, Range range) {
            int below = 0;
            int above = 0;
            int untouched = 0;
            for (int i = 0; i < suspect.size(); i++) {
                if (!suspect.isWrong(i)) {
                    untouched += suspect.isInformative(i) ? 1 : 0;
                } else if (suspect.reference(i) < range.low) {
                    below++;
                } else {
                    above++;
                }
            }
            return new Cut(range, below, above, untouched);
        }

        Optional<Explanation> explanation(Support support) {
            double limit = above > 0 ? range.high : range.low;
            boolean symmetric =
                    below > 0 && above > 0 && Math.abs(range.high + range.low) <= 1e-6 * Math.abs(range.high);
            int free = below > 0 && above > 0 && !symmetric ? 2 : 1;
            double shortest = Figure.round(limit);
            boolean isShort = free == 1 && Math.abs(limit - shortest) <= 0x1p-24 * Math.abs(limit);
            double price = isShort ? 8 : free * support.largest();
            // Bounds lie around 0; one entry that is where a bound of another kind would put it is one entry.
            boolean isAroundZero = (above == 0 || range.high > 0) && (below == 0 || range.low < 0);
            boolean isOne = below + above == 1 && !isAroundZero;
            if (untouched < 2 || isOne || !support.affords(price)) {
                return Optional.empty();
            }
            Mistake mistake = new Mistake.Clipped(symmetric ? Math.abs(limit) : limit, null, advice(symmetric));
            return Optional.of(new Explanation(mistake, (isShort ? Explanation.ROUND : Explanation.FREE) + free - 1));
        }

        private String advice(boolean symmetric) {
            String between = symmetric
                    ? "at plus and minus " + Words.number(range.high)
                    : below == 0
                            ? "above at " + Words.number(range.high)
                            : above == 0
                                    ? "below at " + Words.number(range.low)
                                    : "at " + Words.number(range.low) + " and " + Words.number(range.high);
            return "The claim was clipped %s (%s): compare the gradient before it is clipped."
                    .formatted(between, Words.entries(below + above));
        }
    }
}
