package dev.plumbline.jobs;

import dev.plumbline.jobs.Job.Failure;
import dev.plumbline.jobs.JobRuns.Lease;
import dev.plumbline.limits.ComeBackLater;
import dev.plumbline.limits.Presence;
import dev.plumbline.problem.Fault;
import dev.plumbline.problem.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs one job: takes the lease, reads the request anew, does the work while a clock notes how far it is and whether it is
 * still wanted, and keeps the report and the job's end in one transaction, so that there is one of both, or none.
 */
@Component
class Worker {

    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    /** A cancelled job ends within a second: its work asks at least as often as the clock looks. */
    private static final long BETWEEN_LOOKS = 250;

    /** For memory that other jobs and requests use: more than any request may take. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private final JobStore store;
    private final JobRuns leases;
    private final ShardStore shards;
    private final CheckpointStore checkpoints;
    private final Calls calls;
    private final TransactionTemplate transaction;
    private final JobTerms terms;
    private final Map<String, Work> works;
    private final MeterRegistry meters;
    private final JobTraces traces;
    private final Set<Run> runs = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "job-clock");
        made.setDaemon(true);
        return made;
    });

    Worker(
            JobStore store,
            JobRuns leases,
            ShardStore shards,
            CheckpointStore checkpoints,
            Calls calls,
            TransactionTemplate transaction,
            JobTerms terms,
            List<Work> works,
            MeterRegistry meters,
            JobTraces traces) {
        this.store = store;
        this.leases = leases;
        this.shards = shards;
        this.checkpoints = checkpoints;
        this.calls = calls;
        this.transaction = transaction;
        this.terms = terms;
        this.works = works.stream().collect(Collectors.toMap(Work::kind, Function.identity()));
        this.meters = meters;
        this.traces = traces;
        clock.scheduleWithFixedDelay(
                () -> runs.forEach(Run::look), BETWEEN_LOOKS, BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
    }

    /** A job waits that goes before this one, which goes on from what it has kept when its turn comes again. */
    private static final class Behind extends RuntimeException {
        Behind() {
            super("somebody's job goes first", null, false, false);
        }
    }

    /** Whether a job has to be taken up again, and whether others go first. */
    enum Outcome {
        OVER,
        AGAIN,
        LATER
    }

    Outcome run(String id, String node) {
        if (stopping) {
            return Outcome.AGAIN;
        }
        Optional<Lease> begun = Objects.requireNonNull(transaction.execute(status -> leases.begin(id, node)));
        return begun.isEmpty() ? Outcome.OVER : traces.during("run", begun.get(), () -> run(begun.get()));
    }

    private Outcome run(Lease lease) {
        if (lease.fruitless() > terms.attempts()) {
            return failed(
                    lease,
                    Failure.of(new Fault(
                            "The process that ran this job died, or met a fault of the service, %d times"
                                    .formatted(terms.attempts()),
                            terms.attempts() + " attempts",
                            "fewer (plumbline.jobs.attempts); the log of the service knows the job by its id")));
        }
        shards.release(lease.id(), ShardCrew.LEAD);
        Run run = new Run(lease);
        long started = System.nanoTime();
        runs.add(run);
        run.caller.begin();
        try {
            return over(run, started);
        } catch (Presence.CallerGone unwanted) {
            return unwanted(lease);
        } catch (Problem refused) {
            return failed(lease, Failure.of(refused));
        } catch (ShardCrew.Spent spent) {
            return failed(lease, spent.failure());
        } catch (Behind othersFirst) {
            leases.giveBack(lease, false);
            return Outcome.LATER;
        } catch (ComeBackLater busy) {
            Presence.end();
            return run.caller.isGone() ? unwanted(lease) : later(lease, busy);
        } catch (RuntimeException | Error fault) {
            return run.caller.isGone() ? unwanted(lease) : again(lease, fault);
        } finally {
            Presence.end();
            runs.remove(run);
        }
    }

    private Outcome over(Run run, long started) {
        Lease lease = run.lease;
        Work work = works.get(lease.kind());
        if (work == null) {
            throw new IllegalStateException("nobody does " + lease.kind());
        }
        Work.Task task = Presence.estimating(() -> work.prepare(lease.owner(), store.inputs(lease.id())));
        ShardCrew crew = new ShardCrew(
                shards,
                lease,
                new ShardCrew.Member(ShardCrew.LEAD, run.caller, true, () -> stopping, run.events(started)),
                terms);
        Work.Done done = task.run(new Attempt(
                run::tell,
                crew,
                new KeptCheckpoints(checkpoints, lease, terms, () -> stopping, () -> run.resumed = true)));
        run.caller.check();
        runs.remove(run);
        boolean first = Patience.patiently(
                () -> stopping,
                () -> inTransaction(() -> {
                    boolean held = leases.done(lease, "/v1/" + lease.kind() + "/" + done.id(), done.report());
                    if (held) {
                        done.keep().run();
                    }
                    return held;
                }));
        if (!first) {
            return unwanted(lease);
        }
        store.makeRoom(lease.owner(), 0, lease.id());
        meters.timer("plumbline.job.seconds", "kind", lease.kind())
                .record(Duration.ofNanos(System.nanoTime() - started));
        return ended(lease, "done");
    }

