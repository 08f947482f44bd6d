package dev.plumbline.report;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The rows of a table that a key keeps, the newest first: the table has the columns {@code id}, {@code owner}, {@code
 * created_at} and {@code expires_at}, and what has expired is not there any more.
 *
 * <p>The order begins with the owner, who is the same in all rows: so it is the order of an index on owner, time and id, and
 * nothing has to be sorted.
 *
 * @param table its name
 */
public record Rows(JdbcClient jdbc, String table) {

    /**
     * Which rows of a key.
     *
     * @param after those behind the one of this id; null for all
     * @param condition on further columns, such as {@code verdict = :verdict}; empty for none
     * @param values of the condition's names
     */
    public record Selection(String owner, @Nullable String after, String condition, Map<String, Object> values) {

        /** All of a key's. */
        public Selection(String owner, @Nullable String after) {
            this(owner, after, "", Map.of());
        }
    }

    /** At most {@code most}. A problem where there is nothing to be behind of. */
    public <T> List<T> newest(String columns, Selection selection, int most, RowMapper<T> mapper) {
        String after = selection.after();
        Map<String, Object> values = new HashMap<>(selection.values());
        values.put("owner", selection.owner());
        values.put("now", Instant.now().toEpochMilli());
        values.put("most", most);
        String behind = "";
        if (after != null) {
            values.put("created", createdAt(selection.owner(), after));
            values.put("after", after);
            behind = " and (created_at < :created or (created_at = :created and id > :after))";
        }
        String condition = selection.condition().isEmpty() ? "" : " and " + selection.condition();
        return jdbc.sql("select " + columns + " from " + table + " where owner = :owner and expires_at > :now"
                        + condition + behind + " order by owner, created_at desc, id fetch first :most rows only")
                .params(values)
                .query(mapper)
                .list();
    }

    private long createdAt(String owner, String id) {
        return jdbc.sql("select created_at from " + table + " where owner = :owner and id = :id")
                .param("owner", owner)
                .param("id", id)
                .query(Long.class)
                .optional()
                .orElseThrow(() -> Page.unknown(id));
    }
}
