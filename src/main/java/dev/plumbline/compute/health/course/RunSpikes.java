package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.List;
import java.util.Map;

/**
 * A gradient whose norm is {@code factor} times the largest one before it; Megatron-LM's is {@code factor} times the
 * largest of the first hundred.
 *
 * @param samples take the first hundred for all there is
 */
record RunSpikes(double factor, boolean samples) implements CourseRule<RunCourse, HealthFinding> {

    static RunSpikes overAll(double factor) {
        return new RunSpikes(factor, false);
    }

    static RunSpikes overSamples(double factor) {
        return new RunSpikes(factor, true);
    }

    @Override
    public CourseJudgement<HealthFinding> judge(RunCourse course) {
        int needed = samples ? NormCurve.SAMPLES : NormCurve.SETTLED;
        if (course.norms().iterations() <= needed) {
            return CourseJudgement.notEvaluated(
                    Symptom.EXPLODING,
                    "a jump of the gradient's norm takes more than " + needed + " iterations; there were "
                            + course.norms().iterations());
        }
        NormCurve.Jump jump =
                samples ? course.norms().overSamples() : course.norms().overAll();
        if (!(jump.ratio() >= factor)) {
            return CourseJudgement.nothing();
        }
        String before = samples ? "the largest of the first " + needed : "the largest before it";
        return CourseJudgement.of(new HealthFinding(
                Symptom.EXPLODING,
                Severity.UNHEALTHY,
                List.of(),
                "norm of the gradient over " + before,
                jump.ratio(),
                factor,
                HealthFinding.above(jump.ratio(), factor),
                "The gradient's norm jumps to %s at iteration %d; %s is %s."
                        .formatted(Words.number(jump.norm()), jump.iteration(), before, Words.number(jump.before())),
                List.of(
                        new Remedy(
                                Remedy.Action.CLIPPING,
                                "Clip the gradient's norm to the largest one before the jump.",
                                Map.of("clipNorm", jump.before())),
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE,
                                "Lower the learning rate: the step before the jump went too far."),
                        Remedy.of(
                                Remedy.Action.DATA,
                                "With mini-batches, look at the batch of this iteration: a wrong target, or a value"
                                        + " out of range."))));
    }
}
