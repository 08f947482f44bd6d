package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.course.Apart;
import dev.plumbline.compute.health.course.RankWatch;
import dev.plumbline.compute.health.course.RunComparison;
import dev.plumbline.compute.health.course.RunFinding;
import dev.plumbline.compute.health.course.RunState;
import dev.plumbline.compute.health.course.Snapshot;
import dev.plumbline.compute.health.course.Watch;
import dev.plumbline.compute.health.course.WindowCourse;
import dev.plumbline.diagnose.monitor.MonitorStore.Advance;
import dev.plumbline.diagnose.monitor.MonitorStore.Kept;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.report.Page;
import dev.plumbline.webhook.Told;
import dev.plumbline.webhook.Webhooks;
import java.nio.charset.StandardCharsets;
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
    private final RankStore ranks;
    private final MonitorNews news;
    private final Webhooks webhooks;
    private final JsonMapper mapper;

    MonitorService(
            Limits limits,
            MonitorStore store,
            RankStore ranks,
            MonitorNews news,
            Webhooks webhooks,
            JsonMapper mapper) {
        this.limits = limits;
        this.store = store;
        this.ranks = ranks;
        this.news = news;
        this.webhooks = webhooks;
        this.mapper = mapper;
    }

    /** Whose monitor is meant. */
    record Handle(String owner, String id) {}

    Monitor create(String owner, MonitorRequest request, String idempotencyKey) {
        String said = mapper.writeValueAsString(request);
        IdempotencyKey key =
                IdempotencyKey.of(idempotencyKey, bytes -> bytes.write(said.getBytes(StandardCharsets.UTF_8)));
        Optional<String> earlier = key.isGiven() ? store.findCreated(owner, key) : Optional.empty();
        if (earlier.isPresent()) {
            return monitor(new Handle(owner, earlier.get()));
        }
        webhooks.require(request.webhook());
        requireOther(owner, request.comparedWith());
        store.deleteExpired();
        requirePlace(owner);
        Instant now = Instant.now();
        Monitor monitor = new Monitor(
                UUID.randomUUID().toString(),
                request.name(),
                request.watched(),
                RunState.NEW,
                Verdict.HEALTHY,
                request.webhook(),
                now,
                now.plus(kept()));
        try {
            store.insert(owner, monitor, key);
            return monitor;
        } catch (DuplicateKeyException race) {
            return monitor(new Handle(owner, store.findCreated(owner, key).orElseThrow(() -> race)));
        }
    }

    private void requireOther(String owner, @Nullable String other) {
        if (other != null && find(new Handle(owner, other)).isEmpty()) {
            throw Problem.invalid("/comparedWith", "there is no monitor of this id", other, "the id of a monitor");
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
        WindowCourse course = course(monitor);
        String other = monitor.watched().comparedWith();
        RunComparison comparison = other == null
                ? null
                : find(new Handle(handle.owner(), other))
                        .map(found -> RunComparison.of(course, course(found)))
                        .orElse(null);
        return MonitorReport.of(monitor, course, store.findings(monitor.id()), comparison, told(monitor));
    }

    private @Nullable Told told(Monitor monitor) {
        return monitor.webhook() == null ? null : new Told(monitor.webhook().url(), webhooks.waiting(monitor.id()));
    }

    private WindowCourse course(Monitor monitor) {
        return new WindowCourse(monitor.watched(), monitor.state(), store.window(monitor.id()));
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

    /** Of the first rank, whose course is watched, or of another one, which is held against it. */
    SnapshotReport post(Handle handle, @Nullable Integer rank, Snapshot next) {
        Monitor monitor = monitor(handle);
        int posting = monitor.watched().posting();
        if (rank == null ? posting > 1 : rank < 0 || rank >= posting) {
            throw Problem.invalid(
                    "/rank",
                    posting > 1
                            ? "whose snapshot is this?"
                            : "the monitor was made for one rank; say ranks when you make it",
                    rank,
                    posting > 1 ? "0 to " + (posting - 1) : "0, or nothing");
        }
        return rank == null || rank == 0 ? post(handle, next) : postBehind(monitor, rank, next);
    }

    private SnapshotReport postBehind(Monitor monitor, int rank, Snapshot next) {
        requireSmall(monitor, next);
        boolean taken = ranks.find(monitor.id(), rank, next.step()).isEmpty();
        if (taken && next.step() <= ranks.judged(monitor.id())) {
            throw passed(monitor, next.step(), ranks.judged(monitor.id()));
        }
        taken = taken && ranks.insert(monitor.id(), rank, next);
        if (!taken) {
            ranks.find(monitor.id(), rank, next.step()).ifPresent(earlier -> requireSame(earlier, next));
        }
        return SnapshotReport.behind(monitor, next.step(), !taken, store.openFindings(monitor.id()));
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
            Optional<SnapshotReport> report = advance(handle.owner(), monitor, next);
            if (report.isPresent()) {
                news.publish(monitor.id());
                return report.get();
            }
        }
    }

    /** Empty if another snapshot came first. */
    private Optional<SnapshotReport> advance(String owner, Monitor monitor, Snapshot next) {
        List<Snapshot> window = store.window(monitor.id());
        List<RunFinding> before = store.openFindings(monitor.id());
        Watch watch = Watch.advance(monitor.watched(), monitor.state(), window, before, next);
        List<RankWatch> together = together(monitor, window, watch, before);
        Watch whole = watch.with(together);
        SnapshotReport report = SnapshotReport.of(monitor.id(), whole, SnapshotReport.open(before, whole));
        int surplus = window.size() + 1 - monitor.watched().window();
        long oldest = surplus > 0 ? window.get(surplus - 1).step() + 1 : 0;
        Monitor after = monitor.with(whole, report.verdict(), Instant.now().plus(kept()));
        List<Apart> apart = together.stream().map(RankWatch::apart).toList();
        Advance advance = new Advance(whole, apart, report, oldest);
        return store.update(owner, after, advance) ? Optional.of(report) : Optional.empty();
    }

    /** The steps before this one that all ranks have told of by now. */
    private List<RankWatch> together(Monitor monitor, List<Snapshot> window, Watch watch, List<RunFinding> open) {
        if (monitor.watched().posting() == 1) {
            return List.of();
        }
        return RankWatch.advanceAll(
                ranks.complete(monitor, window),
                ranks.apart(monitor.id()),
                open,
                watch.state().findings());
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
            throw passed(monitor, next.step(), monitor.state().step());
        }
    }

    private static Problem passed(Monitor monitor, long step, long last) {
        return new Problem(
                Problem.Code.CONFLICT,
                "/step",
                "steps come in order, and this one has been passed; for a run that starts again make another monitor",
                step,
                "a step after " + last + ", or one of the last "
                        + monitor.watched().window() + " snapshots once more");
    }

    private static void requireSmall(Monitor monitor, Snapshot next) {
        Set<String> names = new HashSet<>(monitor.state().tensors().keySet());
        names.addAll(next.tensors().keySet());
        int behind = RankStore.KEPT * (monitor.watched().posting() - 1);
        int most = Math.min(FIGURES / (monitor.watched().window() + behind), TENSORS);
        if (names.size() > most) {
            throw Problem.limit(
                    "",
                    "the monitor would watch too many tensors for its window",
                    names.size() + " tensors",
                    "at most " + most + " with a window of " + monitor.watched().window() + " snapshots"
                            + (behind == 0 ? "" : " and " + monitor.watched().posting() + " ranks"));
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
