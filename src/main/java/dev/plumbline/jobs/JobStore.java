package dev.plumbline.jobs;

import dev.plumbline.jobs.Job.Failure;
import dev.plumbline.jobs.Job.State;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.report.Page;
import dev.plumbline.report.Rows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/**
 * The jobs in the database, each its key's: taken in with their requests, shown, cancelled, dropped. Who runs them is in {@link
 * JobRuns}.
 */
@Repository
class JobStore {

    private static final String COLUMNS =
            "id, kind, state, created_at, started_at, ended_at, attempts, node, seconds, phase,"
                    + " done, total, fraction, seconds_left, version, error, report";

    /** A key's jobs, and when they would be through if each had come alone. */
    private static final String OF_KEY = " where owner = :owner and state in ('QUEUED', 'RUNNING')"
            + " and cast(created_at as double precision) + 1000 * seconds ";

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final JobTerms terms;
    private final JobNotices notices;

    JobStore(JdbcClient jdbc, JsonMapper json, JobTerms terms, JobNotices notices) {
        this.jdbc = jdbc;
        this.json = json;
        this.terms = terms;
        this.notices = notices;
    }

    /** A job, and what counts its changes. */
    record Seen(Job job, long version) {}

    /**
     * A job that is to be kept.
     *
     * @param traceparent the span of its request; null where nobody traces that
     */
    record New(
            String id,
            String owner,
            String kind,
            double seconds,
            String idempotencyKey,
            String digest,
            @Nullable String traceparent) {

        IdempotencyKey key() {
            return new IdempotencyKey(idempotencyKey, digest);
        }
    }

    /** How many wait or run, of all and of one key, and how long those will take. */
    record Queue(long all, long ofKey, double seconds) {}

    Queue queue(String owner) {
        return jdbc.sql("select count(*), coalesce(sum(case when owner = :owner then 1 else 0 end), 0),"
                        + " coalesce(sum(seconds), 0) from job where state in ('QUEUED', 'RUNNING')")
                .param("owner", owner)
                .query((row, number) -> new Queue(row.getLong(1), row.getLong(2), row.getDouble(3)))
                .single();
    }

    /** How many are in a state. */
    long count(State state) {
        return jdbc.sql("select count(*) from job where state = :state")
                .param("state", state.name())
                .query(Long.class)
                .single();
    }

    long bytes() {
        return jdbc.sql("select coalesce(sum(bytes), 0) from job")
                .query(Long.class)
                .single();
    }

    /** When a job would be through; the order of work. */
    record Place(String id, long throughAt) {}

    /** When one that came would be through, and those that were moved behind it and wait. */
    record Placed(long throughAt, List<Place> moved) {}

    /**
     * When a job that comes now would be through, if every key had a machine of its own and did its jobs one after another
     * (A. Demers, S. Keshav, S. Shenker, 1989, fair queueing): in the order in which they would be through if each had come
     * alone, so that a small one goes before a large one that has not waited as long as it takes. Whoever is through first
     * goes first: small jobs before large ones, no key before another because it sends more, and nobody waits for ever, for
     * time goes on.
     */
    long throughAt(String owner, long now, double seconds) {
        long before = jdbc.sql("select coalesce(max(through_at), 0) from job" + OF_KEY + "<= :alone")
                .param("owner", owner)
                .param("alone", alone(now, seconds))
                .query(Long.class)
                .single();
        return Math.max(now, before) + milliseconds(seconds);
    }

    /** Those of its key that go behind one that comes now are through so much later: the key's machine does that first. */
    private List<Place> makeWay(String owner, long now, double seconds) {
        int moved = jdbc.sql("update job set through_at = through_at + :longer" + OF_KEY + "> :alone")
                .param("longer", milliseconds(seconds))
                .param("owner", owner)
                .param("alone", alone(now, seconds))
                .update();
        return moved == 0
                ? List.of()
                : jdbc.sql("select id, through_at from job" + OF_KEY + "> :alone and state = 'QUEUED'")
                        .param("owner", owner)
                        .param("alone", alone(now, seconds))
                        .query((row, number) -> new Place(row.getString(1), row.getLong(2)))
                        .list();
    }

    /** When it would be through if its key had nothing else to do. */
    private static double alone(long now, double seconds) {
        return now + 1e3 * seconds;
    }

