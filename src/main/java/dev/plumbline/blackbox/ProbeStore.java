package dev.plumbline.blackbox;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** Sessions in the database: what each was opened with and what was told, a megabyte of either at most. */
@Repository
class ProbeStore {

    /** What a column holds. */
    private static final int LONGEST = 1_000_000;

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    ProbeStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    void insert(String owner, ProbeConversation session) {
        jdbc.sql("""
                        insert into probe_session (id, owner, opening, transcript, rounds, created_at, expires_at)
                        values (:id, :owner, :opening, :transcript, 0, :created, :expires)
                        """)
                .param("id", session.id())
                .param("owner", owner)
                .param("opening", json("/tensors", session.opening()))
                .param("transcript", "[]")
                .param("created", session.createdAt().toEpochMilli())
                .param("expires", session.expiresAt().toEpochMilli())
                .update();
    }

    Optional<ProbeConversation> find(String owner, String id) {
        return jdbc.sql("select * from probe_session where owner = :owner and id = :id and expires_at > :now")
                .param("owner", owner)
                .param("id", id)
                .param("now", Instant.now().toEpochMilli())
                .query((row, number) -> conversation(row))
                .optional();
    }

    /** Writes a round over the one before it; false if somebody was faster. */
    boolean update(ProbeConversation next, @Nullable Verdict verdict) {
        return jdbc.sql("""
                        update probe_session set transcript = :transcript, rounds = :rounds, verdict = :verdict,
                            expires_at = :expires
                        where id = :id and rounds = :before
                        """)
                        .param("transcript", json("/answers", next.transcript()))
                        .param("rounds", next.transcript().size())
                        .param("verdict", verdict == null ? null : verdict.name())
                        .param("expires", next.expiresAt().toEpochMilli())
                        .param("id", next.id())
                        .param("before", next.transcript().size() - 1)
                        .update()
                == 1;
    }

    /** At most {@code most}, the newest first, behind the one with the id {@code after}. */
    List<ProbeSummary> list(String owner, @Nullable String after, int most) {
        return new Rows(jdbc, "probe_session")
                .newest(
                        "id, rounds, verdict, created_at, expires_at",
                        new Rows.Selection(owner, after),
                        most,
                        (row, number) -> summary(row));
    }

    boolean delete(String owner, String id) {
        return jdbc.sql("delete from probe_session where owner = :owner and id = :id")
                        .param("owner", owner)
                        .param("id", id)
                        .update()
                == 1;
    }

    /** Those of nobody's interest any more, and of a key that has too many its oldest. */
    void makeRoom(String owner, int most) {
        jdbc.sql("delete from probe_session where expires_at <= :now")
                .param("now", Instant.now().toEpochMilli())
                .update();
        jdbc.sql("""
                        select id, created_at from probe_session where owner = :owner
                        order by created_at desc, id offset :kept rows fetch first 1 rows only
                        """)
                .param("owner", owner)
                .param("kept", most - 1)
                .query((row, number) -> new Oldest(row.getString("id"), row.getLong("created_at")))
                .optional()
                .ifPresent(oldest -> deleteFrom(owner, oldest));
    }

    private record Oldest(String id, long createdAt) {}

    /** That one, and all behind it in the order of the list. */
    private void deleteFrom(String owner, Oldest oldest) {
        jdbc.sql("""
                        delete from probe_session where owner = :owner
                            and (created_at < :created or created_at = :created and id >= :id)
                        """)
                .param("owner", owner)
                .param("created", oldest.createdAt())
                .param("id", oldest.id())
                .update();
    }

    private String json(String pointer, Object value) {
        String json = mapper.writeValueAsString(value);
        if (json.length() > LONGEST) {
            throw Problem.limit(
                    pointer,
                    "the session is too large to be kept",
                    json.length() + " characters",
                    "at most " + LONGEST);
        }
        return json;
    }

    private ProbeConversation conversation(ResultSet row) throws SQLException {
        return new ProbeConversation(
                row.getString("id"),
                mapper.readValue(row.getString("opening"), ProbeOpening.class),
                List.of(mapper.readValue(row.getString("transcript"), ProbeAnswers[].class)),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")));
    }

    private static ProbeSummary summary(ResultSet row) throws SQLException {
        String verdict = row.getString("verdict");
        return new ProbeSummary(
                row.getString("id"),
                row.getInt("rounds"),
                verdict == null ? null : Verdict.valueOf(verdict),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")));
    }
}
