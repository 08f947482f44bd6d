package dev.plumbline.jobs;

import dev.plumbline.jobs.Job.State;
import dev.plumbline.jobs.JobStore.Earlier;
import dev.plumbline.jobs.JobStore.New;
import dev.plumbline.jobs.JobStore.Placed;
import dev.plumbline.jobs.JobStore.Queue;
import dev.plumbline.jobs.JobStore.Seen;
import dev.plumbline.limits.ComeBackLater;
import dev.plumbline.limits.Presence;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.report.Page;
import dev.plumbline.webhook.Webhook;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** Takes jobs in, shows them to their keys, and cancels them. */
@Service
class Jobs {

    /** In milliseconds, between two looks at a job that somebody waits for. */
    private static final long SHORTEST_PAUSE = 8;

    private static final long LONGEST_PAUSE = 100;
    private static final long LONGEST_REST = 600;

    /** Callers who wait for an end, each on a thread of the server's; more are answered at once. */
    private static final int WAITING = 16;

    private final Semaphore waiting = new Semaphore(WAITING);

    private final JobStore store;
    private final JobNotices notices;
    private final Workers workers;
    private final JobTraces traces;
    private final TransactionTemplate transaction;
    private final JobTerms terms;
    private final Map<String, Work> works;

    Jobs(
            JobStore store,
            JobNotices notices,
            Workers workers,
            JobTraces traces,
            TransactionTemplate transaction,
            JobTerms terms,
            List<Work> works) {
        this.store = store;
        this.notices = notices;
        this.workers = workers;
        this.traces = traces;
        this.transaction = transaction;
        this.terms = terms;
        this.works = works.stream().collect(Collectors.toMap(Work::kind, Function.identity()));
    }

    /**
     * What somebody wants done.
     *
     * @param idempotencyKey empty where there is none
     * @param webhook who is told when it has ended
     */
    record Order(
            String kind,
            Inputs inputs,
            String idempotencyKey,
            @Nullable Webhook webhook) {

        /** Of everything that a repeated request repeats; a new secret is no other request. */
        String digest() {
            return inputs.digest(webhook == null ? kind : kind + " " + webhook.url());
        }
    }

    /**
     * Kept, with everything the request came with, once this returns. A repeated request with the same Idempotency-Key is the
     * job that the first one made.
     */
    Seen submit(String owner, Order order) {
        IdempotencyKey key = new IdempotencyKey(order.idempotencyKey(), order.digest());
        Optional<Seen> before = earlier(owner, key);
        if (before.isPresent()) {
            return before.get();
        }
        requirePlace(owner);
        Work work = works.get(order.kind());
        if (work == null) {
            throw new IllegalStateException("nobody does " + order.kind());
        }
        double seconds = Math.max(
                1e-3,
                Presence.estimating(() -> work.prepare(owner, order.inputs())).seconds());
        String id = UUID.randomUUID().toString();
        New made = new New(id, owner, order.kind(), seconds, key.key(), key.digest(), traces.begin(order.kind(), id));
        Seen seen = keep(made, order);
        workers.look();
        return seen;
    }

    /** One at a time, so that the last place and the last byte are given away once in this process. */
    private synchronized Seen keep(New made, Order order) {
        Inputs inputs = order.inputs();
        Optional<Seen> before = earlier(made.owner(), made.key());
        if (before.isPresent()) {
            return before.get();
        }
        requirePlace(made.owner());
        if (!store.makeRoom(made.owner(), inputs.bytes(), made.id())) {
            throw Problem.limit(
                    "",
                    "this key's jobs would be too large together",
                    inputs.bytes() + " bytes more",
                    "at most " + terms.bytes() + " bytes (plumbline.jobs.bytes)");
        }
        try {
            transaction.executeWithoutResult(status -> {
                Placed placed = store.insert(made, inputs, System.currentTimeMillis());
                notices.keep(made.id(), order.webhook());
                workers.schedule(made.id(), placed.throughAt());
                placed.moved().forEach(workers::move);
            });
        } catch (DuplicateKeyException sameKeyOnAnotherMachine) {
            return earlier(made.owner(), made.key()).orElseThrow(() -> sameKeyOnAnotherMachine);
        }
        return seen(made.owner(), made.id());
    }

    private Optional<Seen> earlier(String owner, IdempotencyKey key) {
        Optional<Earlier> earlier = key.isGiven() ? store.ofKey(owner, key.key()) : Optional.empty();
        earlier.ifPresent(job -> key.requireSame(job.digest()));
        return earlier.map(job -> seen(owner, job.id()));
    }

    private void requirePlace(String owner) {
        Queue queue = store.queue(owner);
        int most = terms.queueOf(owner);
        if (queue.all() >= terms.queue() || queue.ofKey() >= most) {
            long rest = (long) Math.ceil(queue.seconds() / Math.max(1, queue.all()));
            throw new ComeBackLater(
                    queue.ofKey() >= most
                            ? "This key has %d jobs under way (plumbline.jobs.queue-of-key)".formatted(most)
                            : "The queue is full: %d jobs wait or run (plumbline.jobs.queue)".formatted(terms.queue()),
                    Math.min(LONGEST_REST, rest));
        }
    }

    Seen seen(String owner, String id) {
        return store.find(owner, id)
                .orElseThrow(() -> Problem.notFound(
                        "",
                        "this key has no job of this id; those that have ended are kept for " + terms.days()
                                + " days (plumbline.jobs.days)",
                        id,
                        "the id of a job"));
    }

    /** With its report, where it is done, and who is told. */
    Job whole(String owner, String id) {
        Job job = seen(owner, id).job();
        return job.with(job.state() == State.DONE ? store.report(owner, id).orElse(null) : null, notices.told(id));
    }

    /** As {@link #seen}, once the job has ended, but so many seconds later at the latest. */
    Job await(String owner, String id, int seconds) {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        Job job = seen(owner, id).job();
        if (seconds == 0 || !waiting.tryAcquire()) {
            return job;
        }
        long pause = SHORTEST_PAUSE;
        try {
            while (!job.state().isOver() && System.nanoTime() < end) {
                Thread.sleep(pause);
                pause = Math.min(LONGEST_PAUSE, pause + pause / 2);
                job = seen(owner, id).job();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.release();
        }
        return job;
    }

    Page<Job> page(String owner, int limit, @Nullable String after) {
        return store.page(owner, limit, after);
    }

    /** Stops it within a second; one that has ended is dropped. */
    void cancel(String owner, String id) {
        seen(owner, id);
        if (Boolean.TRUE.equals(transaction.execute(status -> store.cancel(owner, id)))) {
            workers.forget(id);
        } else {
            store.drop(owner, id);
        }
    }
}
