package dev.plumbline.report;

import dev.plumbline.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer as server-sent events: {@code progress} on the way, and at the end {@code report}, or {@code problem} where
 * one is met after the first event; one that is met before is answered as ever.
 *
 * <p>Events are written while the request's own thread is at work, so that a streamed answer holds its turn among the
 * requests that compute, and a caller who hangs up ends it.
 */
public final class EventStream {

    private final HttpServletResponse response;
    private final JsonMapper json;

    public EventStream(HttpServletResponse response, JsonMapper json) {
        this.response = response;
        this.json = json;
    }

    /** Whether the caller names {@code text/event-stream} among what it accepts. */
    public static boolean isWanted(HttpServletRequest http) {
        List<MediaType> accepted = MediaType.parseMediaTypes(http.getHeader(HttpHeaders.ACCEPT));
        return accepted.stream().anyMatch(MediaType.TEXT_EVENT_STREAM::equalsTypeAndSubtype);
    }

    /** Streams what {@code work} tells of its progress, and then what it returns, unless that is null. */
    public <P, R extends @Nullable Object> void answer(Function<Consumer<P>, R> work) {
        try {
            R report = work.apply(progress -> send("progress", progress));
            if (report != null) {
                send("report", report);
            }
        } catch (Problem problem) {
            if (!response.isCommitted()) {
                throw problem;
            }
            send("problem", Map.of("pointer", problem.pointer(), "detail", String.valueOf(problem.getMessage())));
        }
    }

    /** Sends one event, at once. */
    public void send(String event, Object data) {
        try {
            if (!response.isCommitted()) {
                response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
                response.setCharacterEncoding(StandardCharsets.UTF_8.name());
                response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            }
            Writer writer = response.getWriter();
            writer.write("event: " + event + "\ndata: " + json.writeValueAsString(data) + "\n\n");
            response.flushBuffer();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
