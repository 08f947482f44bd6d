package dev.plumbline.optimize;

import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorJson;
import dev.plumbline.tensor.TensorLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A pipeline that calls the running service. */
public final class Caller {

    public static final JsonMapper JSON = JsonMapper.builder()
            .addModule(TensorJson.module(TensorLimits.DEFAULT))
            .build();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String root;

    public Caller(int port) {
        this.root = "http://127.0.0.1:" + port;
    }

    /** An answer, its body as bytes. */
    public record Answer(int status, String etag, String retryAfter, byte[] body) {

        public JsonNode json() {
            return JSON.readTree(body);
        }

        public double number(String pointer) {
            return json().at(pointer).asDouble();
        }

        public String text(String pointer) {
            return json().at(pointer).asString();
        }

        public Tensor tensor(String pointer) {
            return JSON.treeToValue(json().at(pointer), Tensor.class);
        }
    }

    public Answer get(String path, String... headers) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(root + path)).GET(), headers);
    }

    public Answer delete(String path, String... headers) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(root + path)).DELETE(), headers);
    }

    public Answer post(String path, String json, String... headers) throws Exception {
        return send(
                HttpRequest.newBuilder(URI.create(root + path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)),
                headers);
    }

    /** A POST without any body. */
    public Answer post(String path, String[] headers) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(root + path)).POST(BodyPublishers.noBody()), headers);
    }

    public Answer postFiles(String path, Map<String, byte[]> parts, String... headers) throws Exception {
        return postParts(path, List.copyOf(parts.entrySet()), headers);
    }

    /** Parts of which two may have the same name. */
    public Answer postParts(String path, List<Map.Entry<String, byte[]>> parts, String... headers) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Map.Entry<String, byte[]> part : parts) {
            write(body, "--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n", part.getKey());
            body.write(part.getValue());
            write(body, "\r\n", "");
        }
        write(body, "--b--\r\n", "");
        return send(
                HttpRequest.newBuilder(URI.create(root + path))
                        .header("Content-Type", "multipart/form-data; boundary=b")
                        .POST(BodyPublishers.ofByteArray(body.toByteArray())),
                headers);
    }

    private static void write(ByteArrayOutputStream body, String text, String name) throws IOException {
        body.write(text.formatted(name, name).getBytes(StandardCharsets.UTF_8));
    }

    private Answer send(HttpRequest.Builder request, String... headers) throws Exception {
        HttpRequest built = (headers.length == 0 ? request : request.headers(headers)).build();
        HttpResponse<byte[]> response = client.send(built, HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("ETag").orElse(""),
                response.headers().firstValue("Retry-After").orElse(""),
                response.body());
    }
}
