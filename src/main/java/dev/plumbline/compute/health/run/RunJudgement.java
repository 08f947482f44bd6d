package dev.plumbline.compute.health.run;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Symptom;
import java.util.List;

/** What one rule has to say of a run: findings, or why it has none to offer; with neither, all is well. */
record RunJudgement(List<HealthFinding> findings, List<NotEvaluated> notEvaluated) {

    static final RunJudgement HEALTHY = new RunJudgement(List.of(), List.of());

    static RunJudgement of(HealthFinding finding) {
        return new RunJudgement(List.of(finding), List.of());
    }

    static RunJudgement of(List<HealthFinding> findings) {
        return new RunJudgement(findings, List.of());
    }

    static RunJudgement notEvaluated(Symptom rule, String because) {
        return new RunJudgement(List.of(), List.of(new NotEvaluated(rule, because)));
    }
}
