package dev.plumbline.models;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model to be evaluated.
 *
 * @param model may come as a file beside the request
 * @param loss evaluated too, where there is one
 * @param parameters replace the values in the model's file
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
        Map<String, Tensor> data) {

    static final EvaluationRequest EMPTY = new EvaluationRequest(null, null, null, null);

    /** This request with what came as files beside it; nothing may come twice. */
    EvaluationRequest with(
            @Nullable ModelSource modelFile, Map<String, Tensor> parameterFile, Map<String, Tensor> dataFile) {
        if (model != null && modelFile != null) {
            throw Problem.invalid("/model", "the model came twice", "a file, and model in the request", "one of them");
        }
        return new EvaluationRequest(
                modelFile == null ? model : modelFile,
                loss,
                joined("parameters", parameters, parameterFile),
                joined("data", data, dataFile));
    }

    private static Map<String, Tensor> joined(
            String part, @Nullable Map<String, Tensor> given, Map<String, Tensor> file) {
        Map<String, Tensor> joined = new LinkedHashMap<>(file);
        if (given != null) {
            given.forEach((name, tensor) -> {
                if (joined.put(name, tensor) != null) {
                    throw Problem.invalid(
                            Problem.pointer(part, name),
                            "this tensor came twice",
                            "in the file and in the request",
                            "once");
                }
            });
        }
        return joined;
    }

    Map<String, Tensor> parametersOrNone() {
        return parameters == null ? Map.of() : parameters;
    }

    Map<String, Tensor> dataOrNone() {
        return data == null ? Map.of() : data;
    }

    ModelSource requiredModel() {
        if (model == null) {
            throw Problem.invalid(
                    "/model",
                    "there is no model to evaluate",
                    "nothing",
                    "formula, onnx or layers, or a part named model");
        }
        return model;
    }
}
