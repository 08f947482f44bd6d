package dev.plumbline.web;

import dev.plumbline.limits.Presence;
import dev.plumbline.web.Turns.Turn;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request's way through the gate. One that waits goes through the filters again, once: when its turn comes, its time is up
 * or its caller hangs up, whichever is first.
 */
final class Passage implements AsyncListener {

    private final Turn turn;
    private final Presence caller;
    private final HangUps.Vigil vigil;

    /** Null where the request does not wait, or not any more. */
    private @Nullable AsyncContext waiting;

    /** @param patience for memory that others use */
    Passage(Turn turn, HttpServletRequest request, HangUps hangUps, Duration patience) {
        this.turn = turn;
        this.caller = new Presence(turn::end, patience);
        this.vigil = hangUps.watch(request, this::leave);
    }

    Turn turn() {
        return turn;
    }

    Presence caller() {
        return caller;
    }

    void await(HttpServletRequest request, Duration longest) {
        AsyncContext exchange = request.startAsync();
        exchange.setTimeout(longest.toMillis());
        exchange.addListener(this);
        synchronized (this) {
            waiting = exchange;
        }
        turn.whenGranted(this::goOn);
    }

    /** Whoever comes second waits until the first has dispatched, so the container never sees an exchange left alone. */
    private synchronized void goOn() {
        AsyncContext exchange = waiting;
        waiting = null;
        if (exchange != null) {
            exchange.dispatch();
        }
    }

    private void leave() {
        caller.leave();
        if (turn.giveUp()) {
            goOn();
        }
    }

    /** Whatever became of the request, its place is free. */
    void end() {
        vigil.close();
        turn.end();
        caller.free();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        turn.giveUp();
        goOn();
    }

    @Override
    public void onError(AsyncEvent event) {
        end();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        // The request's end is heard of elsewhere.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Nobody waits twice.
    }
}
