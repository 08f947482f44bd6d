package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.course.Apart;
import dev.plumbline.compute.health.course.RunFinding;
import dev.plumbline.compute.health.course.RunState;
import dev.plumbline.compute.health.course.Snapshot;
import dev.plumbline.compute.health.course.Watch;
import dev.plumbline.compute.health.course.Watched;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.report.Rows;
import dev.plumbline.webhook.Webhook;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Monitors in the database, each with a window of snapshots, {@value #FINDINGS} findings and no more. A snapshot is
 * written over the version it was judged from, in one transaction with everything that follows from it: of two that race
 * one must be judged anew.
 */
@Repository
class MonitorStore {

    static final int FINDINGS = 200;

    /** What a column holds. */
    private static final int LONGEST = 1_000_000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper mapper;
    private final RankStore ranks;
    private final MonitorNotices notices;

    MonitorStore(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            JsonMapper mapper,
            RankStore ranks,
            MonitorNotices notices) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.mapper = mapper;
        this.ranks = ranks;
        this.notices = notices;
    }

    /** A snapshot and what it was answered with. */
    record Kept(Snapshot snapshot, SnapshotReport reply) {}

    /**
     * What follows from a snapshot, to be written at once.
     *
     * @param apart how far the ranks were apart, at each step that was judged with it
     * @param oldestStep the first one that stays
     */
    record Advance(Watch watch, List<Apart> apart, SnapshotReport reply, long oldestStep) {}

    void insert(String owner, Monitor monitor, IdempotencyKey key) {
        Webhook webhook = monitor.webhook();
        jdbc.sql("""
                        insert into monitor (id, owner, creation_key, creation_digest, name, settings, snapshots, state,
                            verdict, webhook_url, webhook_secret, created_at, expires_at)
                        values (:id, :owner, :key, :digest, :name, :settings, :snapshots, :state, :verdict, :url, :secret, :created,
                            :expires)
                        """)
                .param("id", monitor.id())
                .param("owner", owner)
                .param("key", key.isGiven() ? key.key() : null)
                .param("digest", key.isGiven() ? key.digest() : null)
                .param("name", monitor.name())
                .param("settings", json(monitor.watched()))
                .param("snapshots", monitor.state().snapshots())
                .param("state", mapper.writeValueAsString(monitor.state()))
                .param("verdict", monitor.verdict().name())
                .param("url", webhook == null ? null : webhook.url())
                .param("secret", webhook == null ? null : webhook.secret())
                .param("created", monitor.createdAt().toEpochMilli())
                .param("expires", monitor.expiresAt().toEpochMilli())
                .update();
    }

    Optional<Monitor> find(String owner, String id) {
        return jdbc.sql("select * from monitor where owner = :owner and id = :id and expires_at > :now")
                .param("owner", owner)
                .param("id", id)
                .param("now", Instant.now().toEpochMilli())
                .query((row, number) -> monitor(row))
                .optional();
    }

    /** At most {@code most}, the newest first, behind the one with the id {@code after}. */
    List<Monitor> list(String owner, @Nullable String after, int most) {
        return new Rows(jdbc, "monitor")
                .newest("*", new Rows.Selection(owner, after), most, (row, number) -> monitor(row));
    }

    /** The monitor made by an earlier try of the same request. */
    Optional<String> findCreated(String owner, IdempotencyKey key) {
        return jdbc.sql("""
                        select id, creation_digest from monitor
                        where owner = :owner and creation_key = :key and expires_at > :now
                        """)
                .param("owner", owner)
                .param("key", key.key())
                .param("now", Instant.now().toEpochMilli())
                .query((row, number) -> {
                    key.requireSame(row.getString("creation_digest"));
                    return row.getString("id");
                })
                .optional();
    }

    Optional<Kept> findSnapshot(String id, long step) {
        return jdbc.sql("select figures, reply from monitor_snapshot where monitor_id = :id and step = :step")
                .param("id", id)
                .param("step", step)
                .query((row, number) -> kept(row))
                .optional();
    }

    /** Those after a step, with their answers, oldest first. */
    List<Kept> snapshotsAfter(String id, long step) {
        return jdbc.sql("""
                        select figures, reply from monitor_snapshot
                        where monitor_id = :id and step > :step order by step
                        """)
                .param("id", id)
                .param("step", step)
                .query((row, number) -> kept(row))
                .list();
    }

    /** All that are kept, oldest first. */
    List<Snapshot> window(String id) {
        return jdbc.sql("select figures from monitor_snapshot where monitor_id = :id order by step")
                .param("id", id)
                .query((row, number) -> SnapshotBytes.read(row.getBytes("figures")))
                .list();
    }

    /** All that are kept, newest first. */
    List<RunFinding> findings(String id) {
        return jdbc.sql("select report from monitor_finding where monitor_id = :id order by ordinal desc")
                .param("id", id)
                .query((row, number) -> mapper.readValue(row.getString("report"), RunFinding.class))
                .list();
    }

    List<RunFinding> openFindings(String id) {
        return jdbc.sql("select report from monitor_finding where monitor_id = :id and lasts = true order by ordinal")
                .param("id", id)
                .query((row, number) -> mapper.readValue(row.getString("report"), RunFinding.class))
                .list();
    }

    /** Writes the next version over the one before it; false if somebody was faster. */
    boolean update(String owner, Monitor next, Advance advance) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            boolean written = write(next);
            if (written) {
                keep(next, advance.watch(), advance.reply(), advance.oldestStep());
                ranks.keep(next, advance.apart());
                notices.tell(owner, next, advance.watch());
            }
            return written;
        }));
    }

    private boolean write(Monitor next) {
        return jdbc.sql("""
                        update monitor set snapshots = :snapshots, state = :state, verdict = :verdict, expires_at = :expires
                        where id = :id and snapshots = :before
                        """)
                        .param("snapshots", next.state().snapshots())
                        .param("state", json(next.state()))
                        .param("verdict", next.verdict().name())
                        .param("expires", next.expiresAt().toEpochMilli())
                        .param("id", next.id())
                        .param("before", next.state().snapshots() - 1)
                        .update()
                == 1;
    }

    private void keep(Monitor next, Watch watch, SnapshotReport reply, long oldestStep) {
        jdbc.sql(
                        "insert into monitor_snapshot (monitor_id, step, figures, reply) values (:id, :step, :figures, :reply)")
                .param("id", next.id())
                .param("step", watch.snapshot().step())
                .param("figures", SnapshotBytes.of(watch.snapshot()))
                .param("reply", json(reply))
                .update();
        jdbc.sql("delete from monitor_snapshot where monitor_id = :id and step < :oldest")
                .param("id", next.id())
                .param("oldest", oldestStep)
                .update();
        watch.changed().forEach(finding -> write(next, finding, """
                update monitor_finding set lasts = :lasts, report = :report
                where monitor_id = :id and ordinal = :ordinal
                """));
        watch.arisen().forEach(finding -> write(next, finding, """
                insert into monitor_finding (monitor_id, ordinal, lasts, report)
                values (:id, :ordinal, :lasts, :report)
                """));
        if (!watch.arisen().isEmpty()) {
            jdbc.sql("delete from monitor_finding where monitor_id = :id and ordinal <= :oldest")
                    .param("id", next.id())
                    .param("oldest", next.state().findings() - FINDINGS)
                    .update();
        }
    }

    private void write(Monitor monitor, RunFinding finding, String sql) {
        jdbc.sql(sql)
                .param("id", monitor.id())
                .param("ordinal", finding.number())
                .param("lasts", finding.open())
                .param("report", json(finding))
                .update();
    }

    boolean delete(String owner, String id) {
        return jdbc.sql("delete from monitor where owner = :owner and id = :id")
                        .param("owner", owner)
                        .param("id", id)
                        .update()
                == 1;
    }

    void deleteExpired() {
        jdbc.sql("delete from monitor where expires_at <= :now")
                .param("now", Instant.now().toEpochMilli())
                .update();
    }

    long count(String owner) {
        return jdbc.sql("select count(*) from monitor where owner = :owner")
                .param("owner", owner)
                .query(Long.class)
                .single();
    }

    private String json(Object value) {
        String json = mapper.writeValueAsString(value);
        if (json.length() > LONGEST) {
            throw Problem.limit(
                    "",
                    "the names of the tensors are too long, or too many",
                    json.length() + " characters of what follows from the snapshot",
                    "at most " + LONGEST);
        }
        return json;
    }

    private Kept kept(ResultSet row) throws SQLException {
        return new Kept(
                SnapshotBytes.read(row.getBytes("figures")),
                mapper.readValue(row.getString("reply"), SnapshotReport.class));
    }

    private Monitor monitor(ResultSet row) throws SQLException {
        String url = row.getString("webhook_url");
        return new Monitor(
                row.getString("id"),
                row.getString("name"),
                mapper.readValue(row.getString("settings"), Watched.class),
                mapper.readValue(row.getString("state"), RunState.class),
                Verdict.valueOf(row.getString("verdict")),
                url == null ? null : new Webhook(url, row.getString("webhook_secret")),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")));
    }
}