    private static long milliseconds(double seconds) {
        return (long) (1e3 * seconds);
    }

    /** When a job would be through as things are now; nothing where there is none. */
    Optional<Long> throughAt(String id) {
        return jdbc.sql("select through_at from job where id = :id")
                .param("id", id)
                .query(Long.class)
                .optional();
    }

    /** Keeps a job that comes now in its place, in a transaction, and says whose places that has moved. */
    Placed insert(New made, Inputs inputs, long now) {
        long throughAt = throughAt(made.owner(), now, made.seconds());
        List<Place> moved = makeWay(made.owner(), now, made.seconds());
        jdbc.sql(
                        "insert into job (id, owner, kind, state, created_at, expires_at, seconds, through_at, attempts, lease,"
                                + " cancelled, version, done, total, fraction, bytes, idempotency_key, digest, traceparent) values (:id, :owner,"
                                + " :kind, 'QUEUED', :now, :expires, :seconds, :through, 0, 0, false, 1, 0, 0, 0, :bytes, :key,"
                                + " :digest, :traceparent)")
                .param("id", made.id())
                .param("owner", made.owner())
                .param("kind", made.kind())
                .param("now", now)
                .param("expires", Long.MAX_VALUE)
                .param("seconds", made.seconds())
                .param("through", throughAt)
                .param("bytes", inputs.bytes())
                .param("key", made.idempotencyKey().isEmpty() ? null : made.idempotencyKey())
                .param("digest", made.digest())
                .param("traceparent", made.traceparent())
                .update();
        if (inputs.request() != null) {
            insertInput(made.id(), 0, new KeptFile("", inputs.multipart() ? "multipart" : null, inputs.request()));
        } else {
            insertInput(made.id(), 0, new KeptFile("", "none", new byte[0]));
        }
        for (int i = 0; i < inputs.files().size(); i++) {
            insertInput(made.id(), i + 1, inputs.files().get(i));
        }
        return new Placed(throughAt, moved);
    }

    private void insertInput(String job, int place, KeptFile file) {
        jdbc.sql("insert into job_input (job, place, part, file_name, body) values (:job, :place, :part, :name, :body)")
                .param("job", job)
                .param("place", place)
                .param("part", file.part())
                .param("name", file.fileName())
                .param("body", file.body())
                .update();
    }

    /** The first is the request itself, whose name says how it came. */
    Inputs inputs(String job) {
        List<KeptFile> all =
                new ArrayList<>(jdbc.sql("select part, file_name, body from job_input where job = :job order by place")
                        .param("job", job)
                        .query((row, number) -> new KeptFile(row.getString(1), row.getString(2), row.getBytes(3)))
                        .list());
        KeptFile request = all.remove(0);
        String came = request.fileName();
        return new Inputs("none".equals(came) ? null : request.body(), all, came != null);
    }

    /** The job that an Idempotency-Key has made, and what it stood for. */
    record Earlier(String id, String digest) {}

    Optional<Earlier> ofKey(String owner, String idempotencyKey) {
        return jdbc.sql("select id, digest from job where owner = :owner and idempotency_key = :key")
                .param("owner", owner)
                .param("key", idempotencyKey)
                .query((row, number) -> new Earlier(row.getString(1), row.getString(2)))
                .optional();
    }

    Optional<Seen> find(String owner, String id) {
        return jdbc.sql("select " + COLUMNS + " from job where owner = :owner and id = :id and expires_at > :now")
                .param("owner", owner)
                .param("id", id)
                .param("now", Instant.now().toEpochMilli())
                .query((row, number) -> seen(row))
                .optional();
    }

    /** The report of one that is done. */
    Optional<String> report(String owner, String id) {
        return jdbc.sql("select result from job where owner = :owner and id = :id and result is not null")
                .param("owner", owner)
                .param("id", id)
                .query((row, number) -> unpacked(row.getBytes(1)))
                .optional();
    }

    Page<Job> page(String owner, int limit, @Nullable String after) {
        List<Job> found = new Rows(jdbc, "job")
                .newest(
                        COLUMNS,
                        new Rows.Selection(owner, after),
                        Page.requireLimit(limit) + 1,
                        (row, number) -> seen(row).job());
        return Page.of(found, limit, Job::id);
    }

