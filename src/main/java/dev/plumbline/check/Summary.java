package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.BendReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.Search;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.MistakeWords;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The one plain sentence of a report. */
final class Summary {

    private Summary() {}

    static String of(
            Verdict verdict,
            List<TensorReport> tensors,
            boolean claimed,
            List<BendReport> bends,
            Search.Findings findings,
            List<String> advice,
            boolean directional) {
        String whose = claimed ? "The claimed gradient" : "Our own reverse-mode gradient";
        return switch (verdict) {
            case PASS ->
                "%s agrees with %s.".formatted(whose, directional ? along(tensors.size()) : reference(tensors));
            case KINK ->
                "%s is %s: the objective bends at this point%s, in %s%s."
                        .formatted(
                                whose,
                                isConventional(tensors)
                                        ? "what a framework's rules at the bends give"
                                        : "a subgradient",
                                where(bends),
                                names(tensors, Verdict.KINK),
                                convention(bends));
            case INCONCLUSIVE ->
                "%s can be neither confirmed nor refuted in %s%s."
                        .formatted(whose, names(tensors, Verdict.INCONCLUSIVE), because(tensors));
            case FAIL ->
                "%s is wrong in %s%s.%s"
                        .formatted(
                                whose,
                                names(tensors, Verdict.FAIL),
                                origin(findings, tensors),
                                advice.isEmpty() ? "" : " " + advice.get(0));
        };
    }

    /** Whether some entry has a derivative, which is another: no subgradient then. */
    private static boolean isConventional(List<TensorReport> tensors) {
        return tensors.stream()
                .flatMap(tensor -> tensor.entries().stream())
                .anyMatch(entry -> entry.verdict() == Verdict.KINK && entry.reason() == Reason.CONVENTION);
    }

    private static String where(List<BendReport> bends) {
        return bends.isEmpty()
                ? ""
                : " (%s, %s)".formatted(bends.get(0).node(), bends.get(0).operation());
    }

    private static String convention(List<BendReport> bends) {
        String words = bends.isEmpty() ? null : bends.get(0).convention();
        return words == null ? "" : ", and the claim takes " + words;
    }

    /** The reason of the first entry that is undecided, in a few words. */
    private static String because(List<TensorReport> tensors) {
        return tensors.stream()
                .flatMap(tensor -> tensor.entries().stream())
                .filter(entry -> entry.verdict() == Verdict.INCONCLUSIVE)
                .findFirst()
                .map(entry -> switch (entry.reason()) {
                    case ROUNDING_DROWNS -> ": rounding drowns what could be seen";
                    case DISCONTINUOUS -> ": the objective jumps or leaves its domain there";
                    case OBJECTIVE_NOT_FINITE -> ": the objective is not a finite number";
                    case OUR_OWN_RULES_DISAGREE -> ": Plumbline's own rules disagree on this model";
                    default -> "; the entries say why";
                })
                .orElse("");
    }

    private static String along(int tensors) {
        return tensors == 1
                ? "a finite difference along one direction; no entry was looked at by itself"
                : "finite differences along one direction in each of %d tensors; no entry was looked at by itself"
                        .formatted(tensors);
    }

    private static String reference(List<TensorReport> tensors) {
        return "the reference in %s of %s".formatted(entries(tensors), tensors(tensors.size()));
    }

    private static String entries(List<TensorReport> tensors) {
        long count = tensors.stream()
                .flatMap(tensor -> tensor.entryVerdicts().values().stream())
                .mapToLong(Long::longValue)
                .sum();
        return count == 1 ? "the one entry" : String.format(Locale.ROOT, "all %,d entries", count);
    }

    private static String tensors(int count) {
        return count == 1 ? "one tensor" : count + " tensors";
    }

    private static String names(List<TensorReport> tensors, Verdict verdict) {
        List<String> names = tensors.stream()
                .filter(tensor -> tensor.verdict() == verdict)
                .map(TensorReport::name)
                .toList();
        String shown = names.stream().limit(4).collect(Collectors.joining(", "));
        return names.size() > 4 ? shown + " and " + (names.size() - 4) + " more tensors" : shown;
    }

    /** Where it comes from, where that is known; else what it looks like. Of one factor the number comes first. */
    private static String origin(Search.Findings findings, List<TensorReport> tensors) {
        Cause cause = findings.cause();
        List<TensorReport> wrong = tensors.stream()
                .filter(tensor -> tensor.verdict() == Verdict.FAIL)
                .toList();
        boolean isFactor = MistakeWords.areOneFactor(
                wrong.stream().map(TensorReport::mistake).toList(), tensors.size());
        boolean isOfAll = wrong.size() == tensors.size();
        if (cause == null || isFactor && isOfAll && cause.kind() != Cause.Kind.RULE) {
            return mistakes(tensors);
        }
        return isFactor
                ? mistakes(tensors) + "; "
                        + Character.toLowerCase(cause.words().charAt(0))
                        + cause.words().substring(1)
                : ": " + cause.words();
    }

    /** Each wrong tensor's own mistake, in a few words. */
    private static String mistakes(List<TensorReport> tensors) {
        Map<String, Mistake> mistakes = new LinkedHashMap<>();
        tensors.forEach(tensor -> {
            if (tensor.verdict() == Verdict.FAIL && tensor.mistake() != null) {
                mistakes.put(tensor.name(), tensor.mistake());
            }
        });
        return mistakes.isEmpty() ? "" : ": " + MistakeWords.of(mistakes);
    }
}
