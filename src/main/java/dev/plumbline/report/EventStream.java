package dev.plumbline.report;

import dev.plumbline.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.server.NotAcceptableStatusException;
import org.springframework.web.servlet.HandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer as server-sent events: {@code progress} on the way, and at the end {@code report}, or {@code problem} where
 * one is met after the first event, with the members of a refusal; one that is met before is answered as ever.
 *
 * <p>Events are written while the request's own thread is at work, so that a streamed answer holds its turn among the
 * requests that compute, and a caller who hangs up ends it.
 */
public final class EventStream {

    private static final Comparator<MediaType> CLOSENESS = Comparator.comparing(
                    (MediaType range) -> !range.isWildcardType())
            .thenComparing(range -> !range.isWildcardSubtype());

    private final HttpServletResponse response;
    private final JsonMapper json;

    public EventStream(HttpServletResponse response, JsonMapper json) {
        this.response = response;
        this.json = json;
    }

    /**
     * Whether the answer goes out as events: the caller likes {@code text/event-stream} better than JSON. Of two that it
     * likes equally it gets the one that it names more closely, then the one it names first, and JSON for {@code *}{@code
     * /*}. Where it is to be JSON, the request is told so.
     */
    public static boolean isWanted(HttpServletRequest http) {
        List<MediaType> accepted = MediaType.parseMediaTypes(Collections.list(http.getHeaders(HttpHeaders.ACCEPT)));
        Optional<MediaType> events = closest(accepted, MediaType.TEXT_EVENT_STREAM);
        Optional<MediaType> answer = closest(accepted, MediaType.APPLICATION_JSON);
        if (!accepted.isEmpty() && quality(events) == 0 && quality(answer) == 0) {
            throw new NotAcceptableStatusException(List.of(MediaType.APPLICATION_JSON, MediaType.TEXT_EVENT_STREAM));
        }
        boolean tie = quality(events) == quality(answer) && !events.equals(answer);
        boolean wanted = tie ? isBefore(events, answer, accepted) : quality(events) > quality(answer);
        if (!wanted) {
            http.setAttribute(HandlerMapping.PRODUCIBLE_MEDIA_TYPES_ATTRIBUTE, Set.of(MediaType.APPLICATION_JSON));
        }
        return wanted;
    }

    /** The most specific range that has the type, whose quality counts (RFC 9110, 12.5.1). */
    private static Optional<MediaType> closest(List<MediaType> accepted, MediaType type) {
        return accepted.stream().filter(range -> range.includes(type)).max(CLOSENESS);
    }

    private static double quality(Optional<MediaType> range) {
        return range.map(MediaType::getQualityValue).orElse(0.0);
    }

    private static boolean isBefore(Optional<MediaType> a, Optional<MediaType> b, List<MediaType> accepted) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isPresent();
        }
        int closer = CLOSENESS.compare(a.get(), b.get());
        return closer == 0 ? accepted.indexOf(a.get()) < accepted.indexOf(b.get()) : closer > 0;
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
            send("problem", problem);
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
            write("event: " + event + "\ndata: " + json.writeValueAsString(data) + "\n\n");
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /** Sends a comment, which no reader of events tells its caller of; it fails where nobody is there any more. */
    public void pulse() {
        try {
            write(":\n\n");
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private void write(String text) throws IOException {
        Writer writer = response.getWriter();
        writer.write(text);
        response.flushBuffer();
    }
}
