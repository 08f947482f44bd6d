package dev.plumbline.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The answers that are on their way out, and a clock that hangs up on callers who read them too slowly: slower than a body has
 * to come ({@link BodyTerms}), or, where threads run short, slowest of all. Who reads slowly keeps no place among those who
 * compute either.
 */
final class Departures extends OncePerRequestFilter {

    /** Threads that are to be left for callers who do read, and how long a write may be stuck where there are fewer. */
    private static final int SPARE = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration SLOW = Duration.ofMillis(500);

    private final BodyTerms terms;
    private final Set<Departure> writing = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ObservedHttp container;

    Departures(BodyTerms terms, Clock clock) {
        this.terms = terms;
        clock.every(1_000, Set.of(this), Departures::look);
    }

    /** Called once the container exists. */
    void observe(ObservedHttp observed) {
        container = observed;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Departure departure = new Departure(
                response,
                request.getServletConnection().getConnectionId(),
                this,
                () -> ComputeGate.stepAside(request, response));
        chain.doFilter(request, departure);
        departure.finish();
    }

    void enter(Departure departure) {
        writing.add(departure);
    }

    void leave(Departure departure) {
        writing.remove(departure);
    }

    private void look() {
        ObservedHttp observed = container;
        for (Departure departure : writing) {
            if (departure.stuck().compareTo(SLOW) > 0) {
                departure.stepAside();
            }
            if (observed != null && terms.isTooSlow(departure.count(), departure.waited())) {
                observed.hangUp(departure.connection());
            }
        }
        if (observed != null) {
            makeRoom(observed, SPARE - observed.idleThreads());
        }
    }

    private void makeRoom(ObservedHttp observed, int threads) {
        writing.stream()
                .filter(departure -> departure.stuck().compareTo(PATIENCE) > 0)
                .sorted(Comparator.comparing(Departure::waited).reversed())
                .limit(Math.max(0, threads))
                .forEach(departure -> observed.hangUp(departure.connection()));
    }
}
