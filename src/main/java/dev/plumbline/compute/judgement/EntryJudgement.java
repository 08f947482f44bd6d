package dev.plumbline.compute.judgement;

import dev.plumbline.compute.probe.Slope;
import org.jspecify.annotations.Nullable;

/**
 * The verdict on one entry, and what it rests on.
 *
 * @param blind why finite differences say nothing about it although one was taken, or null
 * @param claimed {@code a}
 * @param reference {@code n}; not finite where there is none
 * @param allowance what rounding explains
 * @param slope the numeric evidence, or null where none was taken
 */
public record EntryJudgement(
        Verdict verdict,
        Reason reason,
        @Nullable Blindness blind,
        double claimed,
        double reference,
        double allowance,
        @Nullable Slope slope) {

    /** The reason in plain words, with the numbers: in as many digits as tell claim and reference apart. */
    public String sentence() {
        int digits = Words.digitsToTellApart(claimed, reference);
        String a = Words.number(claimed, digits);
        String n = Words.number(reference, digits);
        return switch (reason) {
            case AGREES -> "The claim %s agrees with %s, and with the reference.".formatted(a, numeric());
            case AGREES_WITH_REFERENCE -> "The claim %s agrees with the reference %s.%s".formatted(a, n, because());
            case AGREES_WITH_NUMERIC -> "The claim %s agrees with %s.".formatted(a, numeric());
            case SUBGRADIENT -> "There is no derivative here%s; the claim %s is a subgradient.".formatted(sides(), a);
            case CONVENTION ->
                ("The derivative is %s although parts of the objective bend here; the claim %s is what a framework's rules"
                                + " at the bends give.")
                        .formatted(n, a);
            case OUTSIDE_SUBGRADIENT ->
                "There is no derivative here%s, and no choice at the bends gives the claim %s.".formatted(sides(), a);
            case CLAIM_NOT_FINITE -> "The claim is %s, the derivative is finite.".formatted(a);
            case REFUTED -> "The claim is %s, against %s, and the reference %s.".formatted(a, numeric(), n);
            case DIFFERS_FROM_REFERENCE ->
                "The claim is %s, the certified reference %s, and rounding explains at most %s.%s"
                        .formatted(a, n, Words.number(allowance), because());
            case ROUNDING_DROWNS ->
                Double.isInfinite(allowance)
                        ? "The claim is %s, the reference %s, and values on the way leave the range of its arithmetic: anything may come out."
                                .formatted(a, n)
                        : "The claim is %s, the reference %s, and rounding alone explains %s: it drowns what could be seen."
                                .formatted(a, n, Words.number(allowance));
            case DISCONTINUOUS -> "The objective jumps or leaves its domain here: nothing is a derivative.";
            case NOT_DECIDED ->
                "An operation sits on an edge here and leaves it by more than three orders: forward mode cannot tell.";
            case OUR_OWN_RULES_DISAGREE ->
                "Plumbline's own forward and reverse mode disagree here, so the claim %s is not judged.".formatted(a);
            case OBJECTIVE_NOT_FINITE -> "The objective itself is not a finite number here.";
            case NOT_SHARP_ENOUGH -> "The claim is %s, and %s is too coarse to judge it.".formatted(a, numeric());
            case NOTHING_TO_COMPARE -> "There is nothing to hold the claim %s against.%s".formatted(a, because());
        };
    }

    private String because() {
        return blind == null ? "" : " A finite difference cannot tell: " + blind.words() + ".";
    }

    private String numeric() {
        return slope == null
                ? "no finite difference"
                : "a finite difference of %s, with an error of at most %s"
                        .formatted(
                                Words.number(slope.value(), Words.digitsToTellApart(claimed, slope.value())),
                                Words.number(slope.errorBound()));
    }

    private String sides() {
        return slope == null || !slope.sidesDiffer()
                ? ""
                : ": the slope is %s on the left and %s on the right"
                        .formatted(Words.number(slope.left()), Words.number(slope.right()));
    }
}
