package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.Tensor;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer with its parameters and its state, kept here.
 *
 * @param version counts every change, resets too, so that nothing is written over a change that was not seen
 */
record OptimizerSession(
        String id,
        Settings settings,
        long version,
        Map<String, Tensor> parameters,
        OptimizerState state,
        Instant createdAt,
        Instant expiresAt) {

    /** What was said once, when the session was made. */
    record Settings(OptimizerSource optimizer, @Nullable ClippingSource clipping) {}

    String etag() {
        return etag(state.step());
    }

    static String etag(long step) {
        return "\"" + step + "\"";
    }

    /** The next version. */
    OptimizerSession with(Map<String, Tensor> newParameters, OptimizerState newState) {
        return new OptimizerSession(id, settings, version + 1, newParameters, newState, createdAt, expiresAt);
    }

    OptimizerSession until(Instant later) {
        return new OptimizerSession(id, settings, version, parameters, state, createdAt, later);
    }

    /** Refuses a caller who does not say, or does not know, which step the session is at. */
    void require(String ifMatch) {
        if (ifMatch.isEmpty()) {
            throw new Problem(
                    Problem.Code.PRECONDITION_MISSING,
                    "",
                    "say in If-Match which step the session is at, so that a retry is not applied twice",
                    "no If-Match",
                    "If-Match: " + etag());
        }
        if (!ifMatch.equals(etag())) {
            throw stale(ifMatch, etag());
        }
    }

    static Problem stale(String ifMatch, String expected) {
        return new Problem(Problem.Code.STALE, "", "the session is at another step", "If-Match: " + ifMatch, expected);
    }
}
