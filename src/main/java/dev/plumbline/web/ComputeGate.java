package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets {@code concurrency} requests compute at once and {@code queue} more wait, first come, first served, for at most
 * {@code queueSeconds}. Everybody else is told to come back later, at once, while that is still cheap to say.
 */
final class ComputeGate extends OncePerRequestFilter {

    private final Limits limits;
    private final ProblemWriter writer;
    /** Whoever computes or waits has a place. */
    private final Semaphore places;
    /** Whoever computes has a turn. */
    private final Semaphore turns;

    private volatile double meanSeconds = 1;

    ComputeGate(Limits limits, ProblemWriter writer) {
        this.limits = limits;
        this.writer = writer;
        this.places = new Semaphore(limits.concurrency() + limits.queue());
        this.turns = new Semaphore(limits.concurrency(), true);
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("POST");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!places.tryAcquire()) {
            refuse(
                    "The queue is full: %d requests compute and %d wait"
                            .formatted(limits.concurrency(), limits.queue()),
                    response);
            return;
        }
        try {
            if (hasTurn()) {
                compute(request, response, chain);
            } else {
                refuse("No turn came within %d s of waiting".formatted(limits.queueSeconds()), response);
            }
        } finally {
            places.release();
        }
    }

    private boolean hasTurn() {
        try {
            return turns.tryAcquire(limits.queueSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException shutdown) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void compute(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long start = System.nanoTime();
        try {
            chain.doFilter(request, response);
        } finally {
            turns.release();
            // An average that forgets; two threads that overwrite each other's share do no harm to an estimate.
            meanSeconds += 0.1 * ((System.nanoTime() - start) / 1e9 - meanSeconds);
        }
    }

    /** By the time the present queue should be through, going by how long requests took lately. */
    private void refuse(String detail, HttpServletResponse response) throws IOException {
        int ahead = limits.concurrency() + limits.queue() - places.availablePermits();
        long seconds = (long) Math.ceil(meanSeconds * ahead / limits.concurrency());
        writer.write(Busy.report(detail), Busy.retryAfter(seconds), response);
    }
}
