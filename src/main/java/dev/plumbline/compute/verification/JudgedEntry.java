package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.probe.Slope;
import org.jspecify.annotations.Nullable;

/**
 * One entry that the report shows.
 *
 * @param judgement the verdict, with claim, reference, allowance and reason
 * @param slope its finite difference; blind where none was taken
 */
public record JudgedEntry(int position, EntryJudgement judgement, Slope slope) {

    /** The finite difference, or null where none was taken or none could be had. */
    public @Nullable Double numeric() {
        return Double.isNaN(slope.value()) ? null : Double.valueOf(slope.value());
    }

    /** What it may be off by, or null where nothing bounds it. */
    public @Nullable Double errorBound() {
        return slope.isValidated() ? Double.valueOf(slope.errorBound()) : null;
    }
}
