package dev.plumbline.optimize.training;

import dev.plumbline.problem.Problem;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** The runs that are under way in this process, by id; each belongs to the key that started it. */
@Component
class TrainingRuns {

    private record Entry(String owner, TrainingRunHandle handle) {}

    private final Map<String, Entry> running = new ConcurrentHashMap<>();

    /** Does the work, and can be asked meanwhile to cancel it. */
    <T> T during(String owner, TrainingRunHandle handle, Supplier<T> work) {
        running.put(handle.id(), new Entry(owner, handle));
        try {
            return work.get();
        } finally {
            running.remove(handle.id());
        }
    }

    void cancel(String owner, String id) {
        Entry entry = running.get(id);
        if (entry == null || !entry.owner().equals(owner)) {
            throw Problem.notFound("", "no run of this id is under way", id, "the id of a run that still trains");
        }
        entry.handle().cancel();
    }
}
