package dev.plumbline.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceException;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.stereotype.Component;

/**
 * Who runs which job: one row of db-scheduler for each that waits or runs. A row whose machine is not heard of for {@value
 * #MISSED} seconds is given away again, and so is one whose process was shut down; the job is begun anew, in its old place.
 *
 * <p>Due is what is through earliest (see {@link JobStore#throughAt}), and nothing shall wait while a worker is free: so rows
 * are due {@link #LONG_AGO}, and their order is all that counts.
 */
@Component
@Lazy(false)
class Workers implements SmartLifecycle {

    static final int MISSED = 4;

    private static final Logger log = LoggerFactory.getLogger(Workers.class);
    private static final String TASK = "job";
    private static final Duration BETWEEN_CALLS = Duration.ofSeconds(1);
    private static final Duration LONG_AGO = Duration.ofDays(36_525);

    private final DataSource database;
    private final Worker worker;
    private final Volunteer volunteer;
    private final JobTerms terms;
    private final CustomTask<Void> task;
    private final CustomTask<Void> calls;
    private final SchedulerClient client;
    private volatile @Nullable Scheduler running;

    Workers(DataSource database, Worker worker, Volunteer volunteer, JobTerms terms) {
        this.database = new TransactionAwareDataSourceProxy(database);
        this.worker = worker;
        this.volunteer = volunteer;
        this.terms = terms;
        this.task = Tasks.custom(TASK, Void.class)
                .onFailure(this::inItsPlace)
                .onDeadExecution((complete, operations) -> {
                    worker.lost(complete.getExecution().getId());
                    inItsPlace(complete, operations);
                })
                .execute((instance, context) -> handling(worker.run(instance.getId(), node())));
        this.calls = Tasks.custom(Calls.TASK, Void.class)
                .onFailure(Workers::soon)
                .onDeadExecution((complete, operations) -> {
                    volunteer.lost(complete.getExecution().getId());
                    soon(complete, operations);
                })
                .execute((instance, context) -> volunteer.follow(instance.getId(), node())
                        ? Workers::soon
                        : (complete, operations) -> operations.remove());
        this.client = SchedulerClient.Builder.create(this.database, task)
                .serializer(new NoData())
                .build();
    }

    /** Each is started once. */
    private Scheduler scheduler() {
        return Scheduler.create(database, task, calls)
                .threads(terms.workers())
                .serializer(new NoData())
                // Of what waits no more than can run is taken at once, or the small would queue behind it.
                .pollUsingFetch(0.5, 1)
                .pollingInterval(Duration.ofMillis(500))
                .heartbeatInterval(Duration.ofSeconds(1))
                .missedHeartbeatsLimit(MISSED)
                .shutdownMaxWait(Duration.ofSeconds(5))
                .schedulerName(new SchedulerName.Fixed(node()))
                .build();
    }

    /** This process, as the log of its machine knows it. */
    private static String node() {
        String name = new SchedulerName.Hostname().getName();
        return (name.length() > 200 ? name.substring(0, 200) : name) + ":"
                + ManagementFactory.getRuntimeMXBean().getPid();
    }

    private CompletionHandler<Void> handling(Worker.Outcome outcome) {
        return switch (outcome) {
            case OVER -> (complete, operations) -> operations.remove();
            case AGAIN -> this::inItsPlace;
            case LATER -> (complete, operations) -> operations.reschedule(complete, placeNow(complete));
        };
    }

    /** Behind those that should be through by now, which may be small; it is due, and nobody goes before it for ever. */
    private Instant placeNow(ExecutionComplete complete) {
        Instant place = place(complete);
        Instant now = Instant.now().minus(LONG_AGO);
        return now.isAfter(place) ? now : place;
    }

    /** Others of its key may have moved it while it ran. */
    private Instant place(ExecutionComplete complete) {
        return worker.throughAt(complete.getExecution().getId())
                .map(Workers::due)
                .orElse(complete.getExecution().getExecutionTime());
    }

    private void inItsPlace(ExecutionComplete complete, ExecutionOperations<Void> operations) {
        operations.reschedule(complete, place(complete));
    }

    private static Instant due(long throughAt) {
        return Instant.ofEpochMilli(throughAt).minus(LONG_AGO);
    }

    /** Behind every job that waits. */
    private static void soon(ExecutionComplete complete, ExecutionOperations<Void> operations) {
        operations.reschedule(complete, Instant.now().plus(BETWEEN_CALLS));
    }

    /** In the transaction that keeps the job, or not at all. */
    void schedule(String job, long throughAt) {
        client.schedule(new TaskInstance<Void>(TASK, job), due(throughAt));
    }

    /** Likewise, one that is scheduled; one that is being taken just now comes to its new place when it is given back. */
    void move(JobStore.Place place) {
        try {
            client.reschedule(TaskInstanceId.of(TASK, place.id()), due(place.throughAt()));
        } catch (TaskInstanceException takenOrOver) {
            log.debug("Job {} is not moved", place.id(), takenOrOver);
        }
    }

    /** There may be something to do. */
    void look() {
        Scheduler scheduler = running;
        if (scheduler != null) {
            scheduler.triggerCheckForDueExecutions();
        }
    }

    /** One that waits no more; one that is being taken just now finds out by itself. */
    void forget(String job) {
        try {
            client.cancel(TaskInstanceId.of(TASK, job));
        } catch (RuntimeException taken) {
            log.debug("Job {} is cancelled while it runs", job, taken);
        }
    }

    @Override
    public synchronized void start() {
        if (running == null && terms.workers() > 0) {
            Scheduler scheduler = scheduler();
            worker.begin();
            volunteer.begin();
            scheduler.start();
            running = scheduler;
            Thread lookout = new Thread(
                    new Lookout(
                            () -> running == scheduler,
                            () -> worker.running() + volunteer.running() >= terms.workers(),
                            worker::jobsWait,
                            scheduler::triggerCheckForDueExecutions),
                    "job-lookout");
            lookout.setDaemon(true);
            lookout.start();
        }
    }

    /** Whatever runs is given back, and goes on elsewhere or after the next start. */
    @Override
    public synchronized void stop() {
        Scheduler scheduler = running;
        running = null;
        if (scheduler != null) {
            worker.giveBackAll();
            volunteer.leaveAll();
            scheduler.stop();
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }
}
