package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.judgement.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** The one plain sentence of a report. */
final class Summary {

    private Summary() {}

    static String of(Verdict verdict, List<TensorReport> tensors, boolean claimed) {
        String whose = claimed ? "The claimed gradient" : "Our own reverse-mode gradient";
        return switch (verdict) {
            case PASS ->
                "%s agrees with the reference in %s of %s.".formatted(whose, entries(tensors), tensors(tensors.size()));
            case KINK ->
                "%s is a subgradient: the objective has no derivative at this point in %s."
                        .formatted(whose, names(tensors, Verdict.KINK));
            case INCONCLUSIVE ->
                "%s can be neither confirmed nor refuted in %s; the entries say why."
                        .formatted(whose, names(tensors, Verdict.INCONCLUSIVE));
            case FAIL -> "%s is wrong in %s%s.".formatted(whose, names(tensors, Verdict.FAIL), first(tensors));
        };
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

    /** The mistake of the first wrong tensor, in a few words. */
    private static String first(List<TensorReport> tensors) {
        return tensors.stream()
                .filter(tensor -> tensor.verdict() == Verdict.FAIL && tensor.mistake() != null)
                .findFirst()
                .map(tensor -> ": " + Objects.requireNonNull(tensor.mistake()).words())
                .orElse("");
    }
}
