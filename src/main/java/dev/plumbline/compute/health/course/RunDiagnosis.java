package dev.plumbline.compute.health.course;

import static dev.plumbline.compute.health.Symptom.BATCH_SIZE;
import static dev.plumbline.compute.health.Symptom.DATA;
import static dev.plumbline.compute.health.Symptom.EXPLODING;
import static dev.plumbline.compute.health.Symptom.LEARNING_RATE;
import static dev.plumbline.compute.health.Symptom.LOSS;
import static dev.plumbline.compute.health.Symptom.UNDERFLOW;
import static dev.plumbline.compute.health.Symptom.UPDATE_RATIO;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.Symptom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the rules that need a whole run say of it. Plumbline's are free of the loss's scale; the others reproduce a named
 * tool's, and say of the rest that it has no such rule.
 */
public record RunDiagnosis(List<HealthFinding> findings, List<NotEvaluated> notEvaluated) {

    private static final String NO_SUCH_RULE = "this profile has no such rule";
    private static final String BATCHES = "a run sees batches; POST /v1/diagnoses judges a batch sample by sample";

    private static final String CURVATURE =
            "a run shows its learning rate by its losses; POST /v1/diagnoses measures the curvature along a step";
    private static final LossCourse OURS = new LossCourse(0.001, 0.05);
    private static final String FLOAT64 = "a run here computes its gradients in float64";

    /** The symptoms that a point of the run says nothing about: they are judged here, or it is said here why not. */
    public static final Set<Symptom> NOT_AT_A_POINT =
            Set.of(UPDATE_RATIO, LOSS, DATA, BATCH_SIZE, LEARNING_RATE, UNDERFLOW);

    public static RunDiagnosis of(RunCourse course, Profile profile) {
        List<HealthFinding> findings = new ArrayList<>();
        List<NotEvaluated> notEvaluated = new ArrayList<>();
        for (CourseRule<RunCourse, HealthFinding> rule : rules(profile)) {
            CourseJudgement<HealthFinding> judgement = rule.judge(course);
            findings.addAll(judgement.findings());
            notEvaluated.addAll(judgement.notEvaluated());
        }
        boolean isOurs = profile == Profile.PLUMBLINE;
        notEvaluated.add(new NotEvaluated(DATA, isOurs ? BATCHES : NO_SUCH_RULE));
        notEvaluated.add(new NotEvaluated(BATCH_SIZE, isOurs ? BATCHES : NO_SUCH_RULE));
        notEvaluated.add(new NotEvaluated(LEARNING_RATE, isOurs ? CURVATURE : NO_SUCH_RULE));
        notEvaluated.add(new NotEvaluated(UNDERFLOW, isOurs ? FLOAT64 : NO_SUCH_RULE));
        return new RunDiagnosis(findings, notEvaluated);
    }

    private static List<CourseRule<RunCourse, HealthFinding>> rules(Profile profile) {
        return switch (profile) {
            case PLUMBLINE ->
                List.of(
                        RunSpikes.overAll(10),
                        new UsualUpdateRatio(1e-4, 1e-2, OURS),
                        OURS,
                        new RunOscillation(0.1, 5));
            case SAGEMAKER ->
                List.of(none(EXPLODING), new UsualUpdateRatio(1e-8, 10, null), new LossCourse(0.001, 0.05));
            case MEGATRON -> List.of(RunSpikes.overSamples(10), none(UPDATE_RATIO), none(LOSS));
            case DL4J -> List.of(none(EXPLODING), new UsualUpdateRatio(1e-4, 1e-2, null), none(LOSS));
            case AUTOTRAINER -> List.of(none(EXPLODING), none(UPDATE_RATIO), none(LOSS));
        };
    }

    private static CourseRule<RunCourse, HealthFinding> none(Symptom symptom) {
        return course -> CourseJudgement.notEvaluated(symptom, NO_SUCH_RULE);
    }
}
