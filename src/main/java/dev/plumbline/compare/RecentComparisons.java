package dev.plumbline.compare;

import dev.plumbline.limits.KeyLimits;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.KeptReports;
import dev.plumbline.report.Page;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The last comparisons of each key, until the service stops. */
@Component
class RecentComparisons {

    private final KeptReports<ComparisonItem> kept;
    private final JsonMapper json;

    RecentComparisons(KeyLimits limits, JsonMapper json) {
        this.kept = new KeptReports<>(limits);
        this.json = json;
    }

    void keep(String owner, ComparisonReport report) {
        kept.keep(owner, report.id(), ComparisonItem.of(report, Instant.now()), json.writeValueAsBytes(report));
    }

    byte[] find(String owner, String id) {
        return kept.find(owner, id)
                .orElseThrow(() -> Problem.notFound(
                        "",
                        "this key has no comparison of this id; its last ones are kept (plumbline.key-limits.reports and"
                                + " report-bytes) until the service stops",
                        id,
                        "the id of a recent comparison"));
    }

    /** The newest first. */
    Page<ComparisonItem> page(String owner, int limit, @Nullable String after) {
        return kept.page(owner, limit, after);
    }
}
