package dev.plumbline.optimize;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Npz;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.context.request.ServletWebRequest;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers as a file of tensors, safetensors or npz as the caller accepts. The rest of the answer goes along: the JSON as
 * {@value #ANSWER} and the step count as {@value #STEP}, in the {@code __metadata__} of safetensors; an npz archive has
 * none, and holds {@code m/step}, a whole number, and {@code m/plumbline}, the bytes of the text.
 */
@Component
public class FileAnswer {

    public static final String SAFETENSORS = "application/vnd.safetensors";
    public static final String NPZ = "application/x-npz";
    static final String ANSWER = "plumbline";
    public static final String STEP = "step";
    static final String SESSION = "session";

    private final JsonMapper mapper;

    FileAnswer(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /** @param rest what a JSON answer would hold besides the tensors */
    public Map<String, String> metadata(long step, Object rest) {
        return Map.of(STEP, Long.toString(step), ANSWER, mapper.writeValueAsString(rest));
    }

    /** Of a file of parameters under their own names, which {@link #ANSWER} would make an answer to a step. */
    public Map<String, String> sessionMetadata(long step, Object session) {
        return Map.of(STEP, Long.toString(step), SESSION, mapper.writeValueAsString(session));
    }

    /** How many steps a file says were taken. */
    public static long step(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get(STEP))
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElseThrow(() -> Problem.invalid(
                        "/__metadata__/step",
                        "the state does not say how many steps were taken",
                        metadata.get(STEP),
                        "a whole number in the file's metadata, or state.step in the request"));
    }

    /** Tensors under their own names. An npz archive holds nothing else then. */
    public void writeTensors(
            ServletWebRequest exchange, Map<String, ? extends TensorSource> tensors, Map<String, String> metadata)
            throws IOException {
        write(exchange, tensors, Map.of(), metadata);
    }

    /** Parameters and moments under the names of a {@link StepFile}. */
    public void writeStep(
            ServletWebRequest exchange,
            Map<String, ? extends TensorSource> parameters,
            Map<String, ? extends Map<String, ? extends TensorSource>> slots,
            Map<String, String> metadata)
            throws IOException {
        Map<String, TensorSource> beside = StepFile.metadata(step(metadata), text(metadata.getOrDefault(ANSWER, "")));
        write(exchange, StepFile.tensors(parameters, slots), beside, metadata);
    }

    /**
     * Tensor by tensor: nothing but a small buffer is held besides them.
     *
     * @param beside what an archive without metadata holds in its stead
     */
    private static void write(
            ServletWebRequest exchange,
            Map<String, ? extends TensorSource> tensors,
            Map<String, TensorSource> beside,
            Map<String, String> metadata)
            throws IOException {
        HttpServletResponse response = Objects.requireNonNull(exchange.getResponse());
        if (prefersNpz(exchange)) {
            response.setContentType(NPZ);
            Map<String, TensorSource> all = new LinkedHashMap<>(tensors);
            all.putAll(beside);
            Npz.write(all, response.getOutputStream());
        } else {
            response.setContentType(SAFETENSORS);
            Safetensors.write(tensors, metadata, response.getOutputStream());
        }
    }

    private static boolean prefersNpz(ServletWebRequest exchange) {
        MediaType safetensors = MediaType.valueOf(SAFETENSORS);
        MediaType npz = MediaType.valueOf(NPZ);
        List<MediaType> accepted = MediaType.parseMediaTypes(
                List.of(Objects.requireNonNullElse(exchange.getHeaderValues(HttpHeaders.ACCEPT), new String[0])));
        MimeTypeUtils.sortBySpecificity(accepted);
        return accepted.stream()
                .filter(type -> type.includes(safetensors) || type.includes(npz))
                .findFirst()
                .filter(type -> !type.includes(safetensors))
                .isPresent();
    }

    private static Tensor text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        double[] values = new double[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = bytes[i] & 0xff;
        }
        return Tensor.vector(values).as(Datatype.UINT8);
    }
}
