package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.Exporting;
import dev.plumbline.reader.Prefixes;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Claimed weights that a file does not have: batch normalizations that the export multiplied into the convolutions before
 * them, weights that it computed others from, weights that nothing reads, and misspelt names. Two weights that became one
 * have no gradients of their own any more.
 */
final class LostWeights {

    private LostWeights() {}

    /** Refuses a claim for which there is no place, saying where it may have gone and how to export. */
    static void refuse(Slots slots, Map<String, Shape> claims, Map<String, Place> found, Set<String> given) {
        List<String> lost = claims.keySet().stream()
                .filter(name -> !found.containsKey(name))
                .toList();
        if (lost.isEmpty()) {
            return;
        }
        List<String> computed = new ArrayList<>();
        List<String> named = new ArrayList<>();
        for (Slot slot : slots.all()) {
            boolean taken =
                    found.values().stream().anyMatch(place -> place.slots().contains(slot.name()));
            if (!taken && slot.isOrigin() && !slot.uses().isEmpty()) {
                (slot.isMadeUp() ? computed : named).add(slot.name());
            }
            if (!taken && slot.isMadeUp() && slot.isReadBy("Conv", "ConvTranspose") && !isWeightNorm(lost)) {
                throw batchNormalization(slot, lost);
            }
        }
        throw computed.isEmpty()
                ? unknown(lost.get(0), named, given.contains(lost.get(0)))
                : computed(lost, named, computed);
    }

    private static boolean isWeightNorm(List<String> lost) {
        return lost.stream()
                .anyMatch(name -> name.endsWith("weight_g")
                        || name.endsWith("weight_v")
                        || name.endsWith("weight_orig")
                        || name.contains("parametrizations."));
    }

    private static Problem batchNormalization(Slot slot, List<String> lost) {
        return Problem.invalid(
                "/gradients" + Problem.pointer(lost.get(0)),
                "the export multiplied a batch normalization into the convolution before it: %s is the product, and neither of its factors is in the file"
                        .formatted(slot.name()),
                words(lost),
                "a file exported with training=torch.onnx.TrainingMode.PRESERVE in torch.onnx.export, which keeps both (do_constant_folding=False alone does not); model.eval() before it for the running statistics: see /exporting");
    }

    private static Problem unknown(String name, List<String> named, boolean isGiven) {
        return Problem.invalid(
                "/gradients" + Problem.pointer(name),
                "the model has no parameter of this name" + Spelling.hint(name, named),
                name,
                Spelling.oneOf(name, named)
                        + (isGiven ? "" : "; a further name of a tied weight is known by its value under parameters")
                        + "; a parameter that forward does not read is not in the file and has no gradient; a renamed or computed one is in "
                        + Exporting.KEEPING_NAMES);
    }

    private static Problem computed(List<String> lost, List<String> named, List<String> computed) {
        return Problem.invalid(
                "/gradients" + Problem.pointer(lost.get(0)),
                "the model has no parameter of this name"
                        + Spelling.hint(lost.get(0), named)
                        + "; but the export computed weights of its own, such as "
                        + Prefixes.words(computed)
                        + ", from others that are not in the file any more",
                words(lost),
                Spelling.oneOf(lost.get(0), named) + "; or " + Exporting.KEEPING_NAMES);
    }

    private static String words(List<String> names) {
        return String.join(", ", names.stream().limit(5).toList());
    }
}
