package dev.plumbline.optimize;

import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
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

    void write(HttpServletResponse response, Map<String, Tensor> tensors, Map<String, String> metadata)
            throws IOException {
        response.setContentType(MEDIA_TYPE);
        Safetensors.write(tensors, metadata, response.getOutputStream());
    }
}
