package dev.plumbline.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/**
 * Ann and Ben, each with a key of their own.
 *
 * @param names what stands for {@code {name}} in a path, a header or a body; bodies may be quoted by apostrophes
 */
record TwoCallers(int port, Map<String, String> names) {

    static final String ANN = "ann-secret";
    static final String BEN = "ben-secret";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** @param headers separated by semicolons, or none */
    HttpResponse<String> call(String key, String method, String path, String headers, String body)
            throws IOException, InterruptedException {
        return CLIENT.send(request(key, method, path, headers, body), BodyHandlers.ofString());
    }

    /** An answer in events, as they come. */
    HttpResponse<InputStream> stream(String key, String method, String path, String body)
            throws IOException, InterruptedException {
        return CLIENT.send(request(key, method, path, "Accept: text/event-stream", body), BodyHandlers.ofInputStream());
    }

    private HttpRequest request(String key, String method, String path, String headers, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + filled(path)))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(filled(body).replace('\'', '"')));
        for (String header : headers.isEmpty() ? new String[0] : headers.split("; ")) {
            request.header(header.split(": ")[0], filled(header.split(": ")[1]));
        }
        return request.build();
    }

    private String filled(String text) {
        String filled = text;
        for (Map.Entry<String, String> name : names.entrySet()) {
            filled = filled.replace("{" + name.getKey() + "}", name.getValue());
        }
        return filled;
    }
}
