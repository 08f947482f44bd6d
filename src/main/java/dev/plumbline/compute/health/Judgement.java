package dev.plumbline.compute.health;

import java.util.List;

/** What one rule has to say: findings, or why it has none to offer; with neither, all is well. */
record Judgement(List<HealthFinding> findings, List<NotEvaluated> notEvaluated) {

    static final Judgement HEALTHY = new Judgement(List.of(), List.of());

    static Judgement of(List<HealthFinding> findings) {
        return new Judgement(findings, List.of());
    }

    static Judgement of(HealthFinding finding) {
        return of(List.of(finding));
    }

    static Judgement notEvaluated(Symptom rule, String because) {
        return new Judgement(List.of(), List.of(new NotEvaluated(rule, because)));
    }
}
