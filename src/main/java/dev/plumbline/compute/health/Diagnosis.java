package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What all rules of a profile say about a condition. */
public record Diagnosis(Verdict verdict, String summary, List<Finding> findings, List<NotEvaluated> notEvaluated) {

    /** The worst severity of the findings. */
    public enum Verdict {
        HEALTHY,
        WARNING,
        UNHEALTHY
    }

    public static Diagnosis of(Condition condition, Profile profile) {
        List<Finding> findings = new ArrayList<>();
        List<NotEvaluated> notEvaluated = new ArrayList<>();
        for (Rule rule : profile.rules()) {
            Judgement judgement = rule.judge(condition);
            findings.addAll(judgement.findings());
            notEvaluated.addAll(judgement.notEvaluated());
        }
        Verdict verdict = verdict(findings);
        return new Diagnosis(verdict, summary(verdict, condition, findings), findings, notEvaluated);
    }

    private static Verdict verdict(List<Finding> findings) {
        if (findings.stream().anyMatch(finding -> finding.severity() == Severity.UNHEALTHY)) {
            return Verdict.UNHEALTHY;
        }
        return findings.isEmpty() ? Verdict.HEALTHY : Verdict.WARNING;
    }

    private static String summary(Verdict verdict, Condition condition, List<Finding> findings) {
        int layers = condition.layers().size();
        if (verdict == Verdict.HEALTHY) {
            return "Nothing unhealthy in " + (layers == 1 ? "one layer" : layers + " layers")
                    + ", by the rules that could be judged.";
        }
        return findings.stream()
                .map(finding ->
                        finding.rule().name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + finding.cause())
                .collect(Collectors.joining(" "));
    }
}
