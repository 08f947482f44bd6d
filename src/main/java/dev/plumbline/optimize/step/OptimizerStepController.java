package dev.plumbline.optimize.step;

import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.optimize.AnsweredAsFile;
import dev.plumbline.optimize.FileAnswer;
import dev.plumbline.optimize.TensorPart;
import dev.plumbline.optimize.TensorParts;
import dev.plumbline.optimize.step.OptimizerStepReport.Figures;
import dev.plumbline.problem.Problem;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping("/v1/optimizer-steps")
@Tag(name = "Optimizers", description = "Is my optimizer's step right, and can you take it for me?")
class OptimizerStepController {

    private final OptimizerStepService service;
    private final TensorParts parts;
    private final FileAnswer answer;

    OptimizerStepController(OptimizerStepService service, TensorParts parts, FileAnswer answer) {
        this.service = service;
        this.parts = parts;
        this.answer = answer;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "takeOptimizerStep",
            summary = "Take one step",
            description =
                    "Parameters, gradients and state go in; parameters and state come out. Nothing is kept. Where a"
                            + " gradient is NaN or infinite, `taken` is false and everything stays as it was.")
    OptimizerStepReport step(@RequestBody OptimizerStepRequest request) {
        return service.report(request.order());
    }

    @PostMapping(
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {FileAnswer.SAFETENSORS, FileAnswer.NPZ})
    @Operation(operationId = "takeOptimizerStepForFile", summary = "Take one step, answered as a file")
    @AnsweredAsFile
    void stepForFile(@RequestBody OptimizerStepRequest request, ServletWebRequest exchange) throws IOException {
        write(request.order(), exchange);
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "takeOptimizerStepOfFiles",
            summary = "Take one step, with files",
            description = "The same request as the part `request`, and files for the rest: `parameters`, `gradients`,"
                    + " `state` (safetensors or npz; moments are named `s/<slot>/<name>`). An answer as a file may come"
                    + " back as `parameters` and as `state`: it is known by its metadata. A lone npy as `gradients` is"
                    + " that of the only parameter.")
    OptimizerStepReport stepOfFiles(
            @RequestPart OptimizerStepRequest request,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile gradients,
            @RequestPart(required = false) @Nullable MultipartFile state)
            throws IOException {
        return take(request, new Uploads(parameters, gradients, state), service::report);
    }

    @PostMapping(
            consumes = MediaType.MULTIPART_FORM_DATA_VALUE,
            produces = {FileAnswer.SAFETENSORS, FileAnswer.NPZ})
    @Operation(operationId = "takeOptimizerStepOfFilesForFile", summary = "Take one step, files in and out")
    @AnsweredAsFile
    void stepOfFilesForFile(
            @RequestPart OptimizerStepRequest request,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile gradients,
            @RequestPart(required = false) @Nullable MultipartFile state,
            ServletWebRequest exchange)
            throws IOException {
        take(request, new Uploads(parameters, gradients, state), order -> write(order, exchange));
    }

    private record Uploads(
            @Nullable MultipartFile parameters,
            @Nullable MultipartFile gradients,
            @Nullable MultipartFile state) {}

    /** What is done with a step while the files it is in are open. */
    private interface Work<R> {
        R of(StepOrder order) throws IOException;
    }

    private <R> R take(OptimizerStepRequest request, Uploads uploads, Work<R> work) throws IOException {
        try (TensorPart parameters = parts.open("parameters", uploads.parameters());
                TensorPart gradients = parts.open("gradients", uploads.gradients());
                TensorPart state = parts.open("state", uploads.state())) {
            parts.requireTogether(parameters, gradients, state);
            return work.of(request.order(parameters, gradients, state));
        } catch (Problem problem) {
            throw TensorParts.seen(problem, uploads.parameters(), uploads.gradients(), uploads.state());
        }
    }

    /** All is known before the first byte is written. */
    private OptimizerStep write(StepOrder order, ServletWebRequest exchange) throws IOException {
        OptimizerStep step = service.step(order);
        Checkpoint after = step.after();
        answer.writeStep(
                exchange,
                after.parameters(),
                after.slots(),
                answer.metadata(after.step(), Figures.of(step, order.optimizer())));
        return step;
    }
}
