package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What all rules of a profile say about a condition. */
public record Diagnosis(
        Verdict verdict, String summary, List<HealthFinding> findings, List<NotEvaluated> notEvaluated) {

    /** The worst severity of the findings. */
    public enum Verdict {
        HEALTHY,
        WARNING,
        UNHEALTHY
    }

    public static Diagnosis of(Condition condition, Profile profile) {
        return of(condition, profile, Set.of());
    }

    /** Of a snapshot along a run. */
    public static Diagnosis alongARun(Condition condition, Profile profile) {
        return of(condition, profile.rulesAlongARun(), Set.of());
    }

    /** Without the symptoms that are judged elsewhere, as over a run. */
    public static Diagnosis of(Condition condition, Profile profile, Set<Symptom> elsewhere) {
        return of(condition, profile.rules(), elsewhere);
    }

    private static Diagnosis of(Condition condition, List<Rule> rules, Set<Symptom> elsewhere) {
        List<HealthFinding> findings = new ArrayList<>();
        List<NotEvaluated> notEvaluated = new ArrayList<>();
        for (Rule rule : rules) {
            Judgement judgement = rule.judge(condition);
            judgement.findings().stream()
                    .filter(finding -> !elsewhere.contains(finding.rule()))
                    .map(finding -> finding.naming(condition.layers()))
                    .forEach(findings::add);
            judgement.notEvaluated().stream()
                    .filter(none -> !elsewhere.contains(none.rule()))
                    .forEach(notEvaluated::add);
        }
        Verdict verdict = verdict(findings);
        return new Diagnosis(verdict, summary(verdict, condition, findings), findings, notEvaluated);
    }

    /** The worst severity. */
    public static Verdict verdict(List<HealthFinding> findings) {
        if (findings.stream().anyMatch(finding -> finding.severity() == Severity.UNHEALTHY)) {
            return Verdict.UNHEALTHY;
        }
        return findings.isEmpty() ? Verdict.HEALTHY : Verdict.WARNING;
    }

    private static String summary(Verdict verdict, Condition condition, List<HealthFinding> findings) {
        int layers = condition.layers().size();
        if (verdict == Verdict.HEALTHY) {
            return "Nothing unhealthy in " + (layers == 1 ? "one layer" : layers + " layers")
                    + ", by the rules that could be judged.";
        }
        return sentences(findings);
    }

    /** A sentence for each rule, in the order of the findings: the cause of its first one, and whom else it is about. */
    public static String sentences(List<HealthFinding> findings) {
        Map<Symptom, List<HealthFinding>> byRule = new LinkedHashMap<>();
        findings.forEach(finding ->
                byRule.computeIfAbsent(finding.rule(), key -> new ArrayList<>()).add(finding));
        return byRule.values().stream().map(Diagnosis::sentence).collect(Collectors.joining(" "));
    }

    private static String sentence(List<HealthFinding> findings) {
        HealthFinding first = findings.get(0);
        List<String> others = findings.stream()
                .skip(1)
                .flatMap(finding -> finding.tensors().stream())
                .filter(name -> !first.tensors().contains(name))
                .distinct()
                .toList();
        String rule = first.rule().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return Character.toUpperCase(rule.charAt(0)) + rule.substring(1) + ": " + first.cause()
                + (others.isEmpty() ? "" : " So it is with " + Words.names(others) + ".");
    }
}
