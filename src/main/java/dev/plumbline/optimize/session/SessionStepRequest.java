package dev.plumbline.optimize.session;

import dev.plumbline.report.Upload;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One step of a session.
 *
 * @param gradients one for each parameter, of its shape; may come as a file beside the request
 * @param learningRate of this step, as the caller's schedule has it; the session's own where it is not given
 */
public record SessionStepRequest(
        @Nullable Map<String, Tensor> gradients, @Nullable Double learningRate) {

    static final SessionStepRequest EMPTY = new SessionStepRequest(null, null);

    SessionStepRequest with(@Nullable Map<String, Tensor> gradientFile) {
        return new SessionStepRequest(Upload.joined("gradients", gradientFile, gradients), learningRate);
    }
}
