package dev.plumbline.diagnose.page;

import dev.plumbline.compute.health.LayerHealth;
import dev.plumbline.compute.health.NoiseScale;
import dev.plumbline.diagnose.Correctness;
import dev.plumbline.diagnose.DiagnosisReport;
import dev.plumbline.report.figure.ErrorBars;
import dev.plumbline.report.figure.LineChart;
import dev.plumbline.report.figure.LineChart.Level;
import dev.plumbline.report.figure.LineChart.Line;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.Document;
import dev.plumbline.report.page.Forms;
import dev.plumbline.report.page.HealthSections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The page of a diagnosis: what is wrong and what to do, norms by depth, layers, samples. */
record DiagnosisDocument(DiagnosisReport report, Document page) {

    private static final int LAYERS = 200;
    private static final int PASSAGES = 60;
    private static final int TENSORS = 60;

    static byte[] of(DiagnosisReport report) {
        String title = report.verdict() + " " + (report.label() == null ? report.id() : report.label());
        return new DiagnosisDocument(report, new Document(title, "Diagnosis")).written();
    }

    private byte[] written() {
        page.verdict(report.verdict().name(), report.summary());
        page.note("%sDiagnosis %s. %s%s, rules of %s."
                .formatted(
                        report.label() == null ? "" : report.label() + ". ",
                        report.id(),
                        report.loss() == null ? "" : "Loss " + Numbers.of(report.loss(), 6) + ", ",
                        Numbers.count(report.layers().size(), "layer", "layers"),
                        HealthSections.words(report.profile().name())));
        page.links(Forms.besideHtml("/v1/diagnoses/" + report.id()));
        if (report.changes() != null) {
            page.section("What has changed").paragraph(HealthSections.changes(report.changes()));
        }
        if (report.correctness() != null) {
            correctness(report.correctness());
        }
        if (!report.findings().isEmpty()) {
            page.section("What was found, and what to do");
            HealthSections.findings(page, report.findings());
        }
        depth();
        layers();
        samples();
        page.section("What was not judged");
        HealthSections.notEvaluated(page, report.notEvaluated());
        return page.bytes();
    }

    private void correctness(Correctness correctness) {
        page.section("Is the claimed gradient this model's?").paragraph(correctness.summary());
        if (correctness.explanation() != null) {
            page.advice(correctness.explanation().advice());
        }
        page.rows("Claimed tensors", List.of("tensor", "verdict", "relative error", "what it looks like"));
        correctness.tensors().stream().limit(TENSORS).forEach(tensor -> page.row()
                .nameCell(tensor.name())
                .verdictCell(tensor.verdict().name())
                .cell(Numbers.of(tensor.relativeError(), 3))
                .cell(tensor.mistake() == null ? "" : tensor.mistake().words())
                .endRow());
        page.endRows();
    }

    private void depth() {
        if (report.depth().gradients().norms().size() < 2) {
            return;
        }
        page.section("From the loss back to the first layer");
        page.figure(
                HealthSections.depth(report.depth().gradients(), report.depth().cotangents()));
        if (!report.depth().passages().isEmpty()) {
            page.folded("What each activation and weight does to the derivative on its way back");
            page.table(
                    "Passages",
                    new Table(
                            List.of("from", "to", "activation", "weights", "predicted", "observed"),
                            report.depth().passages().stream()
                                    .limit(PASSAGES)
                                    .map(passage -> List.of(
                                            Markup.shortened(passage.from(), Document.NAME),
                                            Markup.shortened(passage.to(), Document.NAME),
                                            Numbers.of(passage.derivative(), 3),
                                            Numbers.of(passage.weightGain(), 3),
                                            Numbers.of(passage.predicted(), 3),
                                            Numbers.of(passage.observed(), 3)))
                                    .toList()));
            page.endFolded();
        }
    }

    private void layers() {
        List<LayerHealth> shown = report.layers().stream().limit(LAYERS).toList();
        if (shown.isEmpty()) {
            return;
        }
        ErrorBars bars = new ErrorBars(shown.stream().mapToDouble(LayerHealth::gradientNorm));
        page.section("Layers, in the order of computation");
        page.note("Gradient norms on a logarithmic scale, %s.".formatted(bars.words()));
        page.rows(
                "Layers",
                List.of(
                        "layer",
                        "gradient norm",
                        "",
                        "zeros",
                        "gradient / weights",
                        "update / weights",
                        "dead",
                        "saturated"));
        shown.forEach(layer -> page.row()
                .nameCell(layer.name())
                .cell(Numbers.of(layer.gradientNorm()))
                .drawnCell(bars.bar(isNamed(layer.name()) ? "barbad" : "bargood", layer.gradientNorm(), Double.NaN))
                .cell(Numbers.of(layer.zeroShare(), 3))
                .cell(number(layer.gradientRatio()))
                .cell(number(layer.updateRatio()))
                .cell(number(layer.deadShare()))
                .cell(number(layer.saturatedShare()))
                .endRow());
        page.endRows();
        if (report.layers().size() > shown.size()) {
            page.note("%s more stand in the JSON."
                    .formatted(Numbers.count(report.layers().size() - shown.size(), "layer", "layers")));
        }
    }

    private boolean isNamed(String layer) {
        return report.findings().stream().anyMatch(finding -> finding.tensors().contains(layer));
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : Numbers.of(value, 3);
    }

    private void samples() {
        List<Double> norms = report.samples().norms();
        if (norms == null || norms.size() < 2) {
            return;
        }
        Double median = report.samples().median();
        page.section("Samples");
        NoiseScale noise = report.samples().noise();
        if (noise != null) {
            page.note(words(noise));
        }
        page.figure(new LineChart(
                        "Each sample's own gradient",
                        "A sample far above the others decides the step; one near zero teaches nothing.",
                        "sample",
                        false,
                        "norm",
                        true,
                        List.of(new Line(
                                "norm",
                                "dots",
                                IntStream.range(0, norms.size())
                                        .mapToDouble(i -> i)
                                        .toArray(),
                                norms.stream().mapToDouble(Double::doubleValue).toArray())),
                        median == null ? List.of() : List.of(new Level("median", median)),
                        List.of())
                .figure());
    }

    private static String words(NoiseScale noise) {
        return "Noise and signal of the gradient are as large in a batch of %s (%s to %s); this one has %s."
                .formatted(
                        noise.scale() == null ? "unknown size" : Numbers.of(noise.scale(), 3),
                        noise.least() == null ? "any" : Numbers.of(noise.least(), 3),
                        noise.most() == null ? "any" : Numbers.of(noise.most(), 3),
                        Numbers.count(noise.samples(), "sample", "samples"));
    }
}
