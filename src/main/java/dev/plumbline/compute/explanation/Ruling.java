package dev.plumbline.compute.explanation;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said of one direction through a fragment.
 *
 * @param verdict null where it was not judged
 * @param because why not, or why it is not decided
 */
record Ruling(
        @Nullable Verdict verdict,
        List<Comparison> comparisons,
        @Nullable String because,
        @Nullable Cause cause) {

    static Ruling none(String because) {
        return new Ruling(null, List.of(), because, null);
    }

    static Ruling of(List<Comparison> comparisons) {
        Verdict verdict = comparisons.stream().map(Comparison::verdict).reduce(Verdict.PASS, Verdict::worse);
        return new Ruling(verdict, comparisons, null, null);
    }

    Ruling with(Verdict other, @Nullable String reason, @Nullable Cause found) {
        return new Ruling(other, comparisons, reason, found);
    }
}
