package dev.plumbline.jobs;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.Upload;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a request came with.
 *
 * @param request its JSON; null where a multipart body has none
 * @param files the other parts of a multipart body; empty for one that was JSON
 * @param multipart whether the body was
 */
public record Inputs(byte @Nullable [] request, List<KeptFile> files, boolean multipart) {

    private static final String REQUEST = "request";
    private static final String WEIGHTS = "weights";

    public Inputs {
        files = List.copyOf(files);
    }

    /**
     * The JSON, read; {@code ifNone} where a multipart body has none, or a problem where that is null too. What is empty
     * or {@code null} is none.
     */
    public <T> T read(JsonMapper json, Class<T> type, @Nullable T ifNone) {
        byte[] asked = request;
        T read = asked == null || asked.length == 0 ? null : json.readValue(asked, type);
        T given = read == null && multipart ? ifNone : read;
        if (given == null) {
            throw multipart
                    ? Problem.invalid(
                            REQUEST, "a part of the multipart body is missing", "nothing", "a part named " + REQUEST)
                    : Problem.malformed("", "the body is missing or breaks off", "nothing", "a body");
        }
        return given;
    }

    /** The files, by the parts they came in. */
    public Upload upload(Limits limits) {
        List<MultipartFile> weights = new ArrayList<>();
        List<MultipartFile> others = new ArrayList<>();
        for (KeptFile file : files) {
            boolean lies = file.part().equals(WEIGHTS) || file.part().startsWith(WEIGHTS + "[");
            (lies ? weights : others).add(file);
        }
        return new Upload(limits, others.toArray(MultipartFile[]::new)).weights(weights.isEmpty() ? null : weights);
    }

    /** Does the work; the pointer of a problem begins with its part where the body had parts. */
    public <R> R answer(Upload upload, Function<Upload, R> work) {
        return multipart ? upload.answer(work) : work.apply(upload);
    }

    long bytes() {
        long bytes = request == null ? 0 : request.length;
        for (KeptFile file : files) {
            bytes += file.body().length;
        }
        return bytes;
    }

    /** SHA-256 of everything, with the kind of work: what an Idempotency-Key stands for. */
    String digest(String kind) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            add(digest, kind, request == null ? new byte[0] : request);
            files.forEach(file -> add(digest, file.part() + "/" + file.fileName(), file.body()));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** With its lengths, so that no two lists of parts look alike. */
    private static void add(MessageDigest digest, String name, byte[] body) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":" + body.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
        digest.update(body);
    }
}
