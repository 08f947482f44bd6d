package dev.plumbline.check.page;

import dev.plumbline.check.GradientCheckReport;
import dev.plumbline.check.GradientCheckReport.EntryReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.check.TensorFigures;
import dev.plumbline.report.figure.Figure;
import dev.plumbline.report.figure.HeatMap;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.ScatterPlot;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.Document;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A tensor that is not right: claim against reference in pictures, its entries, what differences say of them. */
record TensorSection(TensorFigures figures, GradientCheckReport report, Document page) {

    private static final int ENTRIES = 10;

    void write() {
        page.section("Tensor " + Markup.shortened(figures.name(), Document.NAME));
        TensorReport tensor = report.tensors().stream()
                .filter(one -> one.name().equals(figures.name()))
                .findFirst()
                .orElse(null);
        if (tensor != null && tensor.mistake() != null) {
            page.paragraph(
                    CheckDocument.isExplained(report, tensor)
                            ? "What is said above makes this claim."
                            : tensor.mistake().advice());
        }
        boolean isOff = figures.points().stream().anyMatch(TensorFigures.Point::wrong);
        if (isOff && (long) figures.rows() * figures.columns() > 1) {
            page.figures(maps());
        }
        if (tensor != null) {
            entries(tensor);
        }
        page.charts(figures.sweeps().stream().map(SweepFigure::of).toList());
    }

    private List<Figure> maps() {
        double largest = Stream.of(figures.claimed(), figures.reference())
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        double shown = largest > 0 ? largest : 1;
        String cells =
                figures.rows() <= figures.reference().length && figures.columns() <= figures.reference()[0].length
                        ? "Rows are the first axis, columns the others."
                        : "%,d × %,d entries; each cell shows the largest of those that it stands for."
                                .formatted(figures.rows(), figures.columns());
        return List.of(
                map("Claimed", cells, figures.claimed()).signed(shown),
                map("Reference", "The same entries, as they should be.", figures.reference())
                        .signed(shown),
                map(
                                "How far off",
                                "The deviation in multiples of what rounding explains; without colour all is right.",
                                figures.excess())
                        .beyondOne(decades()),
                new ScatterPlot(
                                "Claimed against reference",
                                "Right entries lie on the dotted line; a factor is another line, a sign the other diagonal.",
                                figures.points().stream()
                                        .map(point -> new ScatterPlot.Point(
                                                String.valueOf(point.index()),
                                                point.reference(),
                                                point.claimed(),
                                                point.wrong()))
                                        .toList())
                        .figure());
    }

    private HeatMap map(String title, String description, double[][] cells) {
        return new HeatMap(title, description, cells, figures.rows(), figures.columns());
    }

    private int decades() {
        double most = Arrays.stream(figures.excess())
                .flatMapToDouble(Arrays::stream)
                .filter(Double::isFinite)
                .max()
                .orElse(10);
        return (int) Math.max(1, Math.min(16, Math.ceil(Math.log10(Math.max(most, 1)))));
    }

    private void entries(TensorReport tensor) {
        if (tensor.entries().isEmpty()) {
            return;
        }
        page.table(
                "Entries of " + Markup.shortened(tensor.name(), Document.NAME),
                new Table(
                        List.of(
                                "entry",
                                "verdict",
                                "claimed",
                                "reference",
                                "rounding explains",
                                "by differences",
                                "within"),
                        tensor.entries().stream()
                                .limit(ENTRIES)
                                .map(TensorSection::row)
                                .toList()));
    }

    private static List<String> row(EntryReport entry) {
        return List.of(
                String.valueOf(entry.index()),
                entry.verdict().name(),
                Numbers.of(entry.claimed(), 8),
                Numbers.of(entry.reference(), 8),
                Numbers.of(entry.allowance(), 2),
                entry.numeric() == null ? "" : Numbers.of(Objects.requireNonNull(entry.numeric()), 8),
                entry.errorBound() == null ? "" : Numbers.of(Objects.requireNonNull(entry.errorBound()), 2));
    }
}
