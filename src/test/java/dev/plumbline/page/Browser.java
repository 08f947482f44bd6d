package dev.plumbline.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Chromium without a window, driven by its own protocol (CDP). */
final class Browser implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
    private int last;

    private Browser(Process process, String address) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), new Ear())
                .join();
    }

    /** Where Debian and others install it. */
    static Optional<Path> installed() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser start(Path program, Path folder) throws Exception {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path port = folder.resolve("DevToolsActivePort");
        for (int tenth = 0;
                tenth < 600 && !(Files.exists(port) && Files.readAllLines(port).size() == 2);
                tenth++) {
            Thread.sleep(100);
        }
        String number = Files.readAllLines(port).get(0);
        String pages = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + number + "/json"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        for (JsonNode page : JSON.readTree(pages)) {
            if (page.path("type").asString().equals("page")) {
                Browser browser =
                        new Browser(process, page.path("webSocketDebuggerUrl").asString());
                browser.ask("Runtime.enable", Map.of());
                browser.ask("Log.enable", Map.of());
                browser.ask("Page.enable", Map.of());
                return browser;
            }
        }
        throw new IOException("no page in " + pages);
    }

    JsonNode ask(String method, Map<String, Object> parameters) throws Exception {
        int id = ++last;
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(id, answer);
        socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                .join();
        return answer.get(60, TimeUnit.SECONDS);
    }

    void open(String address) throws Exception {
        ask("Page.navigate", Map.of("url", address));
        await("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /** The value of an expression. */
    JsonNode value(String script) throws Exception {
        JsonNode answer =
                ask("Runtime.evaluate", Map.of("expression", script, "returnByValue", true, "awaitPromise", true));
        assertThat(answer.has("exceptionDetails")).as("%s: %s", script, answer).isFalse();
        return answer.path("result").path("value");
    }

    void await(String condition) throws Exception {
        for (int tenth = 0; tenth < 900; tenth++) {
            if (value(condition).asBoolean()) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("never came: " + condition);
    }

    /** How wide the window is, and whether the page shall be dark. */
    void look(int width, boolean dark) throws Exception {
        ask(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 600));
        ask(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    void save(Path file) throws Exception {
        String picture = ask("Page.captureScreenshot", Map.of("captureBeyondViewport", true))
                .path("data")
                .asString();
        Files.write(file, Base64.getDecoder().decode(picture));
    }

    /** Errors and warnings that the page has caused. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** As if it had not been said. */
    void forgetComplaints() {
        complaints.clear();
    }

    @Override
    public void close() throws Exception {
        socket.abort();
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private final class Ear implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isWhole) {
            text.append(data);
            if (isWhole) {
                hear(JSON.readTree(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        private void hear(JsonNode message) {
            CompletableFuture<JsonNode> waiting =
                    asked.remove(message.path("id").asInt(0));
            String method = message.path("method").asString("");
            if (waiting != null) {
                waiting.complete(message.path("result"));
            } else if (method.equals("Runtime.exceptionThrown")
                    || method.equals("Log.entryAdded")
                    || method.equals("Runtime.consoleAPICalled")) {
                complaints.add(message.path("params").toString());
            }
        }
    }
}
