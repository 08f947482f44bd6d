package dev.plumbline.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** A caller of the running service. */
record Caller(int port) {

    static final String CHECKS = "/v1/gradient-checks";
    static final String EVALUATIONS = "/v1/evaluations";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String BOUNDARY = "plumb";

    /** @param body JSON, always: reports and refusals both are */
    record Answer(int status, JsonNode body) {

        String text(String member) {
            return body.path(member).asString("");
        }
    }

    Answer post(String path, String json) {
        return post(path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** The part {@code request} goes as JSON, every other as a file. */
    Answer upload(String path, Map<String, byte[]> parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        parts.forEach((name, content) -> {
            String head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"";
            String rest = name.equals("request") ? "\r\nContent-Type: application/json" : "; filename=\"file\"";
            body.writeBytes((head + rest + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            body.writeBytes(content);
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        });
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return post(path, "multipart/form-data; boundary=" + BOUNDARY, body.toByteArray());
    }

    /** The answer as server-sent events, each with its name and data; a refusal is the only one. */
    List<String> events(String path, String json) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(json))
                .build();
        return List.of(sent(request).body().split("\n\n"));
    }

    private Answer post(String path, String type, byte[] body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<String> response = sent(request);
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    private static HttpResponse<String> sent(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
