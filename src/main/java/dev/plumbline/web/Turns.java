package dev.plumbline.web;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who computes and who waits for it: first come, first served. Who waits holds a place, and no thread. */
final class Turns {

    private final int places;
    private int free;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private final Map<String, Integer> taken = new HashMap<>();

    /** @param waiting how many may wait while {@code atOnce} compute */
    Turns(int atOnce, int waiting) {
        this.free = atOnce;
        this.places = atOnce + waiting;
    }

    /** Why there is no place. */
    enum Full {
        QUEUE,
        KEY
    }

    private enum State {
        WAITING,
        GRANTED,
        OVER
    }

    /** A place, or why there is none. */
    record Asked(@Nullable Turn turn, @Nullable Full full) {}

    synchronized Asked ask(String key, int mostOfKey) {
        if (all() >= places) {
            return new Asked(null, Full.QUEUE);
        }
        if (taken.getOrDefault(key, 0) >= mostOfKey) {
            return new Asked(null, Full.KEY);
        }
        taken.merge(key, 1, Integer::sum);
        Turn turn = new Turn(key);
        if (free > 0) {
            free--;
            turn.state = State.GRANTED;
        } else {
            waiting.add(turn);
        }
        return new Asked(turn, null);
    }

    /** Those who compute and those who wait. */
    synchronized int all() {
        return taken.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** One request's place. */
    final class Turn {

        private final String key;
        private State state = State.WAITING;
        private @Nullable Runnable granted;

        private Turn(String key) {
            this.key = key;
        }

        boolean isGranted() {
            synchronized (Turns.this) {
                return state == State.GRANTED;
            }
        }

        /** Has {@code task} run once it is this one's turn; at once where nobody waits for it any more. */
        void whenGranted(Runnable task) {
            synchronized (Turns.this) {
                if (state == State.WAITING) {
                    granted = task;
                    return;
                }
            }
            task.run();
        }

        /** Waits no longer; false where nothing was left to give up, because the turn came first. */
        boolean giveUp() {
            synchronized (Turns.this) {
                if (state != State.WAITING) {
                    return false;
                }
                ended();
                return true;
            }
        }

        /** The place is free again; whoever is next has his turn. Twice is once. */
        void end() {
            Turn next = ended();
            if (next != null && next.granted != null) {
                try {
                    next.granted.run();
                } catch (IllegalStateException tooLate) {
                    // The request has ended meanwhile.
                    next.end();
                }
            }
        }

        private @Nullable Turn ended() {
            synchronized (Turns.this) {
                State before = state;
                state = State.OVER;
                if (before != State.OVER) {
                    taken.computeIfPresent(key, (name, count) -> count == 1 ? null : (Integer) (count - 1));
                }
                if (before == State.WAITING) {
                    waiting.remove(this);
                }
                if (before != State.GRANTED) {
                    return null;
                }
                Turn next = waiting.poll();
                if (next == null) {
                    free++;
                } else {
                    next.state = State.GRANTED;
                }
                return next;
            }
        }
    }
}
