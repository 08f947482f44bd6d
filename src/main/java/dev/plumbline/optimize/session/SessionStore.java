package dev.plumbline.optimize.session;

import dev.plumbline.optimize.TensorwiseOptimizer;
import dev.plumbline.optimize.session.OptimizerSession.Settings;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.report.Rows;
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
 * Sessions in the database. No row is locked while a step is computed: a change is written only over the version it was
 * made from, so of two that race one is refused.
 */
@Repository
class SessionStore {

    /** Replies of a session that are kept for retries. */
    private static final int REPLIES = 100;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper mapper;

    SessionStore(JdbcClient jdbc, TransactionTemplate transaction, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.mapper = mapper;
    }

    /**
     * What a step was answered with.
     *
     * @param version of the session that the step has made
     * @param resets the session had had
     */
    record Reply(String digest, String json, long version, long resets) {}

    void insert(String owner, OptimizerSession session, IdempotencyKey key) {
        jdbc.sql("""
                        insert into optimizer_session (id, owner, creation_key, creation_digest, settings, version, resets,
                            step, snapshot, created_at, expires_at)
                        values (:id, :owner, :key, :digest, :settings, :version, :resets, :step, :snapshot,
                            :created, :expires)
                        """)
                .param("id", session.id())
                .param("owner", owner)
                .param("key", key.isGiven() ? key.key() : null)
                .param("digest", key.isGiven() ? key.digest() : null)
                .param("settings", mapper.writeValueAsString(session.settings()))
                .param("version", session.version())
                .param("resets", session.resets())
                .param("step", session.state().step())
                .param("snapshot", snapshot(session))
                .param("created", session.createdAt().toEpochMilli())
                .param("expires", session.expiresAt().toEpochMilli())
                .update();
    }

    Optional<OptimizerSession> find(String owner, String id) {
        return jdbc.sql("select * from optimizer_session where owner = :owner and id = :id and expires_at > :now")
                .param("owner", owner)
                .param("id", id)
                .param("now", Instant.now().toEpochMilli())
                .query((row, number) -> session(row))
                .optional();
    }

    /** At most {@code most}, the newest first, behind the one with the id {@code after}; no tensor is read for it. */
    List<SessionSummary> list(String owner, @Nullable String after, int most) {
        return new Rows(jdbc, "optimizer_session")
                .newest(
                        "id, step, settings, octet_length(snapshot) as bytes, created_at, expires_at",
                        new Rows.Selection(owner, after),
                        most,
                        (row, number) -> summary(row));
    }

    private SessionSummary summary(ResultSet row) throws SQLException {
        Settings settings = mapper.readValue(row.getString("settings"), Settings.class);
        return new SessionSummary(
                row.getString("id"),
                row.getLong("step"),
                TensorwiseOptimizer.of(settings.optimizer()).kind(),
                row.getLong("bytes"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")));
    }

    /** The session made by an earlier try of the same request. */
    Optional<String> findCreated(String owner, IdempotencyKey key) {
        return jdbc.sql("""
                        select id, creation_digest from optimizer_session
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

    Optional<Reply> findReply(String id, String key) {
        return jdbc.sql("""
                        select digest, reply, version, resets from optimizer_session_reply
                        where session_id = :id and idempotency_key = :key
                        """)
                .param("id", id)
                .param("key", key)
                .query((row, number) -> new Reply(
                        row.getString("digest"), row.getString("reply"), row.getLong("version"), row.getLong("resets")))
                .optional();
    }

    /** Writes a new version over the one before it, in one transaction with its reply; false if somebody was faster. */
    boolean update(OptimizerSession next, IdempotencyKey key, String reply) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            boolean written = write(next);
            if (written && key.isGiven()) {
                keep(next, key, reply);
            }
            return written;
        }));
    }

    private boolean write(OptimizerSession next) {
        return jdbc.sql("""
                        update optimizer_session set version = :version, resets = :resets, step = :step,
                            snapshot = :snapshot, expires_at = :expires
                        where id = :id and version = :before
                        """)
                        .param("version", next.version())
                        .param("resets", next.resets())
                        .param("step", next.state().step())
                        .param("snapshot", snapshot(next))
                        .param("expires", next.expiresAt().toEpochMilli())
                        .param("id", next.id())
                        .param("before", next.version() - 1)
                        .update()
                == 1;
    }

    private void keep(OptimizerSession next, IdempotencyKey key, String reply) {
        jdbc.sql("delete from optimizer_session_reply where session_id = :id and version <= :oldest")
                .param("id", next.id())
                .param("oldest", next.version() - REPLIES)
                .update();
        jdbc.sql("""
                        insert into optimizer_session_reply (session_id, idempotency_key, version, resets, digest,
                            reply)
                        values (:id, :key, :version, :resets, :digest, :reply)
                        """)
                .param("id", next.id())
                .param("key", key.key())
                .param("version", next.version())
                .param("resets", next.resets())
                .param("digest", key.digest())
                .param("reply", reply)
                .update();
    }

    boolean delete(String owner, String id) {
        return jdbc.sql("delete from optimizer_session where owner = :owner and id = :id")
                        .param("owner", owner)
                        .param("id", id)
                        .update()
                == 1;
    }

    /** False if it has changed since it was found. */
    boolean delete(String owner, OptimizerSession session) {
        return jdbc.sql("delete from optimizer_session where owner = :owner and id = :id and version = :version")
                        .param("owner", owner)
                        .param("id", session.id())
                        .param("version", session.version())
                        .update()
                == 1;
    }

    void deleteExpired() {
        jdbc.sql("delete from optimizer_session where expires_at <= :now")
                .param("now", Instant.now().toEpochMilli())
                .update();
    }

    /** Of all sessions that the key keeps but one, as they are kept. */
    long bytesBeside(String owner, String id) {
        return jdbc.sql("""
                        select coalesce(sum(octet_length(snapshot)), 0) from optimizer_session
                        where owner = :owner and id <> :id and expires_at > :now
                        """)
                .param("owner", owner)
                .param("id", id)
                .param("now", Instant.now().toEpochMilli())
                .query(Long.class)
                .single();
    }

    long count(String owner) {
        return jdbc.sql("select count(*) from optimizer_session where owner = :owner")
                .param("owner", owner)
                .query(Long.class)
                .single();
    }

    private static byte[] snapshot(OptimizerSession session) {
        return new SessionSnapshot(session.parameters(), session.state()).bytes();
    }

    private OptimizerSession session(ResultSet row) throws SQLException {
        SessionSnapshot snapshot = SessionSnapshot.read(row.getBytes("snapshot"));
        return new OptimizerSession(
                row.getString("id"),
                mapper.readValue(row.getString("settings"), Settings.class),
                row.getLong("version"),
                row.getLong("resets"),
                snapshot.parameters(),
                snapshot.state(),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")));
    }
}
