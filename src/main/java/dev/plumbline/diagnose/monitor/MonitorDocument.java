package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.TensorNorms;
import dev.plumbline.compute.health.course.RunFinding;
import dev.plumbline.compute.health.course.Snapshot;
import dev.plumbline.compute.health.course.Trend;
import dev.plumbline.diagnose.monitor.MonitorReport.TensorCourse;
import dev.plumbline.report.figure.Figure;
import dev.plumbline.report.figure.LineChart;
import dev.plumbline.report.figure.LineChart.Line;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.page.Document;
import dev.plumbline.report.page.Document.Link;
import dev.plumbline.report.page.Forms;
import dev.plumbline.report.page.HealthSections;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The page of a monitor as it stands: what lasts, what has passed, loss and norms over the window with their spikes, trends.
 *
 * @param window the snapshots that are kept, oldest first
 */
record MonitorDocument(MonitorReport report, List<Snapshot> window, Document page) {

    private static final int DRAWN = 5;
    private static final int TENSORS = 200;
    private static final int FINDINGS = 40;

    static byte[] of(MonitorReport report, List<Snapshot> window) {
        String name = report.name() == null ? report.id() : report.name();
        return new MonitorDocument(report, window, new Document(report.verdict() + " " + name, "Monitor")).written();
    }

    private byte[] written() {
        page.verdict(report.verdict().name(), report.summary());
        page.note("%sMonitor %s. %s%s, rules of %s."
                .formatted(
                        report.name() == null ? "" : report.name() + ". ",
                        report.id(),
                        Numbers.count(report.snapshots(), "snapshot", "snapshots"),
                        report.step() == null ? "" : ", the last of step " + report.step(),
                        HealthSections.words(report.watched().profile().name())));
        String path = "/v1/monitors/" + report.id();
        List<Link> links = new ArrayList<>(List.of(new Link("Live", "/monitor.html?id=" + report.id())));
        links.addAll(Forms.besideHtml(path));
        links.add(new Link("Snapshots", path + "/snapshots"));
        page.links(links);
        findings(
                "What lasts",
                report.findings().stream().filter(RunFinding::open).toList());
        if (!window.isEmpty()) {
            courses();
        }
        if (report.depth() != null && report.depth().norms().size() > 1) {
            page.section("From the loss back to the first layer").figure(HealthSections.depth(report.depth(), null));
        }
        tensors();
        findings(
                "What has passed",
                report.findings().stream().filter(finding -> !finding.open()).toList());
        HealthSections.notEvaluated(page, report.notEvaluated());
        return page.bytes();
    }

    private void findings(String title, List<RunFinding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        page.section(title);
        findings.stream().limit(FINDINGS).forEach(finding -> {
            page.advice(finding.cause());
            page.note("%s, %s: since step %d, last seen at step %d; %s was %s, %s. %s"
                    .formatted(
                            HealthSections.words(finding.symptom().name()),
                            HealthSections.words(finding.severity().name()),
                            finding.since(),
                            finding.last(),
                            finding.quantity(),
                            Numbers.of(finding.observed()),
                            HealthSections.threshold(finding.threshold()),
                            HealthSections.names(finding.tensors())));
            page.list(HealthSections.remedies(finding.remedies()));
        });
    }

    private void courses() {
        page.section("The last " + Numbers.count(window.size(), "snapshot", "snapshots"));
        List<Figure> figures = new ArrayList<>();
        if (window.stream().anyMatch(snapshot -> snapshot.loss() != null)) {
            figures.add(loss());
        }
        List<String> drawn = drawn();
        figures.add(course("Gradient norms", "norm", drawn, TensorNorms::gradientNorm, true));
        if (report.tensors().values().stream().anyMatch(tensor -> tensor.updateRatio() != null)) {
            figures.add(course("Update ratios", "update / weights", drawn, TensorNorms::updateRatio, false));
        }
        page.charts(figures);
    }

