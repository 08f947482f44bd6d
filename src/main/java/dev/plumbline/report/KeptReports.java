package dev.plumbline.report;

import dev.plumbline.limits.KeyLimits;
import dev.plumbline.limits.ReportTerms;
import dev.plumbline.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reports in the database, word for word as they were answered and packed, to each key its own. A key's oldest make room for
 * its newest, by number and by bytes ({@link KeyLimits}), and all go after some days ({@link ReportTerms}); of another key's
 * none ever does. A report larger than all of a key's room is not kept.
 */
@Repository
public class KeptReports {

    private static final Logger log = LoggerFactory.getLogger(KeptReports.class);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper json;
    private final KeyLimits limits;
    private final ReportTerms terms;
    private final AtomicLong newest = new AtomicLong(); // when it was made, in milliseconds: each a later one

    KeptReports(
            JdbcClient jdbc, TransactionTemplate transaction, JsonMapper json, KeyLimits limits, ReportTerms terms) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.json = json;
        this.limits = limits;
        this.terms = terms;
    }

    /**
     * One that is to be kept.
     *
     * @param kind the last part of its path, such as {@code gradient-checks}
     * @param item what the list says of it
     * @param body its JSON
     * @param figures what its page draws beside; null for nothing
     */
    public record Report(
            String id,
            String kind,
            String verdict,
            @Nullable String label,
            Object item,
            byte[] body,
            @Nullable Object figures) {}

    /** Whose report of which kind. */
    public record Place(String owner, String kind, String id) {}

    /** A report as it was answered, and what its page draws beside. */
    public record Kept(byte[] body, byte @Nullable [] figures) {}

    /**
     * Kept once this returns, unless it is larger than all of the key's room. Where the database cannot, the log says so: what
     * was computed is answered all the same.
     */
    public void keep(String owner, Report report) {
        try {
            write(owner, report);
        } catch (DataAccessException | TransactionException down) {
            log.warn("Report {} is answered and not kept: {}", report.id(), down.getMessage());
        }
    }

    private void write(String owner, Report report) {
        KeyLimits room = limits.forKey(owner);
        byte[] body = packed(report.body());
        byte[] figures = report.figures() == null ? null : packed(json.writeValueAsBytes(report.figures()));
        long bytes = body.length + (figures == null ? 0L : figures.length);
        String item = json.writeValueAsString(report.item());
        if (bytes > room.reportBytes()) {
            return;
        }
        Instant now = Instant.ofEpochMilli(
                newest.updateAndGet(last -> Math.max(last + 1, Instant.now().toEpochMilli())));
        transaction.executeWithoutResult(status -> {
            jdbc.sql("""
                            insert into report (id, owner, kind, verdict, label, item, body, figures, bytes, created_at,
                                expires_at)
                            values (:id, :owner, :kind, :verdict, :label, :item, :body, :figures, :bytes, :created,
                                :expires)
                            """)
                    .param("id", report.id())
                    .param("owner", owner)
                    .param("kind", report.kind())
                    .param("verdict", report.verdict())
                    .param("label", report.label())
                    .param("item", item)
                    .param("body", body)
                    .param("figures", figures)
                    .param("bytes", bytes)
                    .param("created", now.toEpochMilli())
                    .param("expires", now.plus(Duration.ofDays(terms.days())).toEpochMilli())
                    .update();
            makeRoom(owner, room);
        });
    }

    private void makeRoom(String owner, KeyLimits room) {
        jdbc.sql("delete from report where expires_at <= :now")
                .param("now", Instant.now().toEpochMilli())
                .update();
        boolean full = jdbc.sql("select count(*), coalesce(sum(bytes), 0) from report where owner = :owner")
                .param("owner", owner)
                .query((row, number) -> row.getLong(1) > room.reports() || row.getLong(2) > room.reportBytes())
                .single();
        if (full) {
            jdbc.sql("""
                            delete from report where owner = :owner and id in (
                                select id from (
                                    select id, row_number() over (order by created_at desc, id) as place,
                                        sum(bytes) over (order by created_at desc, id) as total
                                    from report where owner = :owner) placed
                                where place > :most or total > :bytes)
                            """)
                    .param("owner", owner)
                    .param("most", room.reports())
                    .param("bytes", room.reportBytes())
                    .update();
        }
    }

    /** The report as it was answered, if the key has it and it is still kept. */
    public Optional<byte[]> find(Place place) {
        return kept(place, "body", (row, number) -> unpacked(row.getBytes(1)));
    }

    /** The same with what its page draws. */
    public Optional<Kept> findDrawn(Place place) {
        return kept(place, "body, figures", (row, number) -> {
            byte[] figures = row.getBytes(2);
            return new Kept(unpacked(row.getBytes(1)), figures == null ? null : unpacked(figures));
        });
    }

    private <T> Optional<T> kept(Place place, String columns, RowMapper<T> mapper) {
        return jdbc.sql("select " + columns
                        + " from report where owner = :owner and kind = :kind and id = :id and expires_at > :now")
                .param("owner", place.owner())
                .param("kind", place.kind())
                .param("id", place.id())
                .param("now", Instant.now().toEpochMilli())
                .query(mapper)
                .optional();
    }

    /** What the list says of them, the newest first. */
    public <T> Page<T> page(String owner, String kind, ReportFilter filter, Class<T> type) {
        Page.requireLimit(filter.limit());
        List<Listed<T>> found = new Rows(jdbc, "report")
                .newest(
                        "id, item",
                        filter.selection(owner, kind),
                        filter.limit() + 1,
                        (row, number) -> new Listed<>(row.getString(1), json.readValue(row.getString(2), type)));
        Page<Listed<T>> page = Page.of(found, filter.limit(), Listed::id);
        return new Page<>(page.items().stream().map(Listed::item).toList(), page.next());
    }

    private record Listed<T>(String id, T item) {}

    /** Of an id that is not, or no longer, kept. */
    public Problem unknown(String id) {
        return Problem.notFound(
                "",
                "this key has no report of this id; its last ones are kept (plumbline.key-limits.reports and"
                        + " report-bytes), for " + terms.days() + " days (plumbline.reports.days)",
                id,
                "the id of a kept report");
    }

    private static byte[] packed(byte[] report) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(report);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static byte[] unpacked(byte[] packed) {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
