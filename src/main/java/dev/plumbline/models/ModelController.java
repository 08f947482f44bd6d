package dev.plumbline.models;

import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.Page;
import dev.plumbline.report.Upload;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping(path = ModelController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Models", description = "What does my model compute?")
class ModelController {

    static final String PATH = "/v1/models";

    private static final String SUMMARY = "Describe a model and keep it";

    private static final String DESCRIPTION = """
            Reads a model whole and says what is in it: operators, parameters, inputs and outputs, what a forward pass \
            costs, where the gradient may not exist. It is kept under its digest, the SHA-256 of its file, for the key it \
            came with; wherever a request takes a model, `{"digest": "sha256:..."}` names it from then on. The same model \
            again is found, with status 200.

            As JSON, or as multipart: `model` is the file, and each part `weights` a file beside it, under the file name \
            by which the model calls it; the digest is then that of the lines `<SHA-256>  <location>` of all, the model's \
            own first with the location `.`.""";

    private final ModelService service;
    private final ModelLibrary library;
    private final Limits limits;

    ModelController(ModelService service, ModelLibrary library, Limits limits) {
        this.service = service;
        this.library = library;
        this.limits = limits;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "keepModel", summary = SUMMARY, description = DESCRIPTION)
    @ApiResponse(responseCode = "201")
    ResponseEntity<ModelReport> keep(@RequestAttribute String owner, @RequestBody ModelRequest request) {
        return answer(owner, request, new Upload(limits));
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(operationId = "keepModel", summary = SUMMARY, description = DESCRIPTION)
    @ApiResponse(responseCode = "201")
    ResponseEntity<ModelReport> keepFiles(
            @RequestAttribute String owner,
            @RequestPart(required = false) @Nullable ModelRequest request,
            @RequestPart(required = false) @Nullable MultipartFile model,
            @RequestPart(required = false) @Nullable List<MultipartFile> weights) {
        ModelRequest asked = request == null ? ModelRequest.EMPTY : request;
        return new Upload(limits, model).weights(weights).answer(files -> answer(owner, asked, files));
    }

    private ResponseEntity<ModelReport> answer(String owner, ModelRequest request, Upload files) {
        ModelService.Answer answer = service.keep(owner, request.model(files, library.card(owner)));
        ModelReport report = answer.report();
        return answer.isNew()
                ? ResponseEntity.created(URI.create(PATH + "/" + report.digest()))
                        .body(report)
                : ResponseEntity.ok(report);
    }

    @GetMapping
    @Operation(
            operationId = "listModels",
            summary = "The models that this key keeps, the newest first",
            description = "In pages; `next` is what to ask for `after` to get the next one.")
    ModelPage list(
            @RequestAttribute String owner,
            @RequestParam(defaultValue = "20") int limit,
            @RequestParam(required = false) @Nullable String after) {
        return service.list(owner, limit, Page.behind(after));
    }

    @GetMapping("/operators")
    @Operation(operationId = "listOperators", summary = "The operations that can be read, by format")
    OperatorList operators() {
        return OperatorList.supported();
    }

    @GetMapping("/{digest}")
    @Operation(operationId = "findModel", summary = "A kept model's description")
    ModelReport find(@RequestAttribute String owner, @PathVariable String digest) {
        return service.find(owner, digest);
    }

    @DeleteMapping("/{digest}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(operationId = "deleteModel", summary = "Drop a model")
    void delete(@RequestAttribute String owner, @PathVariable String digest) {
        service.delete(owner, digest);
    }
}
