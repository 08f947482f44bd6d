package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.course.RunFinding;
import dev.plumbline.diagnose.monitor.MonitorService.Handle;
import dev.plumbline.diagnose.monitor.MonitorStore.Kept;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells one caller what a monitor learns, until he hangs up. Everything is read from the store, so a caller who comes back
 * with the last event's id misses nothing that is kept, and snapshots that another process has taken in arrive too.
 */
final class MonitorStream {

    /** For the news that no bell rings for. */
    private static final int POLL_MILLISECONDS = 1000;

    /** A comment now and then finds out whether somebody still listens. */
    private static final int QUIET_POLLS = 15;

    private final MonitorService service;
    private final JsonMapper mapper;
    private final Handle handle;
    private final SseEmitter emitter;
    private long step;
    private volatile boolean over;

    MonitorStream(MonitorService service, JsonMapper mapper, Handle handle, SseEmitter emitter) {
        this.service = service;
        this.mapper = mapper;
        this.handle = handle;
        this.emitter = emitter;
    }

    /** After a step, or from the present on, which is then told first. */
    void begin(Optional<Long> after) throws IOException {
        if (after.isPresent()) {
            step = after.get();
        } else {
            MonitorReport report = service.report(handle);
            step = report.step() == null ? -1 : report.step();
            send(SseEmitter.event().name("monitor"), report);
        }
    }

    void run(Semaphore bell) throws IOException, InterruptedException {
        int quiet = 0;
        while (!over) {
            Optional<Monitor> monitor = service.find(handle);
            if (monitor.isEmpty()) {
                send(SseEmitter.event().name("end"), handle.id());
                return;
            }
            boolean news = monitor.get().state().step() > step;
            if (news) {
                tell(monitor.get());
            }
            quiet = news ? 0 : quiet + 1;
            if (quiet % QUIET_POLLS == 1) {
                emitter.send(SseEmitter.event().comment("listening"));
            }
            if (bell.tryAcquire(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
                bell.drainPermits();
            }
        }
    }

    /** The id comes last: whoever is cut off before it hears the findings again. */
    private void tell(Monitor monitor) throws IOException {
        for (Kept kept : service.snapshotsAfter(monitor, step)) {
            for (RunFinding finding : kept.reply().findings()) {
                send(SseEmitter.event().name("finding"), finding);
            }
            for (RunFinding finding : kept.reply().over()) {
                send(SseEmitter.event().name("over"), finding);
            }
            step = kept.snapshot().step();
            send(SseEmitter.event().name("snapshot").id(Long.toString(step)), kept.snapshot());
        }
    }

    private void send(SseEmitter.SseEventBuilder event, Object data) throws IOException {
        emitter.send(event.data(mapper.writeValueAsString(data)));
    }

    void end() {
        over = true;
    }
}
