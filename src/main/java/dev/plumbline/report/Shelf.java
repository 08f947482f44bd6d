package dev.plumbline.report;

import dev.plumbline.report.KeptReports.Place;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The kept reports of one kind.
 *
 * @param <R> the report, as it is answered
 */
public final class Shelf<R> {

    private final KeptReports kept;
    private final JsonMapper json;
    private final String kind;
    private final Class<R> type;

    /** @param kind the last part of its path, such as {@code diagnoses} */
    public Shelf(KeptReports kept, JsonMapper json, String kind, Class<R> type) {
        this.kept = kept;
        // A report of a newer version may say more.
        this.json = json.rebuild()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
        this.kind = kind;
        this.type = type;
    }

    /** What a report is to be called. */
    public static String newId() {
        return UUID.randomUUID().toString();
    }

    /**
     * What the list says of a report.
     *
     * @param label the request's own name for it; null without one
     */
    public record Title(String id, String verdict, @Nullable String label, String summary) {}

    /** Kept once this returns. */
    public void keep(String owner, Title title, R report) {
        ReportItem item = new ReportItem(
                title.id(), path(title.id()), Instant.now(), title.verdict(), title.label(), title.summary());
        kept.keep(
                owner,
                new KeptReports.Report(
                        title.id(), kind, title.verdict(), title.label(), item, json.writeValueAsBytes(report), null));
    }

    /** Where a report is. */
    public String path(String id) {
        return "/v1/" + kind + "/" + id;
    }

    /** A report as it was answered, byte by byte; a problem where it is not, or no longer, kept. */
    public byte[] bytes(String owner, String id) {
        Optional<byte[]> found = kept.find(new Place(owner, kind, id));
        return found.orElseThrow(() -> kept.unknown(id));
    }

    /** The same, read. */
    public R read(String owner, String id) {
        return json.readValue(bytes(owner, id), type);
    }

    /** The one that a request is compared with; null where it names none. */
    public @Nullable R earlier(String owner, @Nullable String id) {
        return id == null
                ? null
                : json.readValue(
                        kept.find(new Place(owner, kind, id))
                                .orElseThrow(() -> kept.unknown(id).within("/comparedWith")),
                        type);
    }

    /** The newest first. */
    public Page<ReportItem> page(String owner, ReportFilter filter) {
        return kept.page(owner, kind, filter, ReportItem.class);
    }
}
