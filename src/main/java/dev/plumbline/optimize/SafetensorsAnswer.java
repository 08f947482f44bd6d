package dev.plumbline.optimize;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.TensorSource;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers as a safetensors file. Its {@code __metadata__} holds the rest of the answer: the JSON under {@value #ANSWER} and
 * the step count under {@value #STEP}.
 */
@Component
class SafetensorsAnswer {

    static final String MEDIA_TYPE = "application/vnd.safetensors";
    static final String ANSWER = "plumbline";
    static final String STEP = "step";

    private final JsonMapper mapper;

    SafetensorsAnswer(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /** @param rest what a JSON answer would hold besides the tensors */
    Map<String, String> metadata(long step, Object rest) {
        return Map.of(STEP, Long.toString(step), ANSWER, mapper.writeValueAsString(rest));
    }

    /** How many steps a file says were taken. */
    static long step(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get(STEP))
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElseThrow(() -> Problem.invalid(
                        "/__metadata__/step",
                        "the state does not say how many steps were taken",
                        metadata.get(STEP),
                        "a whole number in the file's metadata, or state.step in the request"));
    }

    /** Tensor by tensor: nothing but a small buffer is held besides them. */
    void write(HttpServletResponse response, Map<String, ? extends TensorSource> tensors, Map<String, String> metadata)
            throws IOException {
        response.setContentType(MEDIA_TYPE);
        Safetensors.write(tensors, metadata, response.getOutputStream());
    }
}
