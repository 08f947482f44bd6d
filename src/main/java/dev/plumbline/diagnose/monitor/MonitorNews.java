package dev.plumbline.diagnose.monitor;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;

/** Wakes those who wait for a monitor's next snapshot. It says that there is news; the store says what. */
@Component
class MonitorNews {

    private final Map<String, Set<Semaphore>> waiting = new ConcurrentHashMap<>();

    /** A permit arrives with each piece of news. */
    Semaphore subscribe(String id) {
        Semaphore bell = new Semaphore(0);
        waiting.compute(id, (key, bells) -> {
            Set<Semaphore> all = bells == null ? ConcurrentHashMap.newKeySet() : bells;
            all.add(bell);
            return all;
        });
        return bell;
    }

    void unsubscribe(String id, Semaphore bell) {
        waiting.computeIfPresent(id, (key, bells) -> {
            bells.remove(bell);
            return bells.isEmpty() ? null : bells;
        });
    }

    void publish(String id) {
        waiting.getOrDefault(id, Set.of()).forEach(Semaphore::release);
    }

    void publishToAll() {
        waiting.keySet().forEach(this::publish);
    }
}