    private boolean inTransaction(BooleanSupplier end) {
        return Boolean.TRUE.equals(transaction.execute(status -> end.getAsBoolean()));
    }

    /** Cancelled, given back because the service stops, or in somebody else's hands. */
    private Outcome unwanted(Lease lease) {
        if (inTransaction(() -> leases.cancelled(lease))) {
            return ended(lease, "cancelled");
        }
        if (stopping) {
            leases.giveBack(lease, false);
            return Outcome.AGAIN;
        }
        log.info("Job {} is run by somebody else", lease.id());
        return Outcome.OVER;
    }

    private Outcome failed(Lease lease, Failure failure) {
        inTransaction(() -> leases.fail(lease, failure));
        return ended(lease, "failed");
    }

    private Outcome again(Lease lease, Throwable fault) {
        log.error("Run {} of job {} failed", lease.number(), lease.id(), fault);
        if (leases.fruitless(lease) >= terms.attempts() && !stopping) {
            return failed(
                    lease,
                    Failure.of(new Fault(
                            "This job met a fault of the service; its log knows the job by its id",
                            fault.getClass().getSimpleName(),
                            null)));
        }
        leases.giveBack(lease, !stopping);
        return Outcome.AGAIN;
    }

    /** No fault, and so no attempt: it is begun anew when there may be a place for it. */
    private Outcome later(Lease lease, ComeBackLater busy) {
        log.info("Job {} waits again: {}", lease.id(), busy.getMessage());
        leases.giveBack(lease, false);
        for (long end = System.nanoTime() + Duration.ofSeconds(busy.seconds()).toNanos();
                !stopping && System.nanoTime() < end; ) {
            try {
                Thread.sleep(BETWEEN_LOOKS);
            } catch (InterruptedException stops) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return stopping ? Outcome.AGAIN : Outcome.LATER;
    }

    private Outcome ended(Lease lease, String how) {
        calls.dismiss(lease.id());
        meters.counter("plumbline.jobs", "kind", lease.kind(), "state", how).increment();
        return Outcome.OVER;
    }

    /** Its machine is not heard of: it waits again, and whoever ran it has no say any more. */
    void lost(String id) {
        log.warn("Job {} is taken from a machine that is not heard of", id);
        leases.requeue(id);
    }

    /** When a job would be through as things are now; nothing where there is none. */
    Optional<Long> throughAt(String id) {
        return store.throughAt(id);
    }

    /** How many are run here just now. */
    int running() {
        return runs.size();
    }

    /** Whether any job waits, here or elsewhere. */
    boolean jobsWait() {
        return leases.othersWait();
    }

    /** Jobs are run from now on. */
    void begin() {
        stopping = false;
    }

    /** Before the service ends: what runs stops between two operations and waits for the next start, or another machine. */
    void giveBackAll() {
        stopping = true;
        runs.forEach(run -> run.caller.leave());
    }

    @PreDestroy
    void close() {
        clock.shutdownNow();
    }

    /** One job under way. */
    private final class Run {

        private final Lease lease;
        private final Progress before; // of earlier runs
        private final Presence caller = new Presence(() -> {}, PATIENCE);
        private final AtomicReference<Progress> told = new AtomicReference<>(Progress.NONE);
        private final TimeLeft left = new TimeLeft(System.nanoTime() / 1e9);
        private Progress noted = Progress.NONE;
        private volatile boolean resumed;
        private volatile @Nullable Progress resumedAt;

        private Run(Lease lease) {
            this.lease = lease;
            this.before = new Progress("", 0, 0, lease.fraction());
        }

        private void tell(Progress progress) {
            caller.check();
            told.updateAndGet(progress::notBehind);
            if (resumed) {
                resumed = false;
                resumedAt = told.get();
            }
        }

        private ShardCrew.Events events(long started) {
            return new ShardCrew.Events() {
                private long resumedAfter;

                @Override
                public boolean begins(long open) {
                    calls.call(lease.id(), open);
                    return true;
                }

                @Override
                public void resumed() {
                    resumedAfter = System.nanoTime() - started;
                    resumed = true;
                }

                /** It costs as much to come back as it took to get here: no more than half of the time. */
                @Override
                public void kept() {
                    long worth = 2 * resumedAfter;
                    if (System.nanoTime() - started >= worth && leases.othersGoFirst(lease)) {
                        throw new Behind();
                    }
                }
            };
        }

        /** From the clock; where the database is away the work goes on, and its end will be written later. */
        private void look() {
            try {
                Progress now = told.get();
                if (!now.equals(noted)) {
                    double seconds = System.nanoTime() / 1e9;
                    Progress jump = resumedAt;
                    if (jump != null) {
                        resumedAt = null;
                        left.resumes(seconds, jump.fraction());
                    }
                    Double rest = left.at(seconds, now.fraction());
                    leases.note(lease, now.notBehind(before), rest);
                    noted = now;
                }
                if (!leases.isWanted(lease)) {
                    caller.leave();
                }
            } catch (RuntimeException away) {
                log.debug("The progress of job {} cannot be noted", lease.id(), away);
            }
        }
    }
}
