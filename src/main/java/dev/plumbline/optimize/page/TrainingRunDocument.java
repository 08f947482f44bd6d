package dev.plumbline.optimize.page;

import dev.plumbline.optimize.training.TrainingRunReport;
import dev.plumbline.optimize.training.TrainingRunReport.Health;
import dev.plumbline.optimize.training.TrainingRunReport.LayerCourse;
import dev.plumbline.optimize.training.TrainingRunReport.PointHealth;
import dev.plumbline.report.figure.Figure;
import dev.plumbline.report.figure.LineChart;
import dev.plumbline.report.figure.LineChart.Line;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.Document;
import dev.plumbline.report.page.Forms;
import dev.plumbline.report.page.HealthSections;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The page of a training run: what became of the loss, how the gradient fared, layer by layer. */
record TrainingRunDocument(TrainingRunReport report, Document page) {

    /** Layers with a line each; as many as there are colours. */
    private static final int DRAWN = 6;

    static byte[] of(TrainingRunReport report) {
        String title = report.health().verdict() + " " + (report.label() == null ? report.id() : report.label());
        return new TrainingRunDocument(report, new Document(title, "Training run")).written();
    }

    private byte[] written() {
        Health health = report.health();
        page.verdict(health.verdict().name(), report.summary());
        page.note("%sRun %s. %s in %s s, ended by: %s."
                .formatted(
                        report.label() == null ? "" : report.label() + ". ",
                        report.id(),
                        Numbers.count(report.steps(), "step", "steps"),
                        Numbers.of(report.seconds(), 3),
                        HealthSections.words(report.stopped().name())));
        page.links(Forms.besideHtml("/v1/training-runs/" + report.id()));
        page.paragraph(health.summary());
        if (report.changes() != null) {
            page.section("What has changed").paragraph(HealthSections.changes(report.changes()));
        }
        page.section("Loss and gradient");
        page.charts(List.of(
                course("Loss", "At the parameters before each step, on its batch.", "loss", report.losses()),
                course(
                        "Norm of the gradient",
                        "Over all parameters, before clipping.",
                        "norm",
                        report.gradientNorms())));
        findings("Over the run", health);
        point("At the start", health.start());
        point("At the end", health.end());
        layers(health);
        page.section("Settings");
        page.table(
                "Optimizer",
                new Table(
                        List.of("optimizer", ""),
                        report.optimizer().entrySet().stream()
                                .map(setting -> List.of(setting.getKey(), words(setting.getValue())))
                                .toList()));
        HealthSections.notEvaluated(page, health.notEvaluated());
        return page.bytes();
    }

    /** A setting that has settings of its own names them: {@code kind none, rate 0}. */
    private static String words(Object setting) {
        if (setting instanceof Map<?, ?> own) {
            return own.entrySet().stream()
                    .map(each -> each.getKey() + " " + words(each.getValue()))
                    .collect(Collectors.joining(", "));
        }
        return setting instanceof Double number ? Numbers.of(number, 6) : String.valueOf(setting);
    }

    private static Figure course(String title, String description, String label, List<List<Number>> points) {
        double[] x =
                points.stream().mapToDouble(point -> point.get(0).doubleValue()).toArray();
        double[] y =
                points.stream().mapToDouble(point -> point.get(1).doubleValue()).toArray();
        boolean isPositive = points.stream().allMatch(point -> point.get(1).doubleValue() > 0);
        return new LineChart(
                        title,
                        description,
                        "iteration",
                        false,
                        label,
                        isPositive,
                        List.of(new Line(label, "line", x, y)),
                        List.of(),
                        List.of())
                .figure();
    }

    private void findings(String title, Health health) {
        if (!health.findings().isEmpty()) {
            page.section(title);
            HealthSections.findings(page, health.findings());
        }
    }

    private void point(String title, @Nullable PointHealth point) {
        if (point != null && !point.findings().isEmpty()) {
            page.section("%s, at iteration %d".formatted(title, point.iteration()));
            HealthSections.findings(page, point.findings());
        }
    }

    private void layers(Health health) {
        if (health.layers().isEmpty() || health.iterations().isEmpty()) {
            return;
        }
        page.section("Layer by layer");
        if (health.layers().size() > DRAWN) {
            page.note("Of %d layers those are drawn whose norms lie furthest apart; the JSON has all."
                    .formatted(health.layers().size()));
        }
        List<LayerCourse> drawn = drawn(health.layers());
        page.charts(List.of(
                layered("Gradient norms", "A line for each layer.", "norm", drawn, TrainingRunDocument::norms),
                layered(
                        "Update ratios",
                        "The size of the step over the size of the weights: around a thousandth is usual.",
                        "update / weights",
                        drawn,
                        LayerCourse::updateRatios)));
    }

    private static List<@Nullable Double> norms(LayerCourse layer) {
        List<@Nullable Double> norms = new ArrayList<>();
        norms.addAll(layer.gradientNorms());
        return norms;
    }

    /** Those with the smallest and the largest norms in the middle of the run. */
    private static List<LayerCourse> drawn(List<LayerCourse> layers) {
        if (layers.size() <= DRAWN) {
            return layers;
        }
        List<LayerCourse> sorted = new ArrayList<>(layers);
        sorted.sort(Comparator.comparingDouble(
                layer -> layer.gradientNorms().get(layer.gradientNorms().size() / 2)));
        List<LayerCourse> drawn = new ArrayList<>(sorted.subList(0, DRAWN / 2));
        drawn.addAll(sorted.subList(sorted.size() - DRAWN / 2, sorted.size()));
        return layers.stream().filter(drawn::contains).toList();
    }

    private Figure layered(
            String title,
            String description,
            String label,
            List<LayerCourse> layers,
            Function<LayerCourse, List<@Nullable Double>> values) {
        double[] x = report.health().iterations().stream()
                .mapToDouble(Long::doubleValue)
                .toArray();
        List<Line> lines = layers.stream()
                .map(layer -> {
                    double[] y = values.apply(layer).stream()
                            .mapToDouble(value -> value == null ? Double.NaN : value)
                            .toArray();
                    int common = Math.min(x.length, y.length);
                    return new Line(layer.name(), "line", Arrays.copyOf(x, common), Arrays.copyOf(y, common));
                })
                .toList();
        return new LineChart(title, description, "iteration", false, label, true, lines, List.of(), List.of()).figure();
    }
}
