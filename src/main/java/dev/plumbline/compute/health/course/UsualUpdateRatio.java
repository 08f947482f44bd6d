package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of the steps that were taken, {@code ||update|| / ||parameters||} by layer: too large where the median over
 * the run is above the band, too small where not one of its first quarter reaches it. A run that has arrived takes small
 * steps, and should.
 *
 * @param loss whose fall shows that large steps are not too large; null in a profile that does not ask for it
 */
record UsualUpdateRatio(double least, double most, @Nullable LossCourse loss)
        implements CourseRule<RunCourse, HealthFinding> {

    @Override
    public CourseJudgement<HealthFinding> judge(RunCourse course) {
        List<HealthFinding> findings = new ArrayList<>();
        boolean falls = loss != null && loss.falls(course);
        boolean judged = false;
        for (Map.Entry<String, List<Double>> layer : course.updateRatios().entrySet()) {
            double[] ratios =
                    layer.getValue().stream().mapToDouble(ratio -> ratio).toArray();
            if (ratios.length == 0) {
                continue;
            }
            judged = true;
            double early =
                    Arrays.stream(ratios, 0, (ratios.length + 3) / 4).max().orElse(0);
            double usual = Series.median(ratios);
            if (usual > most && !falls) {
                findings.add(finding(layer.getKey(), usual, true));
            } else if (early < least) {
                findings.add(finding(layer.getKey(), early, false));
            }
        }
        return judged
                ? CourseJudgement.of(findings)
                : CourseJudgement.notEvaluated(
                        Symptom.UPDATE_RATIO, "no step of a layer with weights other than 0 was looked at");
    }

    private HealthFinding finding(String layer, double ratio, boolean large) {
        double threshold = large ? most : least;
        double aim = Math.sqrt(least * most);
        return new HealthFinding(
                Symptom.UPDATE_RATIO,
                Severity.WARNING,
                List.of(layer),
                "norm of the update over norm of the parameters, "
                        + (large ? "median over the run" : "largest in its first quarter"),
                ratio,
                threshold,
                large ? HealthFinding.above(ratio, threshold) : HealthFinding.below(ratio, threshold),
                "%s step changes %s by %s of its size: %s."
                        .formatted(
                                large ? "A usual" : "The largest early",
                                Words.layer(layer),
                                Words.number(ratio),
                                large ? "too much to follow the loss" : "it hardly learns"),
                List.of(new Remedy(
                        Remedy.Action.LEARNING_RATE,
                        "Multiply the learning rate by this factor, which brings the ratio to " + Words.number(aim)
                                + ".",
                        ratio > 0 ? Map.of("factor", aim / ratio) : Map.of())));
    }
}
