package dev.plumbline.diagnose.page;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.diagnose.Correctness;
import dev.plumbline.diagnose.Correctness.ClaimedTensor;
import dev.plumbline.diagnose.DiagnosisReport;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.HealthSections;
import dev.plumbline.report.page.JUnit;
import dev.plumbline.report.page.JUnit.Case;
import dev.plumbline.report.page.JUnit.Outcome;
import dev.plumbline.report.page.Markdown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A diagnosis as JUnit's XML, a case for each claimed tensor and each rule, and as Markdown. */
final class DiagnosisForms {

    private static final int TENSORS = 20;

    private DiagnosisForms() {}

    static byte[] junit(DiagnosisReport report) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("plumbline.id", report.id());
        properties.put("plumbline.verdict", report.verdict().name());
        properties.put("plumbline.summary", report.summary());
        List<Case> cases = new ArrayList<>();
        Correctness correctness = report.correctness();
        if (correctness != null) {
            correctness.tensors().forEach(tensor -> cases.add(of(tensor)));
        }
        cases.addAll(HealthSections.cases(report.findings(), report.notEvaluated()));
        String name = report.label() == null ? "diagnosis" : "diagnosis " + report.label();
        return new JUnit(name, 0, properties, cases).bytes();
    }

    private static Case of(ClaimedTensor tensor) {
        Outcome outcome =
                switch (tensor.verdict()) {
                    case PASS, KINK -> Outcome.PASSED;
                    case INCONCLUSIVE -> Outcome.SKIPPED;
                    case FAIL -> Outcome.FAILED;
                };
        String words = "%s; relative error %s".formatted(words(tensor), Numbers.of(tensor.relativeError()));
        return new Case(
                tensor.name(),
                "plumbline.gradients",
                outcome,
                tensor.mistake() == null
                        ? tensor.verdict().name()
                        : tensor.mistake().kind().wireName(),
                words,
                tensor.mistake() == null ? words : tensor.mistake().advice());
    }

    private static String words(ClaimedTensor tensor) {
        return tensor.mistake() == null
                ? "the claim is " + HealthSections.words(tensor.verdict().name())
                : tensor.mistake().words();
    }

    static byte[] markdown(DiagnosisReport report) {
        Markdown page = new Markdown().verdict(report.verdict().name(), report.summary());
        if (report.changes() != null) {
            page.paragraph(HealthSections.changes(report.changes()));
        }
        Correctness correctness = report.correctness();
        if (correctness != null && correctness.verdict() != Verdict.PASS) {
            page.table(new Table(
                    List.of("tensor", "verdict", "relative error", "what it looks like"),
                    correctness.tensors().stream()
                            .filter(tensor -> tensor.verdict() != Verdict.PASS)
                            .limit(TENSORS)
                            .map(tensor -> List.of(
                                    tensor.name(),
                                    tensor.verdict().name(),
                                    Numbers.of(tensor.relativeError(), 3),
                                    Markup.shortened(words(tensor), 160)))
                            .toList()));
        }
        HealthSections.findings(page, report.findings());
        return page.paragraph("Plumbline, diagnosis " + report.id()).bytes();
    }
}
