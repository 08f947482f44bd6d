package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A symptom that was found in a run, for as long as it lasts. Figures and words are those of the step at which it arose; once
 * it is over, the words say so and from which step to which it lasted.
 *
 * @param number counts the findings of a run, from 1
 * @param symptom how it shows itself
 * @param tensors the tensors, or for {@code depth} and {@code band} the layers and for {@code ranks} the ranks, that show it,
 *     the worst first; none where it is the loss
 * @param quantity what {@code observed} is, in words
 * @param step at which it arose
 * @param since the step from which on it can be seen
 * @param last the last step that showed it
 * @param snapshots how many showed it
 * @param open false once some snapshots have come without it: it lasted from {@code since} to {@code last}
 * @param confidence of the observation; null where the rule is one of facts and not of chance
 */
public record RunFinding(
        long number,
        Symptom rule,
        Pattern symptom,
        Severity severity,
        List<String> tensors,
        String quantity,
        double observed,
        double threshold,
        double margin,
        long step,
        long since,
        long last,
        long snapshots,
        boolean open,
        String cause,
        List<Remedy> remedies,
        @Nullable Confidence confidence) {

    static RunFinding of(long number, long step, Sign sign) {
        HealthFinding finding = sign.finding();
        return new RunFinding(
                number,
                finding.rule(),
                sign.pattern(),
                finding.severity(),
                finding.tensors(),
                finding.quantity(),
                finding.observed(),
                finding.threshold(),
                finding.margin(),
                step,
                sign.since(),
                step,
                1,
                true,
                finding.cause(),
                finding.remedies(),
                sign.confidence());
    }

    /** The same without when. */
    public HealthFinding finding() {
        return new HealthFinding(rule, severity, tensors, quantity, observed, threshold, margin, cause, remedies);
    }

    /** Whether the sign is nothing new: of the same kind, and of these tensors. */
    boolean covers(Sign sign) {
        return sign.pattern() == symptom
                && sign.finding().rule() == rule
                && (symptom == Pattern.DEPTH
                        || tensors.containsAll(sign.finding().tensors()))
                && tensors.isEmpty() == sign.finding().tensors().isEmpty();
    }

    RunFinding seenAt(long now) {
        return with(now, snapshots + 1, true, cause);
    }

    RunFinding closed() {
        String span = since == last ? "at step " + last : "from step " + since + " to step " + last;
        return with(last, snapshots, false, cause + " It is over: it was seen " + span + ", and not since.");
    }

    private RunFinding with(long now, long count, boolean lasts, String words) {
        return new RunFinding(
                number,
                rule,
                symptom,
                severity,
                tensors,
                quantity,
                observed,
                threshold,
                margin,
                step,
                since,
                now,
                count,
                lasts,
                words,
                remedies,
                confidence);
    }
}
