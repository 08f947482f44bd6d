package dev.plumbline.blackbox;

import dev.plumbline.blackbox.ProbeReport.ProbedTensorReport;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.session.Findings;
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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** What a probe session has found, for people and for builds; of one that still asks, that it does. */
record ProbeDocument(ProbeReply reply) {

    private static final int TENSORS = 200;
    private static final int IN_MARKDOWN = 30;
    private static final int ENTRIES = 20;

    byte[] html() {
        ProbeReport report = reply.report();
        if (report == null) {
            return new Document("Probe session", "Probe session")
                    .verdict("ASKS", "The session has not reported yet: it asks for round " + reply.round() + ".")
                    .bytes();
        }
        Document page = new Document(report.verdict() + " " + reply.id(), "Probe session");
        page.verdict(report.verdict().name(), report.summary());
        page.note("Session %s. Value %s, %s, %s in %s."
                .formatted(
                        reply.id(),
                        Numbers.of(report.objective().value(), 6),
                        Numbers.count(report.tensors().size(), "tensor", "tensors"),
                        Numbers.count(report.cost().evaluations(), "evaluation", "evaluations"),
                        Numbers.count(report.cost().rounds(), "round", "rounds")));
        page.links(Forms.besideHtml("/v1/probe-sessions/" + reply.id()));
        page.list(
                report.warnings().stream().map(ProbeReport.ProbeWarning::detail).toList());
        tensors(page, report);
        worst(report).stream()
                .filter(tensor -> !tensor.entries().isEmpty())
                .limit(ENTRIES)
                .forEach(tensor -> entries(page, tensor));
        limits(page, report);
        return page.bytes();
    }

    private static List<ProbedTensorReport> worst(ProbeReport report) {
        return report.tensors().stream()
                .sorted(Comparator.comparing(ProbedTensorReport::verdict)
                        .thenComparing(tensor -> Double.isNaN(tensor.relativeError()) ? -1 : tensor.relativeError())
                        .reversed())
                .toList();
    }

    private static void tensors(Document page, ProbeReport report) {
        List<ProbedTensorReport> shown = worst(report).stream().limit(TENSORS).toList();
        ErrorBars bars = new ErrorBars(shown.stream()
                .flatMapToDouble(tensor -> DoubleStream.of(tensor.relativeError(), relativeBound(tensor))));
        page.section("Tensors, the worst first");
        page.note(
                "Relative error of the derivative along one direction, %s; the upright stroke is what the difference may be off by."
                        .formatted(bars.words()));
        page.rows(
                "Tensors",
                List.of(
                        "tensor",
                        "verdict",
                        "relative error",
                        "",
                        "claimed",
                        "by differences",
                        "within",
                        "what it looks like"));
        shown.forEach(tensor -> page.row()
                .nameCell(tensor.name())
                .verdictCell(tensor.verdict().name())
                .cell(Numbers.of(tensor.relativeError(), 3))
                .drawnCell(bars.bar(style(tensor.verdict()), tensor.relativeError(), relativeBound(tensor)))
                .cell(Numbers.of(tensor.claimed(), 6))
                .cell(Numbers.of(tensor.numeric(), 6))
                .cell(Numbers.of(tensor.errorBound(), 2))
                .cell(tensor.mistake() == null ? "" : tensor.mistake().advice())
                .endRow());
        page.endRows();
        if (report.tensors().size() > shown.size()) {
            page.note("%s more stand in the JSON."
                    .formatted(Numbers.count(report.tensors().size() - shown.size(), "tensor", "tensors")));
        }
    }

    private static double relativeBound(ProbedTensorReport tensor) {
        return tensor.errorBound() / Math.abs(tensor.numeric());
    }

    private static String style(Verdict verdict) {
        return switch (verdict) {
            case PASS -> "bargood";
            case FAIL -> "barbad";
            case KINK, INCONCLUSIVE -> "barodd";
        };
    }

