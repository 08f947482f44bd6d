package dev.plumbline.jobs;

import dev.plumbline.jobs.Job.Failure;
import dev.plumbline.jobs.Job.State;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/**
 * A worker's side of the jobs in the database. It holds a {@link Lease}; what it writes counts only while nobody has taken a
 * later one, so a machine that was frozen and wakes up changes nothing.
 */
@Repository
class JobRuns {

    private static final String HELD = " where id = :id and lease = :lease and state = 'RUNNING'";

    private static final String LEASES =
            "select id, owner, kind, lease, fruitless, fraction, traceparent from job where id = :id";

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final JobTerms terms;
    private final JobStore store;

    JobRuns(JdbcClient jdbc, JsonMapper json, JobTerms terms, JobStore store) {
        this.jdbc = jdbc;
        this.json = json;
        this.terms = terms;
        this.store = store;
    }

    /**
     * One run of a job.
     *
     * @param fruitless how often it was begun since something new was kept, this time included
     * @param fraction how far it has been told to be
     * @param traceparent the span of its request; null where nobody traced that
     */
    record Lease(
            String id,
            String owner,
            String kind,
            long number,
            int fruitless,
            double fraction,
            @Nullable String traceparent) {}

    /**
     * Begins a run, in a transaction, or two might read the same lease; nothing where the job has ended or is gone. One
     * that has had all its attempts is not begun again, and only leased, to be ended.
     */
    Optional<Lease> begin(String id, String node) {
        int begun = jdbc.sql("update job set state = 'RUNNING', lease = lease + 1, version = version + 1,"
                        + " attempts = case when fruitless < :most then attempts + 1 else attempts end,"
                        + " node = case when fruitless < :most then :node else node end,"
                        + " started_at = case when fruitless < :most then :now else started_at end,"
                        + " fruitless = fruitless + 1, phase = 'begun', done = 0, total = 0, seconds_left = null"
                        + " where id = :id and state in ('QUEUED', 'RUNNING')")
                .param("most", terms.attempts())
                .param("id", id)
                .param("node", node)
                .param("now", Instant.now().toEpochMilli())
                .update();
        return begun == 0
                ? Optional.empty()
                : jdbc.sql(LEASES)
                        .param("id", id)
                        .query((row, number) -> lease(row))
                        .optional();
    }

    private static Lease lease(ResultSet row) throws SQLException {
        return new Lease(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getInt(5),
                row.getDouble(6),
                row.getString(7));
    }

    /** The run that leads a job now, for one who volunteers: nothing where it is over, waits, or runs on this very node. */
    Optional<Lease> ledElsewhere(String id, String node) {
        return jdbc.sql(LEASES + " and state = 'RUNNING' and not cancelled and node <> :node")
                .param("id", id)
                .param("node", node)
                .query((row, number) -> lease(row))
                .optional();
    }

    /** Whether a job goes on, under whatever lease. */
    boolean goesOn(String id) {
        return jdbc.sql("select count(*) from job where id = :id and state in ('QUEUED', 'RUNNING') and not cancelled")
                        .param("id", id)
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /** Whether a job waits that goes before this one, and has for a second: there is no worker free for it. */
    boolean othersGoFirst(Lease lease) {
        return jdbc.sql("select count(*) from job where state = 'QUEUED' and created_at < :before"
                                + " and through_at < (select through_at from job where id = :id)")
                        .param("id", lease.id())
                        .param("before", Instant.now().toEpochMilli() - 1_000)
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /** Whether any job waits. */
    boolean othersWait() {
        return jdbc.sql("select count(*) from job where state = 'QUEUED'")
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /** How often it was begun since something new was kept. */
    int fruitless(Lease lease) {
        return jdbc.sql("select fruitless from job where id = :id")
                .param("id", lease.id())
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /** Notes how far it is. */
    void note(Lease lease, Progress progress, @Nullable Double secondsLeft) {
        jdbc.sql(
                        "update job set phase = :phase, done = :done, total = :total, fraction = :fraction, seconds_left = :left, version = version + 1"
                                + HELD)
                .param("id", lease.id())
                .param("lease", lease.number())
                .param("phase", progress.phase())
                .param("done", progress.done())
                .param("total", progress.total())
                .param("fraction", progress.fraction())
                .param("left", secondsLeft)
                .update();
    }

    /** Whether the run is still wanted: nobody has cancelled it, dropped it or taken it over. */
    boolean isWanted(Lease lease) {
        return jdbc.sql("select count(*) from job" + HELD + " and not cancelled")
                        .param("id", lease.id())
                        .param("lease", lease.number())
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /** Ends it, in a transaction; false where the run does not hold the job any more. A cancelled job stays cancelled. */
    boolean done(Lease lease, String report, byte[] result) {
        byte[] packed = packed(result);
        return end(lease, State.DONE, " and not cancelled", report, packed, null);
    }

    /** Likewise. */
    boolean fail(Lease lease, Failure failure) {
        return end(lease, State.FAILED, "", null, null, json.writeValueAsString(failure));
    }

    /** Likewise, one that somebody has cancelled. */
    boolean cancelled(Lease lease) {
        return end(lease, State.CANCELLED, " and cancelled", null, null, null);
    }

    private boolean end(
            Lease lease,
            State state,
            String condition,
            @Nullable String report,
            byte @Nullable [] result,
            @Nullable String error) {
        long now = Instant.now().toEpochMilli();
        int ended = jdbc.sql(
                        "update job set state = :state, ended_at = :now, expires_at = :expires, version = version + 1,"
                                + " report = :report, result = :result, error = :error, bytes = :bytes,"
                                + " fraction = case when :whole then 1 else fraction end"
                                + HELD + condition)
                .param("id", lease.id())
                .param("lease", lease.number())
                .param("state", state.name())
                .param("now", now)
                .param("expires", terms.expiry(now))
                .param("report", report)
                .param("result", result)
                .param("error", error)
                .param("bytes", bytes(lease, state, result))
                .param("whole", state == State.DONE)
                .update();
        if (ended > 0) {
            store.ended(lease.id(), state != State.FAILED);
        }
        return ended > 0;
    }

    /** That stay: a report's, or what came of the shards of one that failed. */
    private long bytes(Lease lease, State state, byte @Nullable [] result) {
        return result != null ? result.length : state == State.FAILED ? store.shardBytes(lease.id()) : 0;
    }

    /** Back into the queue; {@code counted} whether the attempt counts. */
    void giveBack(Lease lease, boolean counted) {
        jdbc.sql("update job set state = 'QUEUED', attempts = attempts - :less,"
                        + " fruitless = case when fruitless > :less then fruitless - :less else 0 end, version = version + 1"
                        + HELD)
                .param("id", lease.id())
                .param("lease", lease.number())
                .param("less", counted ? 0 : 1)
                .update();
    }

    /** Back into the queue, out of whoever's hands. */
    void requeue(String id) {
        jdbc.sql("update job set state = 'QUEUED', version = version + 1 where id = :id and state = 'RUNNING'")
                .param("id", id)
                .update();
    }

    private static byte[] packed(byte[] report) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(report);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
