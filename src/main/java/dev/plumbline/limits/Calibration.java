package dev.plumbline.limits;

import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Measures the machine's {@link Pace} when the service has started, beside the first requests. */
@Component
class Calibration {

    @EventListener(ApplicationStartedEvent.class)
    void begin() {
        Thread thread = new Thread(Pace::measure, "pace");
        thread.setDaemon(true);
        thread.start();
    }
}
