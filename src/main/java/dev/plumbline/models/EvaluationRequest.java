package dev.plumbline.models;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Tensor;
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
        @Nullable ModelSource model,
        @Nullable LossSource loss,
        @Nullable Map<String, Tensor> parameters,
        @Nullable Map<String, Tensor> data) {

    static final EvaluationRequest EMPTY = new EvaluationRequest(null, null, null, null);

    EvaluationRequest with(
            @Nullable ModelSource modelFile, Map<String, Tensor> parameterFile, Map<String, Tensor> dataFile) {
        return new EvaluationRequest(
                modelFile == null ? model : modelFile, loss, joined(parameters, parameterFile), joined(data, dataFile));
    }

    private static Map<String, Tensor> joined(@Nullable Map<String, Tensor> given, Map<String, Tensor> file) {
        Map<String, Tensor> joined = new LinkedHashMap<>(file);
        if (given != null) {
            joined.putAll(given);
        }
        return joined;
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
