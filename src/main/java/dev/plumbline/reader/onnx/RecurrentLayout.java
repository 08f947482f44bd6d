package dev.plumbline.reader.onnx;

import dev.plumbline.reader.onnx.Layout.Gates;
import dev.plumbline.reader.onnx.Layout.Gates.Block;
import dev.plumbline.reader.onnx.Slot.Use;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's weights in a recurrent node: {@code weight_ih_l0} (gates units, features), {@code weight_hh_l0} (gates units,
 * units), {@code bias_ih_l0}, {@code bias_hh_l0} (gates units), each also {@code _reverse}. PyTorch's gates are i, f, g, o
 * and r, z, n; ONNX's i, o, f, c and z, r, h.
 *
 * @param leaves PyTorch's names of the pieces, in the layout's order
 */
record RecurrentLayout(Gates layout, List<String> leaves) {

    private static final int WEIGHT = 1;
    private static final int RECURRENCE = 2;
    private static final int BIAS = 3;

    /** Null where the slot is no weight of the node, or its shape is none. */
    static @Nullable RecurrentLayout of(Slot slot, Use use) {
        int[] order =
                switch (use.node().operator()) {
                    case "LSTM" -> new int[] {0, 3, 1, 2};
                    case "GRU" -> new int[] {1, 0, 2};
                    default -> new int[] {0};
                };
        Shape stored = slot.shape();
        boolean joined = use.position() == BIAS;
        int parts = joined ? 2 : 1;
        if (use.position() < WEIGHT || use.position() > BIAS || stored.rank() != (joined ? 2 : 3)) {
            return null;
        }
        int directions = stored.extent(0);
        int units = stored.extent(1) / (order.length * parts);
        if (directions < 1 || directions > 2 || units * order.length * parts != stored.extent(1)) {
            return null;
        }
        int rows = units * order.length;
        List<Shape> pieces = new ArrayList<>();
        List<String> leaves = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            for (int part = 0; part < parts; part++) {
                for (int gate : order) {
                    blocks.add(new Block(pieces.size(), gate));
                }
                pieces.add(joined ? Shape.of(rows) : Shape.of(rows, stored.extent(2)));
                boolean recurrent = use.position() == RECURRENCE || part == 1;
                boolean reverse = d == 1 || isReverse(use.node());
                leaves.add((joined ? "bias_" : "weight_") + (recurrent ? "hh" : "ih") + "_l" + use.layer()
                        + (reverse ? "_reverse" : ""));
            }
        }
        return new RecurrentLayout(new Gates(stored, units, pieces, blocks), leaves);
    }

    private static boolean isReverse(OnnxNode node) {
        return node.attributes().get("direction") instanceof Attribute.Text text
                && text.value().equals("reverse");
    }
}
