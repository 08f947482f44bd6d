package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether the optimizer's first step is too long or too short: against the curvature, and against the weights. Measured
 * once; and what the curvature advises is what both advise, so that a report names one rate.
 */
record FirstStepSize(StepLength length, FirstUpdate update) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        MeasuredStep step = MeasuredStep.of(condition);
        Judgement curved = length.judge(step);
        Judgement sized = update.judge(condition, step, curved.findings());
        List<HealthFinding> findings = new ArrayList<>(curved.findings());
        findings.addAll(sized.findings());
        List<NotEvaluated> none = new ArrayList<>(curved.notEvaluated());
        none.addAll(sized.notEvaluated());
        return new Judgement(findings, none);
    }
}
