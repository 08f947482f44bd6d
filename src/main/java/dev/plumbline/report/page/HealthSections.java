package dev.plumbline.report.page;

import dev.plumbline.compute.health.DepthProfile;
import dev.plumbline.compute.health.HealthChanges;
import dev.plumbline.compute.health.HealthChanges.ChangedFinding;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.report.figure.Figure;
import dev.plumbline.report.figure.LineChart;
import dev.plumbline.report.figure.LineChart.Line;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.figure.Table;
import dev.plumbline.report.page.JUnit.Case;
import dev.plumbline.report.page.JUnit.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the pages of diagnoses, training runs and monitors share. */
public final class HealthSections {

    private static final int FINDINGS = 40;
    private static final int NAMES = 12;

    private HealthSections() {}

    /** The findings, each with its cause and what to do. */
    public static void findings(Document page, List<HealthFinding> findings) {
        findings.stream().limit(FINDINGS).forEach(finding -> {
            page.advice(finding.cause());
            page.note("%s, %s: %s is %s, %s. %s"
                    .formatted(
                            words(finding.rule().name()),
                            words(finding.severity().name()),
                            finding.quantity(),
                            Numbers.of(finding.observed()),
                            threshold(finding.threshold()),
                            names(finding.tensors())));
            page.list(remedies(finding.remedies()));
        });
        if (findings.size() > FINDINGS) {
            page.note("%s more stand in the JSON."
                    .formatted(Numbers.count(findings.size() - FINDINGS, "finding", "findings")));
        }
    }

    /** What is another than in an earlier report, in a sentence. */
    public static String changes(HealthChanges changes) {
        String verdict = changes.before() == changes.now()
                ? "The verdict is %s as before".formatted(changes.now())
                : "The verdict was %s and is %s".formatted(changes.before(), changes.now());
        String loss = changes.lossBefore() == null || changes.lossNow() == null
                ? ""
                : ", the loss was %s and is %s"
                        .formatted(Numbers.of(changes.lossBefore(), 6), Numbers.of(changes.lossNow(), 6));
        return "%s%s. New: %s. Gone: %s. (Compared with report %s.)"
                .formatted(verdict, loss, rules(changes.added()), rules(changes.removed()), changes.comparedWith());
    }

    private static String rules(List<ChangedFinding> findings) {
        return findings.isEmpty()
                ? "nothing"
                : findings.stream()
                        .map(finding -> words(finding.rule().name()))
                        .distinct()
                        .collect(Collectors.joining(", "));
    }

    /** What bounds it, where that is more than that it be a number. */
    public static String threshold(double threshold) {
        return threshold == Double.MAX_VALUE ? "where it should be finite" : "the threshold " + Numbers.of(threshold);
    }

    /** In words, the most likely to help first. */
    public static List<String> remedies(List<Remedy> remedies) {
        return remedies.stream()
                .map(remedy -> remedy.advice() + numbers(remedy.numbers()))
                .toList();
    }

    private static String numbers(Map<String, Double> numbers) {
        String more = numbers.size() > NAMES ? " and %d more".formatted(numbers.size() - NAMES) : "";
        return numbers.isEmpty()
                ? ""
                : numbers.entrySet().stream()
                        .limit(NAMES)
                        .map(number -> Markup.shortened(number.getKey(), 40) + ": " + Numbers.of(number.getValue(), 3))
                        .collect(Collectors.joining(", ", " (", more + ")"));
    }

    /** The first few. */
    public static String names(List<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String more = names.size() > NAMES ? " and %d more".formatted(names.size() - NAMES) : "";
        return "In "
                + names.stream()
                        .limit(NAMES)
                        .map(name -> Markup.shortened(name, Document.NAME))
                        .collect(Collectors.joining(", "))
                + more + ".";
    }

    /** {@code DEAD_UNITS} as {@code dead units}. */
    public static String words(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The rules that could not be judged, folded. */
    public static void notEvaluated(Document page, List<NotEvaluated> rules) {
        if (!rules.isEmpty()) {
            page.folded("Rules that could not be judged");
            page.table(
                    "Rules that could not be judged",
                    new Table(
                            List.of("rule", "because"),
                            rules.stream()
                                    .map(none -> List.of(words(none.rule().name()), none.because()))
                                    .toList()));
            page.endFolded();
        }
    }

    /** Norms from the first layer to the last. */
    public static Figure depth(DepthProfile gradients, @Nullable DepthProfile cotangents) {
        List<Line> lines = new ArrayList<>(List.of(line("gradient by the weights", gradients)));
        if (cotangents != null) {
            lines.add(line("derivative by the layer's values", cotangents));
        }
        return new LineChart(
                        "Norms by depth",
                        "From the first layer to the last. A line that falls to the left fades on its way back; per layer it is multiplied by %s."
                                .formatted(Numbers.of(gradients.factorPerLayer(), 3)),
                        "layer",
                        false,
                        "norm",
                        true,
                        lines,
                        List.of(),
                        List.of())
                .figure();
    }

    private static Line line(String name, DepthProfile profile) {
        return new Line(
                name,
                "both",
                IntStream.rangeClosed(1, profile.norms().size())
                        .mapToDouble(i -> i)
                        .toArray(),
                profile.norms().stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** A case for each rule: one that found something unhealthy fails, one that could not be judged is skipped. */
    public static List<Case> cases(List<HealthFinding> findings, List<NotEvaluated> notEvaluated) {
        List<Case> cases = new ArrayList<>();
        for (Symptom rule : Symptom.values()) {
            List<HealthFinding> found =
                    findings.stream().filter(finding -> finding.rule() == rule).toList();
            List<NotEvaluated> none =
                    notEvaluated.stream().filter(one -> one.rule() == rule).toList();
            boolean isUnhealthy = found.stream().anyMatch(finding -> finding.severity() == Severity.UNHEALTHY);
            Outcome outcome = isUnhealthy
                    ? Outcome.FAILED
                    : found.isEmpty() && !none.isEmpty() ? Outcome.SKIPPED : Outcome.PASSED;
            String message = !found.isEmpty()
                    ? found.get(0).cause()
                    : none.isEmpty() ? "" : none.get(0).because();
            cases.add(new Case(
                    words(rule.name()),
                    "plumbline.health",
                    outcome,
                    rule.name().toLowerCase(Locale.ROOT),
                    message,
                    found.stream().map(HealthSections::text).collect(Collectors.joining("\n"))));
        }
        return cases;
    }

    private static String text(HealthFinding finding) {
        return finding.cause() + " " + names(finding.tensors()) + "\n"
                + remedies(finding.remedies()).stream()
                        .map(remedy -> "- " + remedy)
                        .collect(Collectors.joining("\n"));
    }

    /** The findings as a list. */
    public static void findings(Markdown page, List<HealthFinding> findings) {
        page.list(findings.stream()
                .limit(10)
                .map(finding -> Markup.shortened(
                        finding.cause() + " "
                                + String.join(
                                        " ",
                                        remedies(finding.remedies().stream()
                                                .limit(1)
                                                .toList())),
                        500))
                .toList());
    }
}
