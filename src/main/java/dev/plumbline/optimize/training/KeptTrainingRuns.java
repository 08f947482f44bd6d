package dev.plumbline.optimize.training;

import dev.plumbline.report.KeptReports;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.ReportItem;
import dev.plumbline.report.Shelf;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The reports of training runs that a key keeps, without their parameters. */
@Component
public class KeptTrainingRuns {

    private final Shelf<TrainingRunReport> shelf;

    KeptTrainingRuns(KeptReports kept, JsonMapper json) {
        this.shelf = new Shelf<>(kept, json, "training-runs", TrainingRunReport.class);
    }

    void keep(String owner, TrainingRunReport report) {
        shelf.keep(
                owner,
                new Shelf.Title(report.id(), report.health().verdict().name(), report.label(), report.summary()),
                report.withoutParameters());
    }

    byte[] bytes(String owner, String id) {
        return shelf.bytes(owner, id);
    }

    /** For its page. */
    public TrainingRunReport read(String owner, String id) {
        return shelf.read(owner, id);
    }

    /** The one that a request is compared with; null where it names none. */
    @Nullable
    TrainingRunReport earlier(String owner, @Nullable String id) {
        return shelf.earlier(owner, id);
    }

    Page<ReportItem> page(String owner, ReportFilter filter) {
        return shelf.page(owner, filter);
    }
}
