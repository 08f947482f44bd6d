package dev.plumbline.check.page;

import dev.plumbline.check.GradientCheckReport;
import dev.plumbline.check.GradientCheckReport.Changes;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.check.GradientCheckReport.Warning;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.Markdown;
import java.util.ArrayList;
import java.util.List;

/** A gradient check as the comment of a pull request: the verdict, where it sits, the worst tensors. */
final class CheckMarkdown {

    private static final int TENSORS = 20;
    private static final int WARNINGS = 6;
    private static final int SUSPECTS = 5;

    private CheckMarkdown() {}

    static byte[] of(GradientCheckReport report) {
        Markdown page = new Markdown().verdict(report.verdict().name(), report.summary());
        if (report.explanation() != null) {
            page.paragraph(report.explanation().advice());
        } else if (!report.suspects().isEmpty()) {
            page.paragraph("The backward rule of one of these could be at fault, the likeliest first:");
            page.list(report.suspects().stream()
                    .limit(SUSPECTS)
                    .map(suspect -> suspect.node() + " (" + suspect.operation() + ")")
                    .toList());
        }
        if (report.changes() != null) {
            page.paragraph(changes(report.changes()));
        }
        tensors(page, report);
        page.list(report.warnings().stream()
                .limit(WARNINGS)
                .map(Warning::detail)
                .map(detail -> Markup.shortened(detail, 300))
                .toList());
        page.paragraph("Plumbline, report %s%s: loss %s, seed %s, %s ms."
                .formatted(
                        report.id(),
                        report.label() == null ? "" : ", " + report.label(),
                        Numbers.of(report.loss(), 6),
                        report.settings().seed(),
                        report.cost().milliseconds()));
        return page.bytes();
    }

    static String changes(Changes changes) {
        String verdict = changes.before() == changes.now()
                ? "The verdict is %s as before".formatted(changes.now())
                : "The verdict was %s and is %s".formatted(changes.before(), changes.now());
        return "%s; %s, %s, %s (since report %s)."
                .formatted(
                        verdict,
                        Numbers.count(changes.tensors().size(), "tensor has changed", "tensors have changed"),
                        Numbers.count(changes.added().size(), "is new", "are new"),
                        Numbers.count(changes.removed().size(), "is gone", "are gone"),
                        changes.comparedWith());
    }

    private static void tensors(Markdown page, GradientCheckReport report) {
        List<TensorReport> worst = WorstFirst.of(report);
        List<List<String>> rows = new ArrayList<>();
        for (TensorReport tensor : worst.subList(0, Math.min(TENSORS, worst.size()))) {
            rows.add(List.of(
                    tensor.name(),
                    tensor.verdict().name(),
                    Numbers.of(tensor.relativeError(), 3),
                    tensor.mistake() == null
                            ? ""
                            : Markup.shortened(tensor.mistake().words(), 160)));
        }
        if (!rows.isEmpty()) {
            page.table(new Table(List.of("tensor", "verdict", "relative error", "what it looks like"), rows));
        }
        List<TensorReport> rest = worst.subList(rows.size(), worst.size());
        if (!rest.isEmpty()) {
            Verdict next = rest.get(0).verdict();
            page.paragraph("%s more, at worst %s.".formatted(Numbers.count(rest.size(), "tensor", "tensors"), next));
        }
    }
}
