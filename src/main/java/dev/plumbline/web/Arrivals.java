package dev.plumbline.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bodies that are on their way in, and a clock that ends those that come too slowly. */
final class Arrivals implements ServletRequestListener {

    /** How long a refused caller may go on. */
    static final Duration HEARD_OUT = Duration.ofSeconds(20);

    private static final Logger log = LoggerFactory.getLogger(Arrivals.class);
    private static final String ARRIVAL = Arrival.class.getName();

    private final BodyTerms terms;
    private final SpoolRoom room;
    private final long mostDropped;
    private final Set<Arrival> waiting = ConcurrentHashMap.newKeySet();

    /** @param mostDropped of bytes that a refused caller sends */
    Arrivals(BodyTerms terms, SpoolRoom room, long mostDropped, Clock clock) {
        this.terms = terms;
        this.room = room;
        this.mostDropped = mostDropped;
        clock.every(1_000, waiting, Arrival::hurry);
    }

    BodyTerms terms() {
        return terms;
    }

    SpoolRoom room() {
        return room;
    }

    /** Bytes of bodies in temporary files. */
    long spooled() {
        return room.taken();
    }

    long mostDropped() {
        return mostDropped;
    }

    /**
     * Takes the body in, or drops it where there is a refusal already.
     *
     * @param ending run when the request is over, however it went; the caller runs it where this fails
     */
    void begin(
            HttpServletRequest request,
            @Nullable Intake intake,
            Arrival.@Nullable Refusal refusal,
            BodyLimit limit,
            Runnable ending)
            throws IOException {
        AsyncContext exchange = request.startAsync();
        exchange.setTimeout(Duration.ofSeconds(terms.bodySeconds()).toMillis());
        Arrival arrival = new Arrival(exchange, request.getInputStream(), intake, refusal, this, limit, ending);
        request.setAttribute(ARRIVAL, arrival);
        exchange.addListener(arrival);
        waiting.add(arrival);
        request.getInputStream().setReadListener(arrival);
    }

    /** The body of a request that has been dispatched again because of it; null where it had none. */
    static @Nullable Arrival of(HttpServletRequest request) {
        return (Arrival) request.getAttribute(ARRIVAL);
    }

    void left(Arrival arrival) {
        waiting.remove(arrival);
    }

    /** Tells the operator. */
    void complain(IOException disk) {
        log.warn("A body could not be kept", disk);
    }

    void drop(@Nullable Intake intake) {
        if (intake != null) {
            intake.spools().forEach(spool -> {
                try {
                    spool.close();
                } catch (IOException disk) {
                    log.warn("A temporary file could not be deleted", disk);
                }
            });
        }
    }

    /** The request is over, however it went. */
    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        if (event.getServletRequest().getAttribute(ARRIVAL) instanceof Arrival arrival) {
            left(arrival);
            drop(arrival.intake());
            arrival.end();
        }
    }
}
