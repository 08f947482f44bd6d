package dev.plumbline.evaluate;

import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.Upload;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping(path = "/v1/evaluations", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Models", description = "What does my model compute?")
class EvaluationController {

    private static final String SUMMARY = "Evaluate a model";

    private static final String DESCRIPTION = """
            The outputs and the loss at a point: to see that the model was read right.

            As JSON, or as multipart: the part `request` holds the same JSON, and files take the place of what is left \
            out of it: `model` (ONNX), `weights` (what it keeps in files beside it, by their names), `parameters` and `data` (safetensors, npz or npy).""";

    private final EvaluationService service;
    private final Limits limits;
    private final ModelLibrary library;

    EvaluationController(EvaluationService service, Limits limits, ModelLibrary library) {
        this.service = service;
        this.limits = limits;
        this.library = library;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "evaluate", summary = SUMMARY, description = DESCRIPTION)
    EvaluationReport evaluate(
            @Parameter(hidden = true) @RequestAttribute String owner, @RequestBody EvaluationRequest request) {
        return service.evaluate(request.with(new Upload(limits), library.card(owner)));
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(operationId = "evaluate", summary = SUMMARY, description = DESCRIPTION)
    EvaluationReport evaluateFiles(
            @Parameter(hidden = true) @RequestAttribute String owner,
            @RequestPart(required = false) @Nullable EvaluationRequest request,
            @RequestPart(required = false) @Nullable MultipartFile model,
            @RequestPart(required = false) @Nullable List<MultipartFile> weights,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile data) {
        EvaluationRequest asked = request == null ? EvaluationRequest.EMPTY : request;
        return new Upload(limits, model, parameters, data)
                .weights(weights)
                .answer(files -> service.evaluate(asked.with(files, library.card(owner))));
    }
}
