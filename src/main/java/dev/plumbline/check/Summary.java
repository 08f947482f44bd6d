package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The one plain sentence of a report. */
final class Summary {

    private Summary() {}

    static String of(Verdict verdict, List<TensorReport> tensors, boolean claimed, GradientCheck check) {
        String whose = claimed ? "The claimed gradient" : "Our own reverse-mode gradient";
        return switch (verdict) {
            case PASS ->
                "%s agrees with the reference in all %d entries of %s."
                        .formatted(whose, entries(tensors), tensors(tensors.size()));
            case KINK ->
                "%s is a subgradient: the objective has no derivative at this point in %s."
                        .formatted(whose, names(tensors, Verdict.KINK));
            case INCONCLUSIVE ->
                "%s can be neither confirmed nor refuted in %s; the entries say why."
                        .formatted(whose, names(tensors, Verdict.INCONCLUSIVE));
            case FAIL -> "%s is wrong in %s%s.".formatted(whose, names(tensors, Verdict.FAIL), first(tensors));
        };
    }

    private static long entries(List<TensorReport> tensors) {
        return tensors.stream()
                .flatMap(tensor -> tensor.entryVerdicts().values().stream())
                .mapToLong(Long::longValue)
                .sum();
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
                .map(tensor -> ": " + words(tensor.mistake()))
                .orElse("");
    }

    private static String words(@Nullable Mistake named) {
        Mistake mistake = Objects.requireNonNull(named);
        return switch (mistake.kind()) {
            case SIGN -> "the sign is wrong";
            case SCALED -> String.format(Locale.ROOT, "it is %.6g times what it should be", mistake.factor());
            case ZERO -> "it is zero";
            case SPARSE -> "only entries " + mistake.entries() + " differ";
            case SLICE -> "only the slice " + mistake.slice() + " differs";
            case TRANSPOSED -> "it is transposed";
            case SHIFTED -> "it is shifted";
            case SWAPPED -> "it is the gradient of " + mistake.tensor();
            case WEIGHT_DECAY -> String.format(Locale.ROOT, "a weight decay of %.6g is in it", mistake.lambda());
            case OFFSET -> String.format(Locale.ROOT, "%.6g is added to every entry", mistake.offset());
            case CLIPPED -> "it is clipped";
            case ROUNDED -> "it is rounded";
            case NON_FINITE -> "it is not finite at " + mistake.entries();
            case UNKNOWN -> "the mistake has no simple name";
        };
    }
}
