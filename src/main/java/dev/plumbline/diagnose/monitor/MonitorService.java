package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.window.RunFinding;
import dev.plumbline.compute.health.window.RunState;
import dev.plumbline.compute.health.window.Snapshot;
import dev.plumbline.compute.health.window.Watch;
import dev.plumbline.diagnose.monitor.MonitorStore.Kept;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** The order of work of monitors. A snapshot is answered once it is committed, and counts once. */
@Service
class MonitorService {

    /** Tensors times snapshots that a monitor keeps: tens of megabytes. */
    private static final int FIGURES = 500_000;

    private static final int TENSORS = 2000;

    private final Limits limits;
    private final MonitorStore store;
    private final MonitorNews news;
    private final JsonMapper mapper;

    MonitorService(Limits limits, MonitorStore store, MonitorNews news, JsonMapper mapper) {
        this.limits = limits;
        this.store = store;
        this.news = news;
        this.mapper = mapper;
    }

    /** Whose monitor is meant. */
    record Handle(String owner, String id) {}

    Monitor create(String owner, MonitorRequest request, String idempotencyKey) {
        CreationKey key = CreationKey.of(idempotencyKey, mapper.writeValueAsString(request));
        Optional<String> earlier = key.isGiven() ? store.findCreated(owner, key) : Optional.empty();
        if (earlier.isPresent()) {
            return monitor(new Handle(owner, earlier.get()));
        }
        store.deleteExpired();
        requirePlace(owner);
        Instant now = Instant.now();
        Monitor monitor = new Monitor(
                UUID.randomUUID().toString(),
                request.name(),
                request.watched(),
                RunState.NEW,
                Verdict.HEALTHY,
                now,
                now.plus(kept()));
        try {
            store.insert(owner, monitor, key);
            return monitor;
        } catch (DuplicateKeyException race) {
            return monitor(new Handle(owner, store.findCreated(owner, key).orElseThrow(() -> race)));
        }
    }

    private void requirePlace(String owner) {
        long kept = store.count(owner);
        if (kept >= limits.monitors()) {
            throw Problem.limit(
                    "",
                    "too many monitors are kept; delete some",
                    kept + 1,
                    "at most " + limits.monitors() + " (plumbline.limits.monitors)");
        }
    }

    Page<MonitorSummary> list(String owner, int limit, @Nullable String after) {
        List<MonitorSummary> found = store.list(owner, after, Page.requireLimit(limit) + 1).stream()
                .map(MonitorSummary::of)
                .toList();
        return Page.of(found, limit, MonitorSummary::id);
    }

    MonitorReport report(Handle handle) {
        Monitor monitor = monitor(handle);
        return MonitorReport.of(monitor, store.window(monitor.id()), store.findings(monitor.id()));
    }

    Monitor monitor(Handle handle) {
        return find(handle)
                .orElseThrow(() -> Problem.notFound(
                        "",
                        "there is no monitor of this id; unused ones are dropped after " + limits.sessionHours()
                                + " hours",
                        handle.id(),
                        "the id of a monitor"));
    }

    Optional<Monitor> find(Handle handle) {
        return store.find(handle.owner(), handle.id());
    }

    /** Somebody who is faster makes this one look again; so somebody always gets on. */
    SnapshotReport post(Handle handle, Snapshot next) {
        while (true) {
            Monitor monitor = monitor(handle);
            Optional<Kept> earlier = store.findSnapshot(monitor.id(), next.step());
            if (earlier.isPresent()) {
                requireSame(earlier.get().snapshot(), next);
                return earlier.get().reply().again();
            }
            requireLater(monitor, next);
            requireSmall(monitor, next);
            Optional<SnapshotReport> report = advance(monitor, next);
            if (report.isPresent()) {
                news.publish(monitor.id());
                return report.get();
            }
        }
    }

    /** Empty if another snapshot came first. */
    private Optional<SnapshotReport> advance(Monitor monitor, Snapshot next) {
        List<Snapshot> window = store.window(monitor.id());
        List<RunFinding> before = store.openFindings(monitor.id());
        Watch watch = Watch.advance(monitor.watched(), monitor.state(), window, before, next);
        SnapshotReport report = SnapshotReport.of(monitor.id(), watch, SnapshotReport.open(before, watch));
        int surplus = window.size() + 1 - monitor.watched().window();
        long oldest = surplus > 0 ? window.get(surplus - 1).step() + 1 : 0;
        Monitor after = monitor.with(watch, report.verdict(), Instant.now().plus(kept()));
        return store.update(after, watch, report, oldest) ? Optional.of(report) : Optional.empty();
    }

    private static void requireSame(Snapshot earlier, Snapshot next) {
        if (!earlier.saysTheSame(next)) {
            throw new Problem(
                    Problem.Code.CONFLICT,
                    "/step",
                    "this step has come already, with other figures",
                    "step " + next.step() + " once more",
                    "the same figures, or a later step");
        }
    }

    private static void requireLater(Monitor monitor, Snapshot next) {
        if (next.step() <= monitor.state().step()) {
            throw new Problem(
                    Problem.Code.CONFLICT,
                    "/step",
                    "steps come in order, and this one has been passed; for a run that starts again make another monitor",
                    next.step(),
                    "a step after " + monitor.state().step() + ", or one of the last "
                            + monitor.watched().window() + " snapshots once more");
        }
    }

    private static void requireSmall(Monitor monitor, Snapshot next) {
        Set<String> names = new HashSet<>(monitor.state().tensors().keySet());
        names.addAll(next.tensors().keySet());
        int most = Math.min(FIGURES / monitor.watched().window(), TENSORS);
        if (names.size() > most) {
            throw Problem.limit(
                    "",
                    "the monitor would watch too many tensors for its window",
                    names.size() + " tensors",
                    "at most " + most + " with a window of " + monitor.watched().window() + " snapshots");
        }
    }

    List<Snapshot> snapshots(Handle handle, long after) {
        return snapshotsAfter(monitor(handle), after).stream()
                .map(Kept::snapshot)
                .toList();
    }

    List<Kept> snapshotsAfter(Monitor monitor, long step) {
        return store.snapshotsAfter(monitor.id(), step);
    }

    void delete(Handle handle) {
        if (!store.delete(handle.owner(), handle.id())) {
            monitor(handle);
        }
        news.publish(handle.id());
    }

    private Duration kept() {
        return Duration.ofHours(limits.sessionHours());
    }
}
