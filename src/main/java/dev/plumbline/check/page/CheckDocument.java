package dev.plumbline.check.page;

import dev.plumbline.check.CheckFigures;
import dev.plumbline.check.Checked;
import dev.plumbline.check.GradientCheckReport;
import dev.plumbline.check.GradientCheckReport.Changes;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.check.GradientCheckReport.Warning;
import dev.plumbline.check.TaylorReport;
import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.NoiseInjection;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.reader.Naming;
import dev.plumbline.report.figure.ErrorBars;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.Document;
import dev.plumbline.report.page.Forms;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The page of a gradient check, in the order of questions: what is the verdict, where does it sit, which tensors, which
 * entries, how do we know.
 */
final class CheckDocument {

    /** Tensors with a row of their own, and those that are named behind. */
    /** Relative errors beyond are of gradients that are 0 but for rounding. */
    private static final double OF_NOTHING = 1e6;

    private static final double LONGEST = 1e3;

    private static final int ROWS = 200;

    private static final int NAMED = 2_000;
    private static final int LISTED = 40;

    private final GradientCheckReport report;
    private final CheckFigures figures;
    private final Document page;

    private CheckDocument(Checked checked) {
        this.report = checked.report();
        this.figures = checked.figures();
        this.page = new Document(
                report.verdict() + " " + (report.label() == null ? report.id() : report.label()), "Gradient check");
    }

    static byte[] of(Checked checked) {
        return new CheckDocument(checked).written();
    }

    private byte[] written() {
        String path = "/v1/gradient-checks/" + report.id();
        page.verdict(report.verdict().name(), report.summary());
        page.note("%sReport %s. Loss %s, %s, %s ms."
                .formatted(
                        report.label() == null ? "" : report.label() + ". ",
                        report.id(),
                        Numbers.of(report.loss(), 6),
                        Numbers.count(report.tensors().size(), "tensor", "tensors"),
                        report.cost().milliseconds()));
        page.links(Forms.besideHtml(path));
        page.list(report.warnings().stream().limit(10).map(Warning::detail).toList());
        if (report.changes() != null) {
            changes(report.changes());
        }
        new WhereItSits(report, figures, page).write();
        tensors();
        figures.tensors().forEach(tensor -> new TensorSection(tensor, report, page).write());
        whatWouldHaveBeenSeen();
        taylor(report.taylor());
        fineprint();
        return page.bytes();
    }

    private void changes(Changes changes) {
        page.section("What has changed").paragraph(CheckMarkdown.changes(changes));
        if (!changes.tensors().isEmpty()) {
            page.table(
                    "Tensors that have changed",
                    new Table(
                            List.of("tensor", "before", "now", "relative error before", "now"),
                            changes.tensors().stream()
                                    .map(change -> List.of(
                                            Markup.shortened(change.tensor(), Document.NAME),
                                            change.before().name(),
                                            change.now().name(),
                                            Numbers.of(change.relativeErrorBefore()),
                                            Numbers.of(change.relativeErrorNow())))
                                    .toList()));
        }
        named("New", changes.added());
        named("Gone", changes.removed());
    }

    private void named(String what, List<String> names) {
        if (!names.isEmpty()) {
            page.paragraph(what + ": "
                    + names.stream()
                            .limit(LISTED)
                            .map(name -> Markup.shortened(name, Document.NAME))
                            .collect(Collectors.joining(", ")));
        }
    }

    private void tensors() {
        List<TensorReport> worst = WorstFirst.of(report);
        if (worst.isEmpty()) {
            return;
        }
        List<TensorReport> shown = worst.subList(0, Math.min(ROWS, worst.size()));
        ErrorBars bars = new ErrorBars(
                shown.stream().flatMapToDouble(tensor -> DoubleStream.of(drawn(tensor), explained(tensor))));
        page.section("Tensors, the worst first");
        page.note("Relative error on a logarithmic scale, %s; the upright stroke is what rounding explains."
                .formatted(bars.words()));
        page.rows("Tensors", List.of("tensor", "shape", "verdict", "relative error", "", "what it looks like"));
        for (TensorReport tensor : shown) {
            page.row()
                    .nameCell(tensor.name())
                    .cell(shape(tensor))
                    .verdictCell(tensor.verdict().name())
                    .cell(error(tensor))
                    .drawnCell(bars.bar(style(tensor.verdict()), drawn(tensor), explained(tensor)))
                    .cell(looks(tensor))
                    .endRow();
        }
        page.endRows();
        List<TensorReport> rest = worst.subList(shown.size(), worst.size());
        if (!rest.isEmpty()) {
            more(rest);
        }
    }

    private void more(List<TensorReport> rest) {
        page.folded("%s more, at worst %s"
                .formatted(
                        Numbers.count(rest.size(), "tensor", "tensors"),
                        rest.get(0).verdict()));
        page.table(
                "More tensors",
                new Table(
                        List.of("tensor", "verdict", "relative error"),
                        rest.stream()
                                .limit(NAMED)
                                .map(tensor -> List.of(
                                        Markup.shortened(tensor.name(), Document.NAME),
                                        tensor.verdict().name(),
                                        error(tensor)))
                                .toList()));
        page.endFolded();
        if (rest.size() > NAMED) {
            page.note("The last %s stand in the JSON only."
                    .formatted(Numbers.count(rest.size() - NAMED, "tensor", "tensors")));
        }
    }

