package dev.plumbline.optimize.session;

import dev.plumbline.optimize.ClippingSource;
import dev.plumbline.optimize.StateSource;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.report.Upload;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session to be made.
 *
 * @param parameters FP64 or FP32; may come as a file beside the request
 * @param state to go on from; none to begin
 * @param clipping of the gradients of every step; none
 */
public record SessionRequest(
        OptimizerSource optimizer,
        @Nullable Map<String, Tensor> parameters,
        @Nullable StateSource state,
        @Nullable ClippingSource clipping) {

    SessionRequest with(@Nullable Map<String, Tensor> parameterFile, @Nullable StateSource stateFile) {
        return new SessionRequest(
                optimizer,
                Upload.joined("parameters", parameterFile, parameters),
                stateFile == null ? state : stateFile,
                clipping);
    }
}