    private static void entries(Document page, ProbedTensorReport tensor) {
        page.heading("Entries of " + tensor.name());
        page.table(
                "Entries of " + Markup.shortened(tensor.name(), Document.NAME),
                new Table(
                        List.of("entry", "verdict", "claimed", "by differences", "within", "f(+h)", "f(-h)", "h"),
                        tensor.entries().stream()
                                .limit(ENTRIES)
                                .map(ProbeDocument::row)
                                .toList()));
    }

    private static List<String> row(Findings.OfEntry entry) {
        return List.of(
                String.valueOf(entry.index()),
                entry.verdict().name(),
                Numbers.of(entry.claimed(), 8),
                Numbers.of(entry.numeric(), 8),
                Numbers.of(entry.errorBound(), 2),
                Numbers.of(entry.fPlus(), 8),
                Numbers.of(entry.fMinus(), 8),
                Numbers.of(entry.step(), 3));
    }

    private static void limits(Document page, ProbeReport report) {
        page.section("What would have been seen");
        page.paragraph("The smallest mistakes that would have been noticed, relative to what each tensor contributes:");
        page.table(
                "Limits",
                new Table(
                        List.of("tensor", "in any direction", "in scale or sign", "hidden by noise"),
                        report.limits().stream()
                                .limit(TENSORS)
                                .map(limit -> List.of(
                                        Markup.shortened(limit.tensor(), Document.NAME),
                                        Numbers.of(limit.general(), 2),
                                        Numbers.of(limit.along(), 2),
                                        Numbers.of(limit.floor(), 2)))
                                .toList()));
    }

    byte[] junit() {
        ProbeReport report = reply.report();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("plumbline.id", reply.id());
        if (report == null) {
            String asks = "the session has not reported yet";
            return new JUnit(
                            "probe session",
                            0,
                            properties,
                            List.of(new Case("gradient", "plumbline.probes", Outcome.SKIPPED, "asks", asks, asks)))
                    .bytes();
        }
        properties.put("plumbline.verdict", report.verdict().name());
        properties.put("plumbline.summary", report.summary());
        return new JUnit(
                        "probe session",
                        0,
                        properties,
                        report.tensors().stream().map(ProbeDocument::testCase).toList())
                .bytes();
    }

    private static Case testCase(ProbedTensorReport tensor) {
        Outcome outcome =
                switch (tensor.verdict()) {
                    case PASS, KINK -> Outcome.PASSED;
                    case INCONCLUSIVE -> Outcome.SKIPPED;
                    case FAIL -> Outcome.FAILED;
                };
        String words = "claimed %s, by differences %s within %s"
                .formatted(tensor.claimed(), tensor.numeric(), Numbers.of(tensor.errorBound(), 2));
        return new Case(
                tensor.name(),
                "plumbline.probes",
                outcome,
                tensor.mistake() == null
                        ? tensor.verdict().name()
                        : tensor.mistake().kind(),
                words,
                tensor.mistake() == null ? words : tensor.mistake().advice() + "\n" + words);
    }

    byte[] markdown() {
        ProbeReport report = reply.report();
        if (report == null) {
            return new Markdown().paragraph("The session has not reported yet.").bytes();
        }
        List<ProbedTensorReport> worst = worst(report);
        return new Markdown()
                .verdict(report.verdict().name(), report.summary())
                .table(new Table(
                        List.of("tensor", "verdict", "relative error", "what it looks like"),
                        worst.stream()
                                .limit(IN_MARKDOWN)
                                .map(tensor -> List.of(
                                        tensor.name(),
                                        tensor.verdict().name(),
                                        Numbers.of(tensor.relativeError(), 3),
                                        tensor.mistake() == null
                                                ? ""
                                                : Markup.shortened(
                                                        tensor.mistake().advice(), 160)))
                                .toList()))
                .paragraph("Plumbline, probe session %s: %s.%s"
                        .formatted(
                                reply.id(),
                                Numbers.count(report.cost().evaluations(), "evaluation", "evaluations"),
                                worst.size() > IN_MARKDOWN
                                        ? " The worst %d tensors of %d.".formatted(IN_MARKDOWN, worst.size())
                                        : ""))
                .bytes();
    }
}