    private Seen seen(ResultSet row) throws SQLException {
        State state = State.valueOf(row.getString("state"));
        double fraction = row.getDouble("fraction");
        String phase = row.getString("phase");
        String error = row.getString("error");
        Progress progress = phase == null
                ? Progress.NONE
                : new Progress(phase, row.getLong("done"), row.getLong("total"), fraction);
        Job job = new Job(
                row.getString("id"),
                row.getString("kind"),
                state,
                Job.href(row.getString("id")),
                Instant.ofEpochMilli(row.getLong("created_at")),
                instant(row, "started_at"),
                instant(row, "ended_at"),
                row.getInt("attempts"),
                row.getString("node"),
                row.getDouble("seconds"),
                progress,
                state == State.RUNNING ? number(row, "seconds_left") : null,
                error == null ? null : json.readValue(error, Failure.class),
                row.getString("report"),
                null,
                null);
        return new Seen(job, row.getLong("version"));
    }

    private static @Nullable Double number(ResultSet row, String column) throws SQLException {
        double number = row.getDouble(column);
        return row.wasNull() ? null : (Double) number;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        long time = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(time);
    }

    /** Cancels one that waits at once, in a transaction, and tells the run of one that runs; false where it has ended already. */
    boolean cancel(String owner, String id) {
        long now = Instant.now().toEpochMilli();
        int waiting = jdbc.sql(
                        "update job set state = 'CANCELLED', cancelled = true, ended_at = :now, expires_at = :expires,"
                                + " bytes = 0, version = version + 1 where owner = :owner and id = :id and state = 'QUEUED'")
                .param("owner", owner)
                .param("id", id)
                .param("now", now)
                .param("expires", terms.expiry(now))
                .update();
        if (waiting > 0) {
            ended(id, true);
            return true;
        }
        return jdbc.sql("update job set cancelled = true, version = version + 1 where owner = :owner and id = :id and"
                                + " state = 'RUNNING'")
                        .param("owner", owner)
                        .param("id", id)
                        .update()
                > 0;
    }

    /** What came of a job's shards, which a job that has failed keeps. */
    long shardBytes(String id) {
        return jdbc.sql("select coalesce(sum(bytes), 0) from job_shard where job = :id and digest is not null")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    /** What follows the end of a job, in its transaction: what it worked with goes, and whoever wants to know is told. */
    void ended(String id, boolean dropShards) {
        jdbc.sql("delete from job_input where job = :id").param("id", id).update();
        jdbc.sql("delete from job_checkpoint where job = :id").param("id", id).update();
        if (dropShards) {
            jdbc.sql("delete from job_shard where job = :id").param("id", id).update();
        }
        notices.tell(id);
    }

    void drop(String owner, String id) {
        jdbc.sql("delete from job where owner = :owner and id = :id and state not in ('QUEUED', 'RUNNING')")
                .param("owner", owner)
                .param("id", id)
                .update();
    }

    /**
     * Drops what has expired, and the key's oldest that have ended, until there is room for so many bytes.
     *
     * @param but one that stays
     * @return whether there is
     */
    boolean makeRoom(String owner, long bytes, String but) {
        jdbc.sql("delete from job where expires_at <= :now")
                .param("now", Instant.now().toEpochMilli())
                .update();
        jdbc.sql("""
                        delete from job where owner = :owner and state not in ('QUEUED', 'RUNNING') and id <> :but and id in (
                            select id from (
                                select id, row_number() over (partition by ended order by created_at desc, id) as place,
                                    sum(bytes) over (order by ended, created_at desc, id) as total
                                from (select id, created_at, bytes,
                                    case when state in ('QUEUED', 'RUNNING') or id = :but then 0 else 1 end as ended
                                    from job where owner = :owner) mine) placed
                            where place > :most or total > :bytes)
                        """)
                .param("owner", owner)
                .param("but", but)
                .param("most", terms.kept())
                .param("bytes", terms.bytes() - bytes)
                .update();
        long taken = jdbc.sql("select coalesce(sum(bytes), 0) from job where owner = :owner")
                .param("owner", owner)
                .query(Long.class)
                .single();
        return taken + bytes <= terms.bytes();
    }

    private static String unpacked(byte[] packed) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
