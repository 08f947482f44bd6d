package dev.plumbline.check;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Exporting;
import dev.plumbline.reader.Names;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Claims whose weight was found by its shape and place only, under a name of the exporter's, or beside which the export
 * computed something. One that agrees is right, and one that is off in a way that has a name is wrong; but where it has nothing
 * to do with the gradient of what the file holds, the export may have computed that from the weight (a norm divided out, a
 * reparametrisation), and no verdict is possible.
 */
final class DoubtfulNames {

    /** What is off by less belongs to this weight, and is wrong. */
    private static final double SLIGHT = 0.02;

    /** Factors up to this, or their inverses, are simple where they are whole to this accuracy. */
    private static final double LARGEST = 64;

    private static final double SIMPLE = 1e-4;

    private DoubtfulNames() {}

    /** Refuses a claim that fits its guessed place in no way, and says how to export. */
    static void requireSomeFit(
            Names names, List<JudgedTensor> tensors, Map<String, Mistake> mistakes, Set<String> given) {
        for (JudgedTensor tensor : tensors) {
            Mistake mistake = mistakes.get(tensor.name());
            boolean unexplained = (mistake == null || mistake.kind() == Mistake.Kind.UNKNOWN)
                    && tensor.comparison().relativeError() > SLIGHT
                    && !isSimpleMultiple(tensor.comparison());
            List<String> doubts = names.doubtful().get(tensor.name());
            if (tensor.verdict() == Verdict.FAIL && unexplained && doubts != null) {
                throw refused(tensor.name(), String.join(" and ", doubts), given.contains(tensor.name()));
            }
        }
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

    private static Problem refused(String name, String file, boolean isGiven) {
        return Problem.invalid(
                "/gradients" + Problem.pointer(name),
                "the export computed %s, perhaps from this weight: the claim has nothing to do with the gradient that is left in the file"
                        .formatted(file),
                name,
                (isGiven ? "" : "values under parameters, by which weights are told apart; or ")
                        + Exporting.KEEPING_NAMES);
    }
}
