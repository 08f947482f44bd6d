package dev.plumbline.check;

import dev.plumbline.report.KeptReports;
import dev.plumbline.report.KeptReports.Place;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The reports of gradient checks that a key keeps, each with what its page draws. */
@Component
public class RecentReports {

    private static final String KIND = "gradient-checks";

    private final @Nullable KeptReports kept;
    private final JsonMapper json;
    private final MeterRegistry meters;

    /** Keeps nothing: for a check without a service around it. */
    RecentReports() {
        this.kept = null;
        this.json = JsonMapper.shared();
        this.meters = new SimpleMeterRegistry();
    }

    @Autowired
    RecentReports(KeptReports kept, JsonMapper json, MeterRegistry meters) {
        this.kept = kept;
        this.meters = meters;
        // A report of a newer version may say more.
        this.json = json.rebuild()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    void keep(String owner, Checked checked) {
        GradientCheckReport report = checked.report();
        count(report);
        if (kept != null) {
            kept.keep(
                    owner,
                    new KeptReports.Report(
                            report.id(),
                            KIND,
                            report.verdict().name(),
                            report.label(),
                            GradientCheckItem.of(report, Instant.now()),
                            json.writeValueAsBytes(report),
                            checked.figures()));
        }
    }

    private void count(GradientCheckReport report) {
        String coverage = String.valueOf(report.settings().coverage());
        meters.counter("plumbline.checks", "verdict", report.verdict().name(), "coverage", coverage)
                .increment();
        meters.counter("plumbline.check.evaluations").increment(report.cost().evaluations());
        meters.timer("plumbline.check.seconds", "coverage", coverage)
                .record(report.cost().milliseconds(), TimeUnit.MILLISECONDS);
    }

    /** As it was answered. */
    byte[] find(String owner, String id) {
        return reports().find(new Place(owner, KIND, id)).orElseThrow(() -> reports()
                .unknown(id));
    }

    /** For its page. */
    public Checked findDrawn(String owner, String id) {
        KeptReports.Kept found = reports().findDrawn(new Place(owner, KIND, id)).orElseThrow(() -> reports()
                .unknown(id));
        byte[] figures = found.figures();
        return new Checked(
                json.readValue(found.body(), GradientCheckReport.class),
                figures == null ? CheckFigures.NONE : json.readValue(figures, CheckFigures.class));
    }

    /** The one that a request is compared with. */
    GradientCheckReport earlier(String owner, String id) {
        Optional<byte[]> found = reports().find(new Place(owner, KIND, id));
        return json.readValue(
                found.orElseThrow(() -> reports().unknown(id).within("/comparedWith")), GradientCheckReport.class);
    }

    Page<GradientCheckItem> page(String owner, ReportFilter filter) {
        return reports().page(owner, KIND, filter, GradientCheckItem.class);
    }

    private KeptReports reports() {
        if (kept == null) {
            throw new IllegalStateException("nothing is kept here");
        }
        return kept;
    }
}
