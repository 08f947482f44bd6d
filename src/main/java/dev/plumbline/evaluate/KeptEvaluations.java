package dev.plumbline.evaluate;

import dev.plumbline.report.KeptReports;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import java.time.Instant;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The evaluations that a key keeps, in short. */
@Component
class KeptEvaluations {

    private static final String KIND = "evaluations";

    /** The verdict of one that nothing was expected of. */
    private static final String NONE = "NONE";

    private final KeptReports kept;
    private final JsonMapper json;

    KeptEvaluations(KeptReports kept, JsonMapper json) {
        this.kept = kept;
        this.json = json;
    }

    void keep(String owner, EvaluationSummary evaluation) {
        kept.keep(
                owner,
                new KeptReports.Report(
                        evaluation.id(),
                        KIND,
                        evaluation.verdict() == null
                                ? NONE
                                : evaluation.verdict().name(),
                        evaluation.label(),
                        EvaluationItem.of(evaluation, Instant.now()),
                        json.writeValueAsBytes(evaluation),
                        null));
    }

    byte[] bytes(String owner, String id) {
        return kept.find(new KeptReports.Place(owner, KIND, id)).orElseThrow(() -> kept.unknown(id));
    }

    Page<EvaluationItem> page(String owner, ReportFilter filter) {
        return kept.page(owner, KIND, filter, EvaluationItem.class);
    }
}
