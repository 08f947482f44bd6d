package dev.plumbline.diagnose;

import dev.plumbline.report.KeptReports;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.ReportItem;
import dev.plumbline.report.Shelf;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The diagnoses that a key keeps. */
@Component
public class KeptDiagnoses {

    private final Shelf<DiagnosisReport> shelf;

    KeptDiagnoses(KeptReports kept, JsonMapper json) {
        this.shelf = new Shelf<>(kept, json, "diagnoses", DiagnosisReport.class);
    }

    /** Kept once this returns it. */
    DiagnosisReport keep(String owner, DiagnosisReport report) {
        shelf.keep(
                owner, new Shelf.Title(report.id(), report.verdict().name(), report.label(), report.summary()), report);
        return report;
    }

    byte[] bytes(String owner, String id) {
        return shelf.bytes(owner, id);
    }

    /** For its page. */
    public DiagnosisReport read(String owner, String id) {
        return shelf.read(owner, id);
    }

    /** The one that a request is compared with; null where it names none. */
    @Nullable
    DiagnosisReport earlier(String owner, @Nullable String id) {
        return shelf.earlier(owner, id);
    }

    Page<ReportItem> page(String owner, ReportFilter filter) {
        return shelf.page(owner, filter);
    }
}
