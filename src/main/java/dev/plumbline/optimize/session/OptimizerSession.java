package dev.plumbline.optimize.session;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.optimize.ClippingSource;
import dev.plumbline.optimize.StepFile;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer with its parameters and its state, kept here.
 *
 * @param version counts every change, resets too, so that nothing is written over a change that was not seen
 * @param resets how often it has begun again
 */
record OptimizerSession(
        String id,
        Settings settings,
        long version,
        long resets,
        Map<String, Tensor> parameters,
        OptimizerState state,
        Instant createdAt,
        Instant expiresAt) {

    /** What was said once, when the session was made. */
    record Settings(OptimizerSource optimizer, @Nullable ClippingSource clipping) {}

    String etag() {
        return tag().etag();
    }

    SessionTag tag() {
        return new SessionTag(state.step(), resets);
    }

    /** Of its parameters and moments, as they are kept. */
    long bytes() {
        return StepFile.tensors(parameters, state.slots()).values().stream()
                .mapToLong(TensorSource::bytes)
                .sum();
    }

    /** The next version, after a step. */
    OptimizerSession with(Map<String, Tensor> newParameters, OptimizerState newState) {
        return new OptimizerSession(id, settings, version + 1, resets, newParameters, newState, createdAt, expiresAt);
    }

    /** The next version, which begins again with these parameters. */
    OptimizerSession beginningAgain(Map<String, Tensor> newParameters) {
        return new OptimizerSession(
                id, settings, version + 1, resets + 1, newParameters, OptimizerState.INITIAL, createdAt, expiresAt);
    }

    OptimizerSession until(Instant later) {
        return new OptimizerSession(id, settings, version, resets, parameters, state, createdAt, later);
    }
}
