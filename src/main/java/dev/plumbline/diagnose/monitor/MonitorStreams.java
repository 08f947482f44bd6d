package dev.plumbline.diagnose.monitor;

import dev.plumbline.diagnose.monitor.MonitorService.Handle;
import dev.plumbline.limits.KeyLimits;
import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The streams that are open. Each has a thread of its own, none of the server's: somebody who listens for days, or does not
 * read what he is sent, holds up nobody.
 */
@Component
class MonitorStreams {

    private static final Logger log = LoggerFactory.getLogger(MonitorStreams.class);
    private static final long NO_TIMEOUT = 0;

    private final MonitorService service;
    private final MonitorNews news;
    private final JsonMapper mapper;
    private final KeyLimits limits;
    private final Map<String, Integer> openByKey = new ConcurrentHashMap<>();
    private final Set<MonitorStream> open = ConcurrentHashMap.newKeySet();

    MonitorStreams(MonitorService service, MonitorNews news, JsonMapper mapper, KeyLimits limits) {
        this.limits = limits;
        this.service = service;
        this.news = news;
        this.mapper = mapper;
    }

    SseEmitter open(Handle handle, Optional<Long> after) {
        service.monitor(handle);
        takePlace(handle.owner());
        SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
        MonitorStream stream = new MonitorStream(service, mapper, handle, emitter);
        Semaphore bell = news.subscribe(handle.id());
        Runnable ending = () -> {
            stream.end();
            bell.release();
        };
        emitter.onCompletion(ending);
        emitter.onError(failure -> ending.run());
        open.add(stream);
        Thread thread = new Thread(() -> run(stream, bell, handle, emitter, after), "monitor-events");
        thread.setDaemon(true);
        thread.start();
        return emitter;
    }

    private void takePlace(String owner) {
        int most = limits.forKey(owner).streams();
        openByKey.compute(owner, (key, taken) -> {
            int now = taken == null ? 0 : taken;
            if (now >= most) {
                throw Problem.limit(
                        "",
                        "too many streams of events are open with this key",
                        most + 1,
                        "at most " + most + " (plumbline.key-limits.streams)");
            }
            return now + 1;
        });
    }

    private void leavePlace(String owner) {
        openByKey.computeIfPresent(owner, (key, taken) -> taken == 1 ? null : (Integer) (taken - 1));
    }

    private void run(MonitorStream stream, Semaphore bell, Handle handle, SseEmitter emitter, Optional<Long> after) {
        try {
            stream.begin(after);
            stream.run(bell);
        } catch (IOException | InterruptedException gone) {
            log.debug("A stream of events ended", gone);
        } catch (RuntimeException fault) {
            log.warn("A stream of events broke off", fault);
        } finally {
            open.remove(stream);
            news.unsubscribe(handle.id(), bell);
            leavePlace(handle.owner());
            emitter.complete();
        }
    }

    /** Before the server waits for its requests to end, which these would never do by themselves. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        open.forEach(MonitorStream::end);
        news.publishToAll();
    }
}
