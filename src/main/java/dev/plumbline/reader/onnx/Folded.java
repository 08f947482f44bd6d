package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * Batch normalizations that the export multiplied into the convolutions before them. Two weights became one, so neither
 * gradient can be told.
 */
final class Folded {

    private Folded() {}

    /** Refuses a claim for which there is no place while a convolution's weight is such a product. */
    static void refuse(Slots slots, Map<String, Shape> claims, Map<String, Spot> found) {
        List<String> lost = claims.keySet().stream()
                .filter(name -> !found.containsKey(name))
                .toList();
        if (lost.isEmpty()) {
            return;
        }
        for (Slot slot : slots.all()) {
            if (slot.isMadeUp() && slot.isReadBy("Conv", "ConvTranspose")) {
                throw Problem.invalid(
                        "/gradients" + Problem.pointer(lost.get(0)),
                        "the export multiplied a batch normalization into the convolution before it: %s is the product, and neither of its factors is in the file"
                                .formatted(slot.name()),
                        String.join(", ", lost.stream().limit(5).toList()),
                        "a file exported with training=torch.onnx.TrainingMode.PRESERVE in torch.onnx.export, which keeps both (do_constant_folding=False alone does not); model.eval() before it for the running statistics");
            }
        }
    }
}
