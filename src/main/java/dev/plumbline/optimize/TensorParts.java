package dev.plumbline.optimize;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.SafetensorsFile;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorFiles;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.multipart.MultipartFile;

/** Tensors from the parts of a multipart body, within the limits of bulk bodies. */
@Component
class TensorParts {

    private static final int SAFETENSORS_BRACE = 8;

    private final TensorLimits limits;

    TensorParts(Limits limits) {
        this.limits = new TensorLimits(
                limits.bulkBytes(), limits.tensors(), limits.rank(), TensorLimits.DEFAULT.headerBytes());
    }

    /** The tensors of a part; a file that was an answer of ours gives its parameters. */
    @Nullable
    Map<String, Tensor> parameters(String part, @Nullable MultipartFile file) throws IOException {
        if (file == null) {
            return null;
        }
        try {
            Map<String, Tensor> tensors = TensorFiles.read(file.getBytes(), part, limits);
            return StepFile.looksLike(tensors) ? StepFile.read(tensors).parameters() : tensors;
        } catch (Problem problem) {
            throw problem.within(part);
        }
    }

    /** The state in a part; its step count is in a safetensors file's metadata, else in the request beside it. */
    @Nullable
    StateSource state(@Nullable MultipartFile file, @Nullable StateSource given) throws IOException {
        if (file == null) {
            return given;
        }
        try {
            byte[] bytes = file.getBytes();
            boolean safetensors = bytes.length > SAFETENSORS_BRACE && bytes[SAFETENSORS_BRACE] == '{';
            SafetensorsFile content = safetensors
                    ? Safetensors.read(bytes, limits)
                    : new SafetensorsFile(TensorFiles.read(bytes, "state", limits), Map.of());
            long step = given == null ? step(content.metadata()) : given.step();
            return new StateSource(step, StepFile.read(content.tensors()).slots());
        } catch (Problem problem) {
            throw problem.within("state");
        }
    }

    static long step(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get(SafetensorsAnswer.STEP))
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElseThrow(() -> Problem.invalid(
                        "/__metadata__/step",
                        "the state does not say how many steps were taken",
                        metadata.get(SafetensorsAnswer.STEP),
                        "a whole number in the file's metadata, or state.step in the request"));
    }
}
