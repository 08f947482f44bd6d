package dev.plumbline.compare.page;

import dev.plumbline.compare.ComparisonReport;
import dev.plumbline.compare.ComparisonReport.ComparedSide;
import dev.plumbline.compare.ComparisonReport.ComparedTensor;
import dev.plumbline.compare.ComparisonReport.NamedDifference;
import dev.plumbline.compute.comparison.Relation;
import dev.plumbline.report.figure.ErrorBars;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.Document;
import dev.plumbline.report.page.Forms;
import dev.plumbline.report.page.JUnit;
import dev.plumbline.report.page.JUnit.Case;
import dev.plumbline.report.page.JUnit.Outcome;
import dev.plumbline.report.page.Markdown;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** A comparison for people and for builds: tensors, those that differ most first, with what their differences look like. */
record ComparisonDocument(ComparisonReport report) {

    private static final int TENSORS = 500;
    private static final int IN_MARKDOWN = 30;

    byte[] html() {
        Document page = new Document(report.verdict() + " " + title(), "Comparison of two dumps");
        page.verdict(report.verdict().name(), report.summary());
        page.note("%s. %s of values read in %s s."
                .formatted(
                        title(),
                        Numbers.count(report.cost().bytes(), "byte", "bytes"),
                        Numbers.of(report.cost().milliseconds() / 1e3, 3)));
        page.links(Forms.besideHtml("/v1/comparisons/" + report.id()));
        tensors(page);
        return page.bytes();
    }

    private String title() {
        return report.label() == null ? "Comparison " + report.id() : report.label();
    }

    private void tensors(Document page) {
        List<ComparedTensor> worst = worst(report);
        List<ComparedTensor> shown = worst.stream().limit(TENSORS).toList();
        ErrorBars bars = new ErrorBars(shown.stream()
                .flatMapToDouble(tensor -> DoubleStream.of(distance(tensor), noise(tensor)))
                .filter(value -> !Double.isNaN(value)));
        page.section("Tensors, those that differ most first");
        page.paragraph(report.relations().entrySet().stream()
                        .map(count -> count.getValue() + " " + said(count.getKey()))
                        .collect(Collectors.joining(", ")) + ".");
        page.note("Distance over the larger norm, %s; the upright stroke is what repeats of a differ by."
                .formatted(bars.words()));
        page.rows(
                "Tensors",
                List.of("tensor", "relation", "distance", "", "largest difference", "cosine", "a", "b", "what it looks like"));
        shown.forEach(tensor -> page.row()
                .nameCell(tensor.name())
                .cell(said(tensor.relation()))
                .cell(number(tensor.relativeDistance()))
                .drawnCell(bars.bar(style(tensor.relation()), distance(tensor), noise(tensor)))
                .cell(number(tensor.largestDifference()))
                .cell(number(tensor.cosine()))
                .cell(form(tensor.a()))
                .cell(form(tensor.b()))
                .cell(words(tensor))
                .endRow());
        page.endRows();
        if (worst.size() > shown.size()) {
            page.note("%s more stand in the JSON."
                    .formatted(Numbers.count(worst.size() - shown.size(), "tensor", "tensors")));
        }
    }

    static List<ComparedTensor> worst(ComparisonReport report) {
        return report.tensors().stream()
                .sorted(Comparator.comparing(ComparedTensor::relation)
                        .thenComparing(tensor -> tensor.relativeDistance() == null ? 1 : tensor.relativeDistance())
                        .reversed())
                .toList();
    }

    /** What the differences look like; nothing where there are none. */
    static String words(ComparedTensor tensor) {
        return tensor.differences().stream()
                .map(ComparisonDocument::words)
                .collect(Collectors.joining("; "));
    }

    private static String words(NamedDifference difference) {
        List<Integer> ranks = difference.ranks();
        return ranks == null
                ? difference.words()
                : difference.words() + " (" + (ranks.size() == 1 ? "rank " : "ranks ")
                        + ranks.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")";
    }

    private static double distance(ComparedTensor tensor) {
        return tensor.relativeDistance() == null ? Double.NaN : tensor.relativeDistance();
    }

    private static double noise(ComparedTensor tensor) {
        return tensor.noise() == null ? Double.NaN : tensor.noise().relative();
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : Numbers.of(value, 3);
    }

    private static String form(@Nullable ComparedSide side) {
        return side == null ? "not there" : side.shape() + " " + side.datatype();
    }

    private static String said(Relation relation) {
        return switch (relation) {
            case EQUAL -> "equal";
            case WITHIN_NOISE -> "within noise";
            case WITHIN_ROUNDING -> "within rounding";
            case DIFFERENT -> "different";
        };
    }

    private static String style(Relation relation) {
        return relation == Relation.DIFFERENT ? "barbad" : "bargood";
    }

    byte[] junit() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("plumbline.id", report.id());
        properties.put("plumbline.verdict", report.verdict().name());
        properties.put("plumbline.summary", report.summary());
        return new JUnit(
                        "comparison",
                        report.cost().milliseconds() / 1e3,
                        properties,
                        report.tensors().stream().map(ComparisonDocument::testCase).toList())
                .bytes();
    }

    private static Case testCase(ComparedTensor tensor) {
        boolean differs = tensor.relation() == Relation.DIFFERENT;
        String distance = "distance %s of the larger norm".formatted(number(tensor.relativeDistance()));
        return new Case(
                tensor.name(),
                "plumbline.comparison",
                differs ? Outcome.FAILED : Outcome.PASSED,
                differs && !tensor.differences().isEmpty() ? tensor.differences().get(0).kind() : said(tensor.relation()),
                distance,
                words(tensor) + "\n" + distance);
    }

    byte[] markdown() {
        List<ComparedTensor> worst = worst(report);
        return new Markdown()
                .verdict(report.verdict().name(), report.summary())
                .table(new Table(
                        List.of("tensor", "relation", "distance", "what it looks like"),
                        worst.stream()
                                .limit(IN_MARKDOWN)
                                .map(tensor -> List.of(
                                        tensor.name(),
                                        said(tensor.relation()),
                                        number(tensor.relativeDistance()),
                                        words(tensor)))
                                .toList()))
                .paragraph("Plumbline, comparison %s.%s"
                        .formatted(
                                report.id(),
                                worst.size() > IN_MARKDOWN
                                        ? " The worst %d tensors of %d.".formatted(IN_MARKDOWN, worst.size())
                                        : ""))
                .bytes();
    }
}
