package dev.plumbline.check;

import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Pace;
import java.util.Objects;

/**
 * How long a check takes and how far one is, by estimate.
 *
 * @param seconds of one core
 * @param certified the part of them that every check takes, from 0 to 1
 * @param everyEntry whether the rest goes into every entry; else into those that the report shows
 */
record CheckCourse(double seconds, double certified, boolean everyEntry) {

    /** Products alone, which are few. */
    static final CheckCourse OF_PRODUCTS = new CheckCourse(1, 1, false);

    static CheckCourse of(CheckSettings settings, CheckCost cost) {
        Coverage coverage = Objects.requireNonNull(settings.coverage());
        double least = CheckCost.certified(cost.objective().program());
        double rest =
                coverage == Coverage.CERTIFIED ? 0 : cost.of(coverage, Objects.requireNonNull(settings.samples()));
        double scheme = settings.scheme() == null ? 0 : cost.scheme(settings.scheme());
        double seconds = least + rest + scheme;
        return new CheckCourse(
                Pace.here(seconds), least / seconds, coverage == Coverage.EXHAUSTIVE || settings.scheme() != null);
    }

    /** The part of the whole that is done, from 0 to 1. */
    double fraction(GradientCheckProgress progress) {
        double rest = 1 - certified;
        double inPhase = (double) progress.done() / Math.max(1, progress.total());
        return switch (progress.phase()) {
            case REFERENCE -> 0.2 * certified * inPhase;
            case CERTIFICATE -> certified * (0.2 + 0.5 * inPhase);
            case EXHAUSTIVE, SCHEME -> 0.7 * certified + rest * inPhase;
            case EVIDENCE ->
                everyEntry
                        ? 0.7 * certified + rest + 0.1 * certified * inPhase
                        : 0.7 * certified + (rest + 0.1 * certified) * inPhase;
            case EXPLANATION -> 1 - certified * (0.2 - 0.1 * inPhase);
            case POWER -> 1 - certified * (0.1 - 0.05 * inPhase);
            case SECOND_OPINION -> 1 - certified * (0.05 - 0.05 * inPhase);
        };
    }
}