    private Figure loss() {
        double[] losses = window.stream()
                .mapToDouble(snapshot -> snapshot.loss() == null ? Double.NaN : snapshot.loss())
                .toArray();
        double[] spikes = window.stream()
                .mapToDouble(
                        snapshot -> snapshot.loss() == null || !snapshot.lossSpike() ? Double.NaN : snapshot.loss())
                .toArray();
        boolean isPositive = window.stream().allMatch(snapshot -> snapshot.loss() == null || snapshot.loss() > 0);
        return new LineChart(
                        "Loss",
                        "With a dot at each spike.",
                        "step",
                        false,
                        "loss",
                        isPositive,
                        Arrays.stream(spikes).allMatch(Double::isNaN)
                                ? List.of(new Line("loss", "line", steps(), losses))
                                : List.of(
                                        new Line("loss", "line", steps(), losses),
                                        new Line("spike", "dots", steps(), spikes)),
                        List.of(),
                        List.of())
                .figure();
    }

    private double[] steps() {
        return window.stream().mapToDouble(Snapshot::step).toArray();
    }

    /** Those that a lasting finding names, then those with the steepest trends. */
    private List<String> drawn() {
        List<String> names = new ArrayList<>();
        report.findings().stream()
                .filter(RunFinding::open)
                .flatMap(finding -> finding.tensors().stream())
                .filter(report.tensors()::containsKey)
                .distinct()
                .limit(DRAWN)
                .forEach(names::add);
        report.tensors().entrySet().stream()
                .sorted(Comparator.comparingDouble(
                        tensor -> -steepness(tensor.getValue().trend())))
                .map(Map.Entry::getKey)
                .filter(name -> !names.contains(name))
                .limit(Math.max(0, DRAWN - names.size()))
                .forEach(names::add);
        return names;
    }

    private static double steepness(@Nullable Trend trend) {
        return trend == null ? 0 : Math.abs(Math.log(trend.factorPerStep()));
    }

    private Figure course(
            String title,
            String label,
            List<String> names,
            Function<TensorNorms, @Nullable Double> value,
            boolean withSpikes) {
        List<Line> lines = new ArrayList<>();
        for (String name : names) {
            lines.add(new Line(name, "line", steps(), values(name, value, false)));
        }
        if (withSpikes) {
            for (String name : names) {
                double[] spikes = values(name, value, true);
                if (Arrays.stream(spikes).anyMatch(Double::isFinite) && lines.size() == names.size()) {
                    lines.add(new Line("spike of " + name, "dots", steps(), spikes));
                }
            }
        }
        return new LineChart(
                        title,
                        "Of the tensors that are named above, and those that change most.",
                        "step",
                        false,
                        label,
                        true,
                        lines,
                        List.of(),
                        List.of())
                .figure();
    }

    private double[] values(String name, Function<TensorNorms, @Nullable Double> value, boolean spikesOnly) {
        return window.stream()
                .mapToDouble(snapshot -> {
                    TensorNorms norms = snapshot.tensors().get(name);
                    Double found = norms == null ? null : value.apply(norms);
                    boolean shown = !spikesOnly || snapshot.spikes().contains(name);
                    return found == null || !shown ? Double.NaN : found;
                })
                .toArray();
    }

    private void tensors() {
        if (report.tensors().isEmpty()) {
            return;
        }
        page.section("Tensors");
        page.rows(
                "Tensors",
                List.of(
                        "tensor",
                        "gradient norm",
                        "mean",
                        "largest",
                        "at step",
                        "times per step",
                        "update / weights",
                        "zeros"));
        report.tensors().entrySet().stream().limit(TENSORS).forEach(entry -> {
            TensorCourse tensor = entry.getValue();
            Long step = tensor.gradientNorm().maximumStep();
            Trend trend = tensor.trend();
            page.row()
                    .nameCell(entry.getKey())
                    .cell(Numbers.of(tensor.gradientNorm().last()))
                    .cell(number(tensor.gradientNorm().mean()))
                    .cell(number(tensor.gradientNorm().maximum()))
                    .cell(step == null ? "" : String.valueOf(step))
                    .cell(trend == null ? "" : Numbers.of(trend.factorPerStep(), 5))
                    .cell(number(tensor.updateRatio()))
                    .cell(number(tensor.zeroShare()))
                    .endRow();
        });
        page.endRows();
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : Numbers.of(value, 3);
    }
}
