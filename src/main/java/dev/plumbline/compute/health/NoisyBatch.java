package dev.plumbline.compute.health;

import java.util.List;
import java.util.Map;

/**
 * A batch whose gradient is mostly noise: {@link NoiseScale}, the batch in which noise and signal are as large, is more than
 * {@code factor} times larger, at its least. It is free of the loss's scale.
 *
 * <p>A batch above the noise scale is no ailment, only dearer than need be, and at the start of a training it is the rule:
 * the report has the figures, and this is silent. So it is where the samples' mean is nearer to 0 than chance would have it,
 * as after training on this very batch.
 */
record NoisyBatch(double factor) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        NoiseScale noise = condition.samples().noise();
        if (noise == null) {
            String because = condition.samples().because();
            return Judgement.notEvaluated(
                    Symptom.BATCH_SIZE,
                    because == null ? "the noise of a gradient takes four different samples" : because);
        }
        Double scale = noise.scale();
        Double least = noise.least();
        if (scale == null || least == null || !(least > factor * noise.samples())) {
            return Judgement.HEALTHY;
        }
        double observed = least / noise.samples();
        return Judgement.of(new HealthFinding(
                Symptom.BATCH_SIZE,
                Severity.WARNING,
                List.of(),
                "the least that the gradient's noise scale may be over the size of the batch",
                observed,
                factor,
                HealthFinding.above(observed, factor),
                "The samples' gradients point all ways: noise and signal are as large in a batch of %s or more, and this is one of %d, so its gradient is mostly noise."
                        .formatted(Words.number(least), noise.samples()),
                List.of(
                        new Remedy(
                                Remedy.Action.BATCH_SIZE,
                                "Take batches of about this size, or accumulate the gradients of as many samples.",
                                Map.of("batchSize", Math.ceil(scale))),
                        new Remedy(
                                Remedy.Action.LEARNING_RATE,
                                "Or multiply the learning rate by this factor, so that as many samples are averaged"
                                        + " over several steps.",
                                Map.of("factor", noise.samples() / scale)))));
    }
}
