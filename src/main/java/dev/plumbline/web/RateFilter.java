package dev.plumbline.web;

import dev.plumbline.limits.KeyLimits;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses the calls of a key beyond its {@code requestsPerMinute}; a token bucket each, as many as there are keys. */
final class RateFilter extends OncePerRequestFilter {

    private final KeyLimits limits;
    private final RefusalWriter refusals;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    RateFilter(KeyLimits limits, RefusalWriter refusals) {
        this.limits = limits;
        this.refusals = refusals;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String key = String.valueOf(request.getAttribute(ApiKeyFilter.OWNER));
        int most = limits.forKey(key).requestsPerMinute();
        if (most == 0) {
            chain.doFilter(request, response);
            return;
        }
        ConsumptionProbe probe =
                buckets.computeIfAbsent(key, name -> bucket(most)).tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) {
            chain.doFilter(request, response);
            return;
        }
        long seconds = Duration.ofNanos(probe.getNanosToWaitForRefill()).toSeconds() + 1;
        refusals.refuse(
                ProblemReport.of(
                        ProblemType.TOO_MANY,
                        "This key has used up its requests",
                        most + 1 + " requests",
                        "at most " + most + " a minute (plumbline.key-limits.requests-per-minute)"),
                Busy.retryAfter(seconds),
                request,
                response);
    }

    private static Bucket bucket(int most) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(most).refillGreedy(most, Duration.ofMinutes(1)))
                .build();
    }
}
