package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.TensorNorms;
import dev.plumbline.compute.health.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * A norm, or a loss above 0, of {@code factor} times the largest one before it in the window. Megatron-LM looks for the same
 * factor, over the first hundred samples. Earlier spikes do not count as the largest, so that the second of a series is
 * found too; but {@value #LEVEL} of them in a row are the new level.
 *
 * @param least values without a spike that must have come before
 */
record WindowSpikes(double factor, int least) implements CourseRule<WindowCourse, Sign> {

    private static final int LEVEL = 3;

    @Override
    public CourseJudgement<Sign> judge(WindowCourse course) {
        CourseJudgement<Sign> losses = losses(course);
        return norms(course).and(losses);
    }

    private CourseJudgement<Sign> norms(WindowCourse course) {
        List<Sign> signs = new ArrayList<>();
        boolean judged = false;
        for (Map.Entry<String, TensorNorms> entry : course.last().tensors().entrySet()) {
            String name = entry.getKey();
            double largest = largest(
                    course.earlier(),
                    snapshot -> {
                        TensorNorms norms = snapshot.tensors().get(name);
                        return norms == null ? Double.NaN : norms.gradientNorm();
                    },
                    snapshot -> snapshot.spikes().contains(name));
            judged |= largest > 0;
            double norm = entry.getValue().gradientNorm();
            if (isSpike(norm, largest)) {
                String cause =
                        "The gradient's norm of %s jumps to %s at step %d; the largest of the window before it is %s."
                                .formatted(
                                        name, Words.number(norm), course.last().step(), Words.number(largest));
                signs.add(
                        sign(course, Symptom.EXPLODING, List.of(name), norm / largest, cause, remedies(name, largest)));
            }
        }
        return judged || course.tensors().isEmpty()
                ? CourseJudgement.of(signs)
                : CourseJudgement.notEvaluated(
                        Symptom.EXPLODING, "a spike takes " + least + " snapshots of a tensor before it, not all 0");
    }

    private CourseJudgement<Sign> losses(WindowCourse course) {
        Double loss = course.last().loss();
        if (loss == null) {
            return CourseJudgement.nothing();
        }
        double largest = largest(
                course.earlier(),
                snapshot -> snapshot.loss() == null ? Double.NaN : snapshot.loss(),
                Snapshot::lossSpike);
        if (!isSpike(loss, largest)) {
            return CourseJudgement.nothing();
        }
        String cause = "The loss jumps to %s at step %d; the largest of the window before it is %s."
                .formatted(Words.number(loss), course.last().step(), Words.number(largest));
        return CourseJudgement.of(sign(
                course,
                Symptom.LOSS,
                List.of(),
                loss / largest,
                cause,
                List.of(Remedy.of(
                        Remedy.Action.DATA, "Look at the batch of this step, and at the gradient's norms."))));
    }

    private boolean isSpike(double value, double largest) {
        return Double.isFinite(value) && largest > 0 && value >= factor * largest;
    }

    /** NaN while there are too few. */
    private double largest(List<Snapshot> earlier, ToDoubleFunction<Snapshot> value, Predicate<Snapshot> spike) {
        double calm = 0;
        double inRow = 0;
        int values = 0;
        int row = 0;
        for (Snapshot snapshot : earlier) {
            double next = value.applyAsDouble(snapshot);
            if (!Double.isFinite(next)) {
                continue;
            }
            boolean jumped = spike.test(snapshot);
            row = jumped ? row + 1 : 0;
            inRow = jumped ? Math.max(inRow, next) : 0;
            values += jumped ? 0 : 1;
            calm = jumped && row < LEVEL ? calm : Math.max(calm, jumped ? inRow : next);
        }
        return values < least ? Double.NaN : calm;
    }

    private Sign sign(
            WindowCourse course,
            Symptom rule,
            List<String> tensors,
            double observed,
            String cause,
            List<Remedy> remedies) {
        HealthFinding finding = new HealthFinding(
                rule,
                Severity.UNHEALTHY,
                tensors,
                "value over the largest one before it in the window",
                observed,
                factor,
                HealthFinding.above(observed, factor),
                cause,
                remedies);
        return new Sign(Pattern.SPIKE, course.last().step(), finding);
    }

    private static List<Remedy> remedies(String tensor, double largest) {
        return List.of(
                Remedy.of(
                        Remedy.Action.DATA,
                        "Look at the batch of this step first: a wrong target or a value out of range."),
                new Remedy(
                        Remedy.Action.CLIPPING,
                        "Clip the gradient's norm; these are the largest norms before the jump, by tensor.",
                        Map.of(tensor, largest)),
                Remedy.of(
                        Remedy.Action.LEARNING_RATE,
                        "If no batch is to blame, the step before went too far: lower the learning rate."));
    }
}
