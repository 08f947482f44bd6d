package dev.plumbline.check.page;

import dev.plumbline.check.CheckFigures;
import dev.plumbline.check.GradientCheckReport;
import dev.plumbline.check.GradientCheckReport.BendReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.check.Neighbourhood;
import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.JudgedOperation;
import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.report.figure.Figure;
import dev.plumbline.report.figure.GraphDrawing;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.Document;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a mistake comes from: the explanation, the suspects, the operations that hooks saw, the graph around them. */
record WhereItSits(GradientCheckReport report, CheckFigures figures, Document page) {

    private static final int LISTED = 20;

    void write() {
        Cause cause = report.explanation();
        List<JudgedOperation> wrong =
                report.operations().stream().filter(JudgedOperation::isWrong).toList();
        boolean isEmpty = cause == null
                && report.suspects().isEmpty()
                && report.operations().isEmpty()
                && report.bends().isEmpty()
                && figures.graph() == null;
        if (isEmpty) {
            return;
        }
        page.section("Where it sits");
        if (cause != null) {
            explanation(cause);
        } else {
            advices();
        }
        operations(wrong);
        boolean isElsewhere = cause == null && wrong.isEmpty() && areOnlyMisplaced();
        if (isElsewhere) {
            page.note("The numbers are right but for that, so no operation is at fault: look at what is done with these"
                    + " gradients once they are computed.");
        } else if (cause == null && wrong.isEmpty()) {
            suspects();
        }
        if (!report.bends().isEmpty()) {
            bends();
        }
        if (figures.graph() != null && !isElsewhere) {
            page.figure(drawing(figures.graph()));
        }
    }

    /** Whether each wrong tensor has a mistake that no backward rule makes: right numbers in the wrong place, or a few wrong. */
    private boolean areOnlyMisplaced() {
        List<TensorReport> wrong = report.tensors().stream()
                .filter(tensor -> tensor.verdict() == Verdict.FAIL)
                .toList();
        return !wrong.isEmpty() && wrong.stream().map(TensorReport::mistake).allMatch(WhereItSits::isMisplaced);
    }

    private static boolean isMisplaced(@Nullable Mistake mistake) {
        return mistake instanceof Mistake.Transposed
                || mistake instanceof Mistake.Swapped
                || mistake instanceof Mistake.Shifted
                || mistake instanceof Mistake.Sparse
                || mistake instanceof Mistake.Slice
                || mistake instanceof Mistake.Stale
                || mistake instanceof Mistake.Rounded;
    }

    private void explanation(Cause cause) {
        page.advice(cause.advice());
        page.note("It makes the claim of %s, up to %s of its largest entry."
                .formatted(
                        Numbers.count(cause.explains().size(), "tensor", "tensors"), Numbers.of(cause.residual(), 2)));
        if (!cause.alternatives().isEmpty()) {
            page.folded("Other mistakes that would make the same claim");
            page.list(cause.alternatives().stream().map(Cause::advice).toList());
            page.endFolded();
        }
    }

    /** What the worst tensors look like, where nothing explains them together. */
    private void advices() {
        List<String> advices = WorstFirst.of(report).stream()
                .filter(tensor -> tensor.mistake() != null)
                .map(tensor -> Markup.shortened(tensor.name(), Document.NAME) + ": "
                        + Objects.requireNonNull(tensor.mistake()).advice())
                .limit(3)
                .toList();
        advices.forEach(page::advice);
    }

    private void operations(List<JudgedOperation> wrong) {
        if (report.operations().isEmpty()) {
            return;
        }
        page.paragraph("%s judged by themselves, from what hooks saw; %s."
                .formatted(
                        Numbers.count(report.operations().size(), "operation was", "operations were"),
                        Numbers.count(wrong.size(), "is wrong", "are wrong")));
        List<JudgedOperation> rest = report.operations().stream()
                .filter(operation -> !operation.isWrong())
                .toList();
        List<JudgedOperation> shown =
                Stream.concat(wrong.stream(), rest.stream()).limit(LISTED).toList();
        page.table(
                "Operations judged by themselves",
                new Table(
                        List.of("operation", "kind", "value", "backward", "worst entry", ""),
                        shown.stream().map(WhereItSits::row).toList()));
        wrong.stream()
                .map(JudgedOperation::explanation)
                .filter(Objects::nonNull)
                .limit(3)
                .forEach(cause -> page.advice(cause.advice()));
    }

