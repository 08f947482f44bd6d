package dev.plumbline.compute.health;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is another than in an earlier report. A finding is the same where the rule and its tensors are; by how much it is beyond
 * its threshold says nothing here.
 *
 * @param comparedWith the earlier report's id
 * @param lossBefore at the end of that; null where it has none
 * @param lossNow at the end of this; null where it has none
 * @param added findings that only this report has, removed those that only the earlier one has; at most 200
 */
public record HealthChanges(
        String comparedWith,
        Verdict before,
        Verdict now,
        @Nullable Double lossBefore,
        @Nullable Double lossNow,
        List<ChangedFinding> added,
        List<ChangedFinding> removed) {

    private static final int LISTED = 200;

    /** A finding, then or now. */
    public record ChangedFinding(Symptom rule, Severity severity, List<String> tensors) {}

    /** What a report says of health. */
    public record Health(Verdict verdict, @Nullable Double loss, List<HealthFinding> findings) {}

    /** @param comparedWith the id of {@code before} */
    public static HealthChanges of(String comparedWith, Health before, Health now) {
        return new HealthChanges(
                comparedWith,
                before.verdict(),
                now.verdict(),
                before.loss(),
                now.loss(),
                only(now.findings(), before.findings()),
                only(before.findings(), now.findings()));
    }

    private static List<ChangedFinding> only(List<HealthFinding> these, List<HealthFinding> others) {
        return these.stream()
                .filter(finding -> others.stream()
                        .noneMatch(other -> other.rule() == finding.rule()
                                && other.tensors().equals(finding.tensors())))
                .map(finding -> new ChangedFinding(finding.rule(), finding.severity(), finding.tensors()))
                .distinct()
                .limit(LISTED)
                .toList();
    }
}
