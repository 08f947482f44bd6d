package dev.plumbline.optimize.session;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.optimize.ClippingSource;
import dev.plumbline.optimize.TensorwiseOptimizer;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session without its tensors' values.
 *
 * @param step steps taken so far, with which the ETag begins
 * @param optimizer every hyper-parameter, resolved
 * @param expiresAt unless it is used before
 */
public record SessionReport(
        String id,
        long step,
        Map<String, Object> optimizer,
        @Nullable ClippingSource clipping,
        Map<String, Form> parameters,
        Instant createdAt,
        Instant expiresAt) {

    /** What a tensor looks like. */
    @SuppressWarnings("ArrayRecordComponent") // written out, never compared
    public record Form(int[] shape, Datatype datatype) {}

    static SessionReport of(OptimizerSession session) {
        Map<String, Form> forms = new LinkedHashMap<>();
        session.parameters().forEach((name, tensor) -> forms.put(name, form(tensor)));
        return new SessionReport(
                session.id(),
                session.state().step(),
                HyperParameters.of(TensorwiseOptimizer.of(session.settings().optimizer())),
                session.settings().clipping(),
                forms,
                session.createdAt(),
                session.expiresAt());
    }

    private static Form form(Tensor tensor) {
        return new Form(tensor.shape().extents(), tensor.datatype());
    }
}
