package dev.plumbline.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.Closeable;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Looks every third of a second whether the callers who wait for an answer are still there. */
final class HangUps {

    private static final long BETWEEN_MILLISECONDS = 300;

    private final Set<Vigil> vigils = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ObservedHttp container;

    HangUps(Clock clock) {
        clock.every(BETWEEN_MILLISECONDS, vigils, Vigil::look);
    }

    /** Called once the container exists. */
    void observe(ObservedHttp observed) {
        container = observed;
    }

    /** Until it is closed nobody reads from the request's connection. */
    Vigil watch(HttpServletRequest request, Runnable gone) {
        Vigil vigil = new Vigil(request.getServletConnection().getConnectionId(), gone);
        vigils.add(vigil);
        return vigil;
    }

    /** One caller, watched. */
    final class Vigil implements Closeable {

        private final String connection;
        private final Runnable gone;
        private ObservedHttp.@Nullable Line line;
        private boolean closed;

        private Vigil(String connection, Runnable gone) {
            this.connection = connection;
            this.gone = gone;
        }

        private void look() {
            if (isDead()) {
                gone.run();
            }
        }

        private synchronized boolean isDead() {
            ObservedHttp observed = container;
            if (closed || observed == null) {
                return false;
            }
            if (line == null) {
                Optional<ObservedHttp.Line> found = observed.line(connection);
                line = found.orElse(null);
                closed = found.isEmpty();
            }
            boolean dead = line != null && line.isDead();
            closed |= dead;
            return dead;
        }

        /** Whoever looks at this moment has looked by then. */
        @Override
        public synchronized void close() {
            closed = true;
            vigils.remove(this);
        }
    }
}
