package dev.plumbline.compare;

import dev.plumbline.report.KeptReports;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.ReportItem;
import dev.plumbline.report.Shelf;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The comparisons that a key keeps. */
@Component
class KeptComparisons {

    private final Shelf<ComparisonReport> shelf;

    KeptComparisons(KeptReports kept, JsonMapper json) {
        this.shelf = new Shelf<>(kept, json, "comparisons", ComparisonReport.class);
    }

    void keep(String owner, ComparisonReport report) {
        shelf.keep(
                owner, new Shelf.Title(report.id(), report.verdict().name(), report.label(), report.summary()), report);
    }

    byte[] bytes(String owner, String id) {
        return shelf.bytes(owner, id);
    }

    /** For its page. */
    ComparisonReport read(String owner, String id) {
        return shelf.read(owner, id);
    }

    Page<ReportItem> page(String owner, ReportFilter filter) {
        return shelf.page(owner, filter);
    }
}
