package dev.plumbline.compare;

import dev.plumbline.compare.ComparisonReport.ComparedSide;
import dev.plumbline.compare.ComparisonReport.ComparedTensor;
import dev.plumbline.compare.ComparisonReport.NamedDifference;
import dev.plumbline.compute.comparison.Relation;
import dev.plumbline.report.figure.ErrorBars;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.Document;
import dev.plumbline.report.page.Forms;
import dev.plumbline.report.page.JUnit;
import dev.plumbline.report.page.JUnit.Case;
import dev.plumbline.report.page.JUnit.Outcome;
import dev.plumbline.report.page.Markdown;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A comparison for people and for builds: which tensors differ, how far, and what the difference looks like. */
record ComparisonDocument(ComparisonReport report) {

    private static final int TENSORS = 500;
    private static final int IN_MARKDOWN = 30;

    byte[] html() {
        Document page = new Document(report.verdict() + " " + title(), "Comparison");
        page.verdict(report.verdict().name(), report.summary());
        page.note("%sComparison %s. %s, %s bytes in %s ms."
                .formatted(
                        report.label() == null ? "" : report.label() + ". ",
                        report.id(),
                        Numbers.count(report.tensors().size(), "tensor", "tensors"),
                        Numbers.of(report.cost().bytes(), 3),
                        report.cost().milliseconds()));
        page.links(Forms.besideHtml(ComparisonController.PATH + "/" + report.id()));
        tensors(page);
        return page.bytes();
    }

    private String title() {
        return report.label() == null ? report.id() : report.label();
    }

    private void tensors(Document page) {
        List<ComparedTensor> shown = report.tensors().stream().limit(TENSORS).toList();
        ErrorBars bars = new ErrorBars(shown.stream().mapToDouble(ComparisonDocument::distance));
        page.section("Tensors, those that differ first");
        page.note("Distance relative to the larger norm, %s.".formatted(bars.words()));
        page.rows("Tensors", List.of("tensor", "", "distance", "", "norm of a", "norm of b", "what it looks like"));
        shown.forEach(tensor -> page.row()
                .nameCell(tensor.name())
                .cell(words(tensor.relation()))
                .cell(tensor.relativeDistance() == null ? "" : Numbers.of(tensor.relativeDistance(), 3))
                .drawnCell(bars.bar(
                        tensor.relation() == Relation.DIFFERENT ? "barbad" : "bargood",
                        distance(tensor),
                        tensor.noise() == null ? Double.NaN : tensor.noise().relative()))
                .cell(norm(tensor.a()))
                .cell(norm(tensor.b()))
                .cell(words(tensor))
                .endRow());
        page.endRows();
        if (report.tensors().size() > shown.size()) {
            page.note("%s more stand in the JSON."
                    .formatted(Numbers.count(report.tensors().size() - shown.size(), "tensor", "tensors")));
        }
    }

    private static double distance(ComparedTensor tensor) {
        return tensor.relativeDistance() == null ? 0 : tensor.relativeDistance();
    }

    private static String norm(@Nullable ComparedSide side) {
        return side == null ? "not there" : side.norm() == null ? "" : Numbers.of(side.norm());
    }

    private static String words(ComparedTensor tensor) {
        return tensor.differences().stream().map(NamedDifference::words).collect(Collectors.joining("; "));
    }

    private static String words(Relation relation) {
        return relation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    byte[] junit() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("plumbline.id", report.id());
        properties.put("plumbline.verdict", report.verdict().name());
        properties.put("plumbline.summary", report.summary());
        String name = report.label() == null ? "comparison" : "comparison " + report.label();
        return new JUnit(
                        name,
                        report.cost().milliseconds() / 1e3,
                        properties,
                        report.tensors().stream()
                                .map(ComparisonDocument::testCase)
                                .toList())
                .bytes();
    }

    private static Case testCase(ComparedTensor tensor) {
        boolean isDifferent = tensor.relation() == Relation.DIFFERENT;
        String kind = tensor.differences().stream()
                .findFirst()
                .map(NamedDifference::kind)
                .orElse(words(tensor.relation()));
        String words = isDifferent ? words(tensor) : words(tensor.relation());
        return new Case(
                tensor.name(),
                "plumbline.comparisons",
                isDifferent ? Outcome.FAILED : Outcome.PASSED,
                kind,
                words,
                tensor.relativeDistance() == null
                        ? words
                        : "%s\nrelative distance %s".formatted(words, Numbers.of(tensor.relativeDistance())));
    }

    byte[] markdown() {
        List<ComparedTensor> different = report.tensors().stream()
                .filter(tensor -> tensor.relation() == Relation.DIFFERENT)
                .toList();
        Markdown page = new Markdown().verdict(report.verdict().name(), report.summary());
        if (!different.isEmpty()) {
            page.table(new Table(
                    List.of("tensor", "distance", "what it looks like"),
                    different.stream()
                            .limit(IN_MARKDOWN)
                            .map(tensor -> List.of(
                                    tensor.name(),
                                    tensor.relativeDistance() == null ? "" : Numbers.of(tensor.relativeDistance(), 3),
                                    Markup.shortened(words(tensor), 160)))
                            .toList()));
        }
        return page.paragraph("Plumbline, comparison %s: %s of %s differ.%s"
                        .formatted(
                                report.id(),
                                different.size(),
                                Numbers.count(report.tensors().size(), "tensor", "tensors"),
                                different.size() > IN_MARKDOWN ? " The first %d.".formatted(IN_MARKDOWN) : ""))
                .bytes();
    }
}
