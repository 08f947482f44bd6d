package dev.plumbline.check;

import dev.plumbline.limits.KeyLimits;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.KeptReports;
import dev.plumbline.report.Page;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The last reports of each key, until the service stops. */
@Component
class RecentReports {

    private final KeptReports<GradientCheckItem> kept;
    private final JsonMapper json;

    /** Those of a service that configures nothing. */
    RecentReports() {
        this(KeyLimits.defaults(), JsonMapper.shared());
    }

    @Autowired
    RecentReports(KeyLimits limits, JsonMapper json) {
        this.kept = new KeptReports<>(limits);
        this.json = json;
    }

    void keep(String owner, GradientCheckReport report) {
        kept.keep(owner, report.id(), GradientCheckItem.of(report, Instant.now()), json.writeValueAsBytes(report));
    }

    byte[] find(String owner, String id) {
        return kept.find(owner, id)
                .orElseThrow(() -> Problem.notFound(
                        "",
                        "this key has no report of this id; its last ones are kept (plumbline.key-limits.reports and"
                                + " report-bytes) until the service stops",
                        id,
                        "the id of a recent report"));
    }

    /** The newest first. */
    Page<GradientCheckItem> page(String owner, int limit, @Nullable String after) {
        return kept.page(owner, limit, after);
    }
}
