package dev.plumbline.check.page;

import dev.plumbline.check.GradientCheckReport;
import dev.plumbline.check.GradientCheckReport.EntryReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.report.page.JUnit;
import dev.plumbline.report.page.JUnit.Case;
import dev.plumbline.report.page.JUnit.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A gradient check as JUnit's XML: FAIL fails a build, INCONCLUSIVE is skipped, a kink that is treated as it should passes. */
final class CheckJUnit {

    private static final int ENTRIES = 10;

    private CheckJUnit() {}

    static byte[] of(GradientCheckReport report) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("plumbline.id", report.id());
        properties.put("plumbline.verdict", report.verdict().name());
        properties.put("plumbline.summary", report.summary());
        if (report.label() != null) {
            properties.put("plumbline.label", report.label());
        }
        if (report.explanation() != null) {
            properties.put("plumbline.explanation", report.explanation().advice());
        }
        properties.put("plumbline.loss", String.valueOf(report.loss()));
        properties.put("plumbline.seed", String.valueOf(report.settings().seed()));
        String name = report.label() == null ? "gradient check" : "gradient check " + report.label();
        List<Case> cases = report.tensors().isEmpty()
                ? List.of(whole(report))
                : report.tensors().stream().map(CheckJUnit::of).toList();
        return new JUnit(name, report.cost().milliseconds() / 1e3, properties, cases).bytes();
    }

    /** Where no tensor was judged, the check itself is the case. */
    private static Case whole(GradientCheckReport report) {
        return new Case(
                "gradient",
                "plumbline.gradients",
                outcome(report.verdict()),
                report.verdict().name(),
                report.summary(),
                report.summary());
    }

    private static Case of(TensorReport tensor) {
        return new Case(
                tensor.name(),
                "plumbline.gradients",
                outcome(tensor.verdict()),
                tensor.mistake() == null
                        ? tensor.verdict().name()
                        : tensor.mistake().kind().wireName(),
                message(tensor),
                text(tensor));
    }

    private static Outcome outcome(Verdict verdict) {
        return switch (verdict) {
            case PASS, KINK -> Outcome.PASSED;
            case INCONCLUSIVE -> Outcome.SKIPPED;
            case FAIL -> Outcome.FAILED;
        };
    }

    private static String message(TensorReport tensor) {
        if (tensor.verdict() == Verdict.INCONCLUSIVE) {
            return tensor.entries().stream()
                    .filter(entry -> entry.verdict() == Verdict.INCONCLUSIVE)
                    .map(EntryReport::detail)
                    .findFirst()
                    .orElse("The gradient can be neither confirmed nor refuted.");
        }
        String words = tensor.mistake() == null
                ? "the gradient is wrong"
                : tensor.mistake().words();
        return "%s; relative error %s".formatted(words, Numbers.of(tensor.relativeError()));
    }

    private static String text(TensorReport tensor) {
        String advice = tensor.mistake() == null ? "" : tensor.mistake().advice() + "\n";
        return advice
                + tensor.entries().stream()
                        .limit(ENTRIES)
                        .map(entry -> "%s %s: claimed %s, reference %s, rounding explains %s. %s"
                                .formatted(
                                        entry.verdict(),
                                        entry.index(),
                                        entry.claimed(),
                                        entry.reference(),
                                        Numbers.of(entry.allowance()),
                                        entry.detail()))
                        .collect(Collectors.joining("\n"));
    }
}
