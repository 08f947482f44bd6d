package dev.plumbline.evaluate;

import dev.plumbline.library.LibraryCard;
import dev.plumbline.reader.Expected;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.report.Upload;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model to be evaluated.
 *
 * @param model may come as a file beside the request
 * @param loss evaluated too, where there is one
 * @param parameters replace the values in the model's file
 * @param expected the pipeline's own loss and outputs, to be held against ours
 * @param label the caller's own name for it
 */
public record EvaluationRequest(
        @Schema(description = "a formula or an ONNX file in base64; or a part named model") @Nullable
        ModelSource model,

        @Schema(description = "evaluated too, where there is one") @Nullable
        LossSource loss,

        @Schema(description = "replace the values in the model's file; a formula's parameters are the names given here")
        @Nullable
        Map<String, Tensor> parameters,

        @Schema(description = "the inputs of the model, and the target of its loss") @Nullable
        Map<String, Tensor> data,

        @Schema(
                description =
                        "your own loss and outputs at this point, computed in float32 or float64: the answer says whether this is the same model, and what may be behind a difference")
        @Nullable
        Expected expected,

        @Schema(description = "your own name for it, at most 255 characters: lists show it") @Nullable
        String label) {

    static final EvaluationRequest EMPTY = new EvaluationRequest(null, null, null, null, null, null);

    /** This request with what came as files beside it, and the model it names; nothing may come twice. */
    EvaluationRequest with(Upload files, LibraryCard card) {
        return new EvaluationRequest(
                card.model(model, files),
                loss,
                files.joined("parameters", parameters),
                files.joined("data", data),
                expected,
                label);
    }

    Map<String, Tensor> parametersOrNone() {
        return parameters == null ? Map.of() : parameters;
    }

    Map<String, Tensor> dataOrNone() {
        return data == null ? Map.of() : data;
    }

    ModelSource requiredModel() {
        return ModelSource.required(model, "evaluate");
    }
}
