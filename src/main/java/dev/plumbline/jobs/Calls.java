package dev.plumbline.jobs;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import java.time.Instant;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.stereotype.Component;

/**
 * Calls for volunteers: a row of db-scheduler for each that may come to a job's shards. It is due behind all jobs (see {@link
 * Workers}), so a worker follows a call when no job waits.
 */
@Component
class Calls {

    static final String TASK = "shards";

    /** More do not come to one job. */
    private static final int MOST = 16;

    private static final Logger log = LoggerFactory.getLogger(Calls.class);

    private final SchedulerClient client;

    Calls(DataSource database) {
        this.client = SchedulerClient.Builder.create(new TransactionAwareDataSourceProxy(database))
                .serializer(new NoData())
                .build();
    }

    /** For so many shards, of which whoever leads does one. */
    void call(String job, long shards) {
        for (int number = 0; number < Math.min(MOST, shards - 1); number++) {
            client.scheduleIfNotExists(new TaskInstance<Void>(TASK, job + "/" + number), Instant.now());
        }
    }

    /** The job that a call is about. */
    static String job(String call) {
        return call.substring(0, call.lastIndexOf('/'));
    }

    /** Nobody needs to come any more; who is there finds out by himself. */
    void dismiss(String job) {
        for (int number = 0; number < MOST; number++) {
            try {
                client.cancel(TaskInstanceId.of(TASK, job + "/" + number));
            } catch (RuntimeException goneOrThere) {
                log.trace("Call {} of job {} is followed, or is no more", number, job, goneOrThere);
            }
        }
    }
}
