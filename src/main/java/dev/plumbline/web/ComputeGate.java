package dev.plumbline.web;

import dev.plumbline.limits.KeyLimits;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Presence;
import dev.plumbline.web.Turns.Turn;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets {@code concurrency} requests compute at once and {@code queue} more wait, first come, first served, for at most
 * {@code queueSeconds}. Everybody else is told to come back later, at once, while that is still cheap to say. A request that
 * waits holds no thread, and one whose caller hangs up gives its place away.
 */
final class ComputeGate extends OncePerRequestFilter implements ServletRequestListener {

    private static final String PASSAGE = Passage.class.getName();

    private final Limits limits;
    private final KeyLimits keyLimits;
    private final boolean open;
    private final ProblemWriter writer;
    private final HangUps hangUps;
    private final Turns turns;

    private final AtomicLong refused = new AtomicLong();

    private volatile double meanSeconds = 1;

    /** @param open whether everybody is one and the same key */
    ComputeGate(Limits limits, KeyLimits keyLimits, boolean open, ProblemWriter writer, HangUps hangUps) {
        this.limits = limits;
        this.keyLimits = keyLimits;
        this.open = open;
        this.writer = writer;
        this.hangUps = hangUps;
        this.turns = new Turns(limits.concurrency(), limits.queue());
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST");
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!(request.getAttribute(PASSAGE) instanceof Passage passage)) {
            enter(request, response, chain);
        } else if (passage.turn().isGranted()) {
            compute(passage, request, response, chain);
        } else {
            passage.end();
            if (!passage.caller().isGone()) {
                refuse("No turn came within %d s of waiting".formatted(limits.queueSeconds()), response);
            }
        }
    }

    private void enter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String key = String.valueOf(request.getAttribute(ApiKeyFilter.OWNER));
        int most = mostOf(key);
        Turns.Asked asked = turns.ask(key, most);
        Turn turn = asked.turn();
        if (turn == null) {
            refuse(
                    asked.full() == Turns.Full.QUEUE
                            ? "The queue is full: %d requests compute and %d wait"
                                    .formatted(limits.concurrency(), limits.queue())
                            : "This key has %d requests under way (plumbline.key-limits.requests)".formatted(most),
                    response);
            return;
        }
        Passage passage = new Passage(turn, request, hangUps, Duration.ofSeconds(limits.queueSeconds()));
        request.setAttribute(PASSAGE, passage);
        if (turn.isGranted()) {
            compute(passage, request, response, chain);
        } else {
            passage.await(request, Duration.ofSeconds(Math.max(1, limits.queueSeconds())));
        }
    }

    private int mostOf(String key) {
        int all = limits.concurrency() + limits.queue();
        int most = keyLimits.forKey(key).requests();
        return most > 0 ? most : open ? all : Math.max(1, all / 2);
    }

    private void compute(Passage passage, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long start = System.nanoTime();
        passage.caller().begin();
        try {
            passage.caller().check();
            chain.doFilter(request, response);
        } catch (Presence.CallerGone gone) {
            logger.debug("A caller hung up before his turn came");
        } finally {
            Presence.end();
            passage.end();
            // An average that forgets; two threads that overwrite each other's share do no harm to an estimate.
            meanSeconds += 0.1 * ((System.nanoTime() - start) / 1e9 - meanSeconds);
        }
    }

    /** By the time the present queue should be through, going by how long requests took lately. */
    private void refuse(String detail, HttpServletResponse response) throws IOException {
        refused.incrementAndGet();
        long seconds = (long) Math.ceil(meanSeconds * turns.all() / limits.concurrency());
        writer.write(Busy.report(detail), Busy.retryAfter(seconds), response);
    }

    int waiting() {
        return turns.waiting();
    }

    int computing() {
        return turns.all() - turns.waiting();
    }

    /** How many were told to come back later, since the start. */
    long refused() {
        return refused.get();
    }

    /** Whether the caller of a request that was to compute has hung up. */
    static boolean hasHungUp(HttpServletRequest request) {
        return request.getAttribute(PASSAGE) instanceof Passage passage
                && passage.caller().isGone();
    }

    /** A request whose answer is complete, but read slowly, needs its place no more; one that streams events computes on. */
    static void stepAside(HttpServletRequest request, HttpServletResponse response) {
        String type = response.getContentType();
        boolean streams = type != null && type.startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
        if (!streams && request.getAttribute(PASSAGE) instanceof Passage passage) {
            passage.end();
        }
    }

    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        if (event.getServletRequest().getAttribute(PASSAGE) instanceof Passage passage) {
            passage.end();
        }
    }
}
