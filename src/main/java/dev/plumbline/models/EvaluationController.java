package dev.plumbline.models;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorFiles;
import dev.plumbline.tensor.TensorLimits;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping(path = "/v1/evaluations", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Models", description = "What does my model compute?")
class EvaluationController {

    private final EvaluationService service;
    private final TensorLimits limits;

    EvaluationController(EvaluationService service, TensorLimits limits) {
        this.service = service;
        this.limits = limits;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "evaluate",
            summary = "Evaluate a model",
            description = "The outputs and the loss at a point: to see that the model was read right.")
    EvaluationReport evaluate(@RequestBody EvaluationRequest request) {
        return service.evaluate(request);
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(operationId = "evaluateFiles", summary = "Evaluate a model, with files")
    EvaluationReport evaluateFiles(
            @RequestPart(required = false) @Nullable EvaluationRequest request,
            @RequestPart(required = false) @Nullable MultipartFile model,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile data)
            throws IOException {
        EvaluationRequest asked = request == null ? EvaluationRequest.EMPTY : request;
        return service.evaluate(asked.with(
                model == null ? null : ModelSource.file(model.getBytes()),
                tensors("parameters", parameters),
                tensors("data", data)));
    }

    private Map<String, Tensor> tensors(String part, @Nullable MultipartFile file) throws IOException {
        if (file == null) {
            return Map.of();
        }
        try {
            return TensorFiles.read(file.getBytes(), part, limits);
        } catch (Problem problem) {
            throw problem.within(part);
        }
    }
}