    private static List<String> row(JudgedOperation operation) {
        JudgedOperation.Entry worst = operation.worst();
        return List.of(
                Markup.shortened(operation.name(), Document.NAME),
                operation.kind(),
                operation.forward() == null ? "" : operation.forward().name(),
                operation.backward() == null ? "" : operation.backward().name(),
                worst == null
                        ? ""
                        : "%s%s%s: %s, should be %s"
                                .formatted(
                                        worst.gradient() ? "gradient by " : "",
                                        Markup.shortened(worst.of(), 60),
                                        worst.index(),
                                        Numbers.of(worst.claimed()),
                                        Numbers.of(worst.reference())),
                Objects.requireNonNullElse(operation.because(), ""));
    }

    private void suspects() {
        if (report.suspects().isEmpty()) {
            return;
        }
        page.paragraph("The backward rule of one of these operations alone could have made every wrong tensor wrong:");
        page.table(
                "Suspects, the likeliest first",
                new Table(
                        List.of("operation", "kind", "wrong before it", "right before it", "right after it", ""),
                        report.suspects().stream().map(WhereItSits::row).toList()));
    }

    private static List<String> row(Suspect suspect) {
        return List.of(
                Markup.shortened(suspect.node(), Document.NAME),
                suspect.operation(),
                String.valueOf(suspect.wrongBefore()),
                String.valueOf(suspect.rightBefore()),
                String.valueOf(suspect.rightAfter()),
                suspect.admits() == null ? "" : suspect.admits() ? "could make the claim" : "cleared");
    }

    private void bends() {
        page.paragraph("Operations that sit on a bend, a jump or a root at this point:");
        page.table(
                "Bends",
                new Table(
                        List.of("operation", "kind", "where", "the claim takes"),
                        report.bends().stream()
                                .limit(LISTED)
                                .map(WhereItSits::row)
                                .toList()));
    }

    private static List<String> row(BendReport bend) {
        return List.of(
                Markup.shortened(bend.node(), Document.NAME),
                bend.operation(),
                Numbers.count(bend.count(), "element", "elements") + " at "
                        + Markup.shortened(String.valueOf(bend.positions()), 60),
                Objects.requireNonNullElse(bend.convention(), ""));
    }

    private Figure drawing(Neighbourhood graph) {
        boolean certain =
                report.explanation() != null || report.operations().stream().anyMatch(JudgedOperation::isWrong);
        String left = graph.left() == 0
                ? ""
                : " %s further away %s left out."
                        .formatted(
                                Numbers.count(graph.left(), "operation or parameter", "operations and parameters"),
                                graph.left() == 1 ? "is" : "are");
        return new GraphDrawing(
                        "Around the suspected operation",
                        "From the inputs down to the loss: red parameters have a wrong gradient, green ones a right one; the thick frame is where the mistake %s.%s"
                                .formatted(certain ? "sits" : "may sit", left),
                        graph.boxes().stream().map(box -> box(box, certain)).toList(),
                        graph.edges().stream()
                                .map(edge -> new GraphDrawing.Edge(edge.from(), edge.to()))
                                .toList())
                .figure();
    }

    private static GraphDrawing.Box box(Neighbourhood.Box box, boolean certain) {
        if (box.suspected()) {
            return new GraphDrawing.Box(box.name(), box.kind(), "suspect", certain ? "at fault" : "suspected");
        }
        return new GraphDrawing.Box(box.name(), box.kind(), state(box.verdict()), words(box.verdict()));
    }

    private static String state(@Nullable Verdict verdict) {
        return verdict == null ? "plain" : verdict == Verdict.FAIL ? "bad" : verdict == Verdict.PASS ? "good" : "plain";
    }

    private static String words(@Nullable Verdict verdict) {
        return verdict == null
                ? ""
                : switch (verdict) {
                    case PASS -> "right";
                    case FAIL -> "wrong";
                    case KINK -> "at a kink";
                    case INCONCLUSIVE -> "undecided";
                };
    }
}
