package dev.plumbline.check;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistake.Kind;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Exporting;
import dev.plumbline.reader.Names;
import dev.plumbline.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Claims whose weight was found by its shape and place only, under a name of the exporter's, or beside which the export
 * computed something. One that agrees is right, and one that is off as people's gradients are is wrong; but what is off as the
 * gradient of a weight's negative is, or by what the share of a folded part may be, gets no verdict.
 */
final class DoubtfulNames {

    /** What is off by less belongs to this weight, and is wrong. */
    private static final double SLIGHT = 0.02;

    /** Factors up to this, or their inverses, are simple where they are whole to this accuracy. */
    private static final double LARGEST = 64;

    private static final double SIMPLE = 1e-4;

    private static final Set<Kind> FACTORS = EnumSet.of(Kind.SIGN, Kind.SCALED);

    private static final List<Double> PLAIN = List.of(0.0, -1.0, 2.0, 0.5);

    private DoubtfulNames() {}

    /** Refuses a claim that fails in a way that what the export computed may be the cause of, and says how to export. */
    static void requireSomeFit(
            Names names,
            List<JudgedTensor> tensors,
            Map<String, Mistake> mistakes,
            Set<String> given,
            Map<String, Tensor> gradients) {
        for (JudgedTensor tensor : tensors) {
            String name = tensor.name();
            List<String> doubts = names.doubtful().getOrDefault(name, List.of()).stream()
                    .filter(file -> !gradients.containsKey(file)
                            || !(gradients.get(file).norm() == 0))
                    .toList();
            if (tensor.verdict() == Verdict.FAIL && !doubts.isEmpty()) {
                boolean isGuess = names.isGuess(name);
                Mistake mistake = mistakes.get(name);
                boolean speaks = isGuess
                        ? speaksOfGuess(tensor.comparison(), mistake, tensors, mistakes)
                        : speaksBeside(tensor.comparison(), mistake);
                if (!speaks) {
                    throw refused(name, String.join(" and ", doubts), isGuess, given.contains(name));
                }
            }
        }
    }

    /** Whether a claim is wrong even if the place of its weight is a guess. */
    private static boolean speaksOfGuess(
            Comparison comparison,
            @Nullable Mistake mistake,
            List<JudgedTensor> tensors,
            Map<String, Mistake> mistakes) {
        if (mistake == null || mistake.kind() == Kind.UNKNOWN) {
            return comparison.relativeError() <= SLIGHT || isSimpleMultiple(comparison);
        }
        if (mistake.kind() == Kind.TRANSPOSED) {
            return comparison.name().contains("."); // a module's weight is read as its class does; who knows of others
        }
        // A weight's negative or double, as the export may have stored it, has such a gradient; it has it alone.
        return !FACTORS.contains(mistake.kind())
                || tensors.stream()
                        .filter(other -> !other.comparison().name().equals(comparison.name()))
                        .noneMatch(other -> other.verdict() == Verdict.PASS
                                && other.comparison().referenceNorm() > 0)
                || tensors.stream()
                        .filter(other -> !other.comparison().name().equals(comparison.name()))
                        .map(other -> mistakes.get(other.name()))
                        .anyMatch(other -> other != null && other.kind() == mistake.kind());
    }

    /**
     * Whether a claim is wrong even if the export computed something from its weight, whose share of the gradient the file does
     * not have: that share is no multiple of the rest, and neither 1 % of an entry nor just what another entry lacks.
     */
    private static boolean speaksBeside(Comparison comparison, @Nullable Mistake mistake) {
        if (mistake == null) {
            return false;
        }
        return switch (mistake.kind()) {
            case NON_FINITE, ZERO, SIGN, SCALED, TRANSPOSED, SHIFTED, SWAPPED, CLIPPED, ROUNDED, STALE, ACCUMULATED ->
                true;
            case SLICE -> ((Mistake.Slice) mistake).factor() != null;
            case SPARSE -> isPlainlyOff(comparison);
            case UNKNOWN -> isSimpleMultiple(comparison);
            case WEIGHT_DECAY, OFFSET -> false;
        };
    }

    /** Whether each wrong entry is a little off, or 0, or turned round, or twice or half of what it should be. */
    private static boolean isPlainlyOff(Comparison comparison) {
        for (int i = 0; i < comparison.claimed().size(); i++) {
            double claimed = comparison.claimed().at(i);
            double reference = comparison.reference().at(i);
            if (Math.abs(claimed - reference) > comparison.allowance().at(i)) {
                double ratio = claimed / reference;
                boolean isPlain = Math.abs(ratio - 1) <= SLIGHT
                        || PLAIN.stream().anyMatch(plain -> Math.abs(ratio - plain) <= SIMPLE);
                if (!isPlain) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A single number fits any factor; one that is a simple one is a mistake that people make. */
    private static boolean isSimpleMultiple(Comparison comparison) {
        double factor = Double.NaN;
        for (int i = 0; i < comparison.claimed().size(); i++) {
            double claimed = comparison.claimed().at(i);
            double reference = comparison.reference().at(i);
            if (claimed != 0 || reference != 0) {
                if (!Double.isNaN(factor)) {
                    return false;
                }
                factor = Math.max(Math.abs(claimed / reference), Math.abs(reference / claimed));
            }
        }
        return factor < LARGEST && Math.abs(factor - Math.rint(factor)) < SIMPLE * factor;
    }

    private static Problem refused(String name, String file, boolean isGuess, boolean isGiven) {
        String pointer = "/gradients" + Problem.pointer(name);
        return isGuess
                ? Problem.invalid(
                        pointer,
                        "%s was taken for this weight by its shape and place; the claim is not the gradient by it, so the export may have computed it from the weight"
                                .formatted(file),
                        name,
                        (isGiven ? "" : "values under parameters, by which weights are told apart; or ")
                                + Exporting.KEEPING_NAMES)
                : Problem.invalid(
                        pointer,
                        "the export computed %s, perhaps from this weight too, and the file does not say how: the claim differs from the gradient by the rest of it"
                                .formatted(file),
                        name,
                        Exporting.KEEPING_NAMES);
    }
}
