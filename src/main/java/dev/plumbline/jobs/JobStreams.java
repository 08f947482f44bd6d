package dev.plumbline.jobs;

import dev.plumbline.jobs.Job.State;
import dev.plumbline.jobs.JobStore.Seen;
import dev.plumbline.limits.KeyLimits;
import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The streams of events that are open, each with a thread of its own, none of the server's. An event is the job as it is: who
 * was away has missed nothing that the next one does not say.
 */
@Component
class JobStreams {

    private static final Logger log = LoggerFactory.getLogger(JobStreams.class);
    private static final long NO_TIMEOUT = 0;
    private static final long BETWEEN_LOOKS = 250;

    /** A listener who has gone away is noticed by the second of these that cannot be sent. */
    private static final int LOOKS_BETWEEN_PULSES = 20;

    private final Jobs jobs;
    private final JsonMapper json;
    private final KeyLimits limits;
    private final Map<String, Integer> openByKey = new ConcurrentHashMap<>();
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();

    JobStreams(Jobs jobs, JsonMapper json, KeyLimits limits) {
        this.jobs = jobs;
        this.json = json;
        this.limits = limits;
    }

    /** @param after the id of the last event that was seen; 0 for none */
    SseEmitter open(String owner, String id, long after) {
        takePlace(owner);
        Stream stream = new Stream(owner, id, after);
        stream.emitter.onCompletion(stream::end);
        stream.emitter.onError(failure -> stream.end());
        open.add(stream);
        Thread thread = new Thread(stream, "job-events");
        thread.setDaemon(true);
        thread.start();
        return stream.emitter;
    }

    private void takePlace(String owner) {
        int most = limits.forKey(owner).streams();
        openByKey.compute(owner, (key, taken) -> {
            int now = taken == null ? 0 : taken;
            if (now >= most) {
                throw Problem.limit(
                        "",
                        "too many streams of events of jobs are open with this key",
                        most + 1,
                        "at most " + most + " (plumbline.key-limits.streams)");
            }
            return now + 1;
        });
    }

    /** Before the server waits for its requests to end. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        open.forEach(Stream::end);
    }

    private final class Stream implements Runnable {

        private final String owner;
        private final String id;
        private final SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
        private long last;
        private volatile boolean ended;

        private Stream(String owner, String id, long after) {
            this.owner = owner;
            this.id = id;
            this.last = after;
        }

        private void end() {
            ended = true;
        }

        @Override
        public void run() {
            try {
                for (int look = 1; !ended && !isOver(); look++) {
                    if (look % LOOKS_BETWEEN_PULSES == 0) {
                        emitter.send(SseEmitter.event().comment(""));
                    }
                    Thread.sleep(BETWEEN_LOOKS);
                }
            } catch (IOException | IllegalStateException | InterruptedException | Problem gone) {
                log.debug("A stream of events ended", gone);
            } catch (RuntimeException fault) {
                log.warn("A stream of events broke off", fault);
            } finally {
                open.remove(this);
                openByKey.computeIfPresent(owner, (key, taken) -> taken == 1 ? null : (Integer) (taken - 1));
                emitter.complete();
            }
        }

        /** Tells what is new; true where that was the end. */
        private boolean isOver() throws IOException {
            Seen seen = jobs.seen(owner, id);
            State state = seen.job().state();
            if (seen.version() > last) {
                last = seen.version();
                emitter.send(SseEmitter.event()
                        .id(Long.toString(last))
                        .name(name(state))
                        .data(data(seen.job())));
            }
            return state.isOver();
        }

        private static String name(State state) {
            return switch (state) {
                case QUEUED, RUNNING -> "progress";
                case DONE -> "report";
                case FAILED -> "problem";
                case CANCELLED -> "cancelled";
            };
        }

        private String data(Job job) {
            String report = job.state() == State.DONE ? jobs.whole(owner, id).report() : null;
            return report != null
                    ? report
                    : json.writeValueAsString(
                            job.state() == State.FAILED && job.error() != null
                                    ? job.error().refusal()
                                    : job);
        }
    }
}