    private static String error(TensorReport tensor) {
        return tensor.relativeError() > OF_NOTHING ? "of a gradient of 0" : Numbers.of(tensor.relativeError(), 3);
    }

    /** The bar of what has no true gradient would leave no room for the others. */
    private static double drawn(TensorReport tensor) {
        return tensor.relativeError() > OF_NOTHING ? LONGEST : tensor.relativeError();
    }

    /** A mistake without a name has one where something explains the claim of several tensors. */
    private String looks(TensorReport tensor) {
        Mistake mistake = tensor.mistake();
        return mistake == null ? "" : isExplained(report, tensor) ? "as said above" : mistake.words();
    }

    static boolean isExplained(GradientCheckReport report, TensorReport tensor) {
        Cause cause = report.explanation();
        return tensor.mistake() instanceof Mistake.Unknown
                && cause != null
                && cause.explains().contains(tensor.name());
    }

    private double explained(TensorReport tensor) {
        return tensor.relativeError() > OF_NOTHING
                ? Double.NaN
                : figures.explained().getOrDefault(tensor.name(), Double.NaN);
    }

    private static String shape(TensorReport tensor) {
        return tensor.shape().isEmpty()
                ? "one number"
                : tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(" × "));
    }

    private static String style(Verdict verdict) {
        return switch (verdict) {
            case PASS -> "bargood";
            case FAIL -> "barbad";
            case KINK, INCONCLUSIVE -> "barodd";
        };
    }

    private void whatWouldHaveBeenSeen() {
        if (report.power().isEmpty() && report.noiseInjection() == null) {
            return;
        }
        page.section("What would have been seen");
        if (!report.power().isEmpty()) {
            page.paragraph("Of wrong gradients planted into this claim, the share that the same check notices:");
            page.table(
                    "Power",
                    new Table(
                            List.of("mistake", "noticed", "planted"),
                            report.power().stream()
                                    .map(power -> List.of(
                                            power.mutation(),
                                            Numbers.of(100 * power.detected(), 3) + " %",
                                            String.valueOf(power.trials())))
                                    .toList()));
        }
        NoiseInjection noise = report.noiseInjection();
        if (noise != null) {
            page.paragraph(
                    "Noise added to the claim would have been seen from %s of its root mean square on, noise multiplied into every entry from %s on."
                            .formatted(
                                    Numbers.of(noise.whole().additive(), 2),
                                    Numbers.of(noise.whole().multiplicative(), 2)));
        }
    }

    private void taylor(@Nullable TaylorReport taylor) {
        if (taylor == null || taylor.steps().isEmpty()) {
            return;
        }
        page.section("Second opinion: Taylor's test").paragraph(taylor.detail());
        double[] steps =
                taylor.steps().stream().mapToDouble(Double::doubleValue).toArray();
        double[] remainders =
                taylor.remainders().stream().mapToDouble(Double::doubleValue).toArray();
        page.figure(TaylorFigure.of(steps, remainders));
    }

    private void fineprint() {
        page.section("How we know");
        if (report.reference() != null) {
            page.paragraph(
                    "The reference is Plumbline's own reverse-mode gradient. Forward mode along %s confirms it: the norm of its error is at most %s, with a confidence of %s."
                            .formatted(
                                    Numbers.count(report.reference().directions(), "direction", "directions"),
                                    Numbers.of(report.reference().certifiedTo(), 2),
                                    Numbers.of(report.reference().confidence(), 6)));
        }
        page.folded("Laws that the reference was held against");
        page.table(
                "Laws",
                new Table(
                        List.of("law", "holds", ""),
                        report.consistency().stream()
                                .map(finding -> List.of(
                                        finding.check(),
                                        finding.holds() == null ? "not evaluated" : finding.holds() ? "yes" : "no",
                                        finding.detail()))
                                .toList()));
        page.endFolded();
        List<Naming> renamed = report.names().stream()
                .filter(naming -> naming.how() != Naming.How.SAME)
                .limit(NAMED)
                .toList();
        if (!renamed.isEmpty()) {
            page.folded("How names were understood");
            page.table(
                    "Names",
                    new Table(
                            List.of("given", "in the file", "how"),
                            renamed.stream()
                                    .map(naming -> List.of(
                                            Markup.shortened(naming.given(), Document.NAME),
                                            Markup.shortened(naming.file(), Document.NAME),
                                            naming.how().name().toLowerCase(Locale.ROOT)))
                                    .toList()));
            page.endFolded();
        }
        page.folded("Settings and cost");
        List<List<String>> rows = new ArrayList<>();
        Map.of(
                        "coverage", String.valueOf(report.settings().coverage()).toLowerCase(Locale.ROOT),
                        "seed", String.valueOf(report.settings().seed()),
                        "evaluations", String.valueOf(report.cost().evaluations()),
                        "backward passes", String.valueOf(report.cost().backwardPasses()),
                        "all work, in forward passes", Numbers.of(report.cost().forwardPasses()),
                        "jitter of the loss", Numbers.of(report.noise()))
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> rows.add(List.of(entry.getKey(), entry.getValue())));
        page.table("Settings and cost", new Table(List.of("", ""), rows)).endFolded();
    }
}
