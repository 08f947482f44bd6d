package dev.plumbline.compute.explanation;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation judged by itself, from what its hooks saw: its value from its claimed inputs, its vector-Jacobian product from
 * its claimed incoming cotangent.
 *
 * @param name what the user calls it
 * @param kind which kind of operation it is
 * @param operations those that were judged together, because nothing was seen between them; null for a single one
 * @param forward of its value; null where that was not judged
 * @param backward of what it passes on; null where that was not judged
 * @param worst the worst entry of both
 * @param because why something was not judged, or not decided; null where nothing is to be said
 * @param explanation which faulty rule makes what it passed on, where one does
 */
public record JudgedOperation(
        String name,
        String kind,
        @Nullable List<String> operations,
        @Nullable Verdict forward,
        @Nullable Verdict backward,
        @Nullable Entry worst,
        @Nullable String because,
        @Nullable Cause explanation) {

    /**
     * One entry of a value, or of a gradient by a value.
     *
     * @param of the value's name
     * @param gradient whether it is of the gradient by it
     */
    public record Entry(
            String of, boolean gradient, List<Integer> index, double claimed, double reference, double allowance) {

        static @Nullable Entry worst(List<Comparison> comparisons, boolean gradient) {
            Entry worst = null;
            for (Comparison comparison : comparisons) {
                int[] positions = comparison.worst(1);
                if (positions.length > 0) {
                    int i = positions[0];
                    Entry entry = new Entry(
                            comparison.name(),
                            gradient,
                            Arrays.stream(comparison.claimed().shape().index(i))
                                    .boxed()
                                    .toList(),
                            comparison.claimed().at(i),
                            comparison.reference().at(i),
                            comparison.allowance().at(i));
                    worst = worst(worst, entry);
                }
            }
            return worst;
        }

        static @Nullable Entry worst(@Nullable Entry one, @Nullable Entry other) {
            return one == null || other != null && other.beyond() > one.beyond() ? other : one;
        }

        private double beyond() {
            double off = Math.abs(claimed - reference);
            return Double.isFinite(off) ? off / Math.max(allowance, Double.MIN_NORMAL) : Double.POSITIVE_INFINITY;
        }
    }

    /** Whether it was found to be wrong. */
    public boolean isWrong() {
        return forward == Verdict.FAIL || backward == Verdict.FAIL;
    }
}
