package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Naming.How;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in a file where a parameter of the pipeline may sit.
 *
 * @param leaf the last part of the parameter's name; any, where it is empty
 */
record Spot(Slot slot, Layout layout, int piece, How how, String leaf) {

    static Spot whole(Slot slot, How how) {
        return new Spot(slot, new Layout.Whole(slot.shape()), 0, how, "");
    }

    /**
     * The places in a weight to which the exporter gave a name of its own.
     *
     * @param shape of what is looked for
     */
    static List<Spot> in(Slot slot, Shape shape) {
        List<Spot> spots = new ArrayList<>();
        for (Slot.Use use : slot.uses()) {
            String operator = use.node().operator();
            RecurrentLayout gates = Slots.RECURRENT.contains(operator) ? RecurrentLayout.of(slot, use) : null;
            for (int p = 0; gates != null && p < gates.leaves().size(); p++) {
                spots.add(new Spot(
                        slot, gates.layout(), p, How.GATES, gates.leaves().get(p)));
            }
        }
        if (slot.isReadBy("MatMul", "Gemm") && slot.shape().rank() == 2) {
            spots.add(isTransposedThere(slot) ? whole(slot, How.ALIAS) : transposed(slot));
        } else if (spots.isEmpty() && !slot.isReadBy("Conv", "ConvTranspose")) {
            // What a convolution reads under a name of the exporter's is a product with a batch normalization.
            spots.add(whole(slot, How.ALIAS));
            if (Layout.Reshaped.fits(slot.shape(), shape)) {
                spots.add(new Spot(slot, new Layout.Reshaped(slot.shape(), shape), 0, How.ALIAS, ""));
            }
        }
        return spots;
    }

    /** Whether a Gemm transposes what it reads, so that the export did not. */
    private static boolean isTransposedThere(Slot slot) {
        return slot.uses().stream()
                .anyMatch(use -> use.node().attributes().get("transB") instanceof Attribute.Whole transposed
                        && transposed.value() == 1);
    }

    /** This, as a part of a larger parameter. */
    Spot within(Shape whole, int axis, int offset) {
        return new Spot(slot, new Layout.Part(layout, whole, axis, offset), 0, how, "");
    }

    static Spot transposed(Slot slot) {
        return new Spot(slot, new Layout.Transposed(slot.shape()), 0, How.TRANSPOSED, "");
    }

    Spot as(How understood) {
        return new Spot(slot, layout, piece, understood, leaf);
    }

    Shape shape() {
        return layout.pieces().get(piece);
    }

    boolean fits(String name, Shape shape) {
        return shape.equals(shape()) && (leaf.isEmpty() || leaf.equals(name.substring(name.lastIndexOf('.') + 1)));
    }

    /** Whether the file holds just these values here, which not all are one number. */
    boolean holds(Tensor given) {
        Tensor own = layout.taken(slot.value()).get(piece);
        boolean tells = false;
        for (int i = 0; i < own.size(); i++) {
            if (own.at(i) != given.at(i) && own.at(i) != own.datatype().round(given.at(i))) {
                return false;
            }
            tells |= own.at(i) != own.at(0);
        }
        return tells;
    }

    String id() {
        return slot.name() + '#' + piece;
    }

    boolean overlaps(Spot other) {
        return slot == other.slot && (piece == other.piece || !layout.equals(other.layout));
    }
}
