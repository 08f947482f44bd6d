package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Names;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which tensors of a file are computed from which parameters of the program, for the names of one request. The program's
 * parameters have the request's names and shapes; what the file holds is a rearrangement of them, so that gradients come
 * out as the pipeline has them.
 *
 * @param slots by name
 * @param placements by slot
 * @param copies by slot
 * @param values by slot: the given parameter that replaces the file's value
 * @param called further names of a parameter, by its first
 */
record Plan(
        Map<String, Slot> slots,
        Map<String, Placement> placements,
        Map<String, Copy> copies,
        Map<String, String> values,
        Map<String, List<OtherName>> called,
        Names names,
        Asked asked) {

    /**
     * The parameters that a tensor of the file is made of.
     *
     * @param names by piece of the layout
     */
    record Placement(Layout layout, String[] names) {

        /** Under the file's own name, as it lies. */
        static Placement own(Slot slot) {
            return new Placement(new Layout.Whole(slot.shape()), new String[] {slot.name()});
        }
    }

    /**
     * A second stand of the same weight.
     *
     * @param view what it is of the first; null where it is all of it, bit for bit
     */
    record Copy(String slot, boolean transposed, @Nullable View view) {

        Copy(String slot, boolean transposed) {
            this(slot, transposed, null);
        }
    }

    /** Another name of a parameter, which may be that of its transposed. */
    record OtherName(String name, boolean transposed) {}

    Plan {
        placements = new LinkedHashMap<>(placements);
    }

    static Plan of(OnnxGraph graph, Families families, Roles roles, Asked asked) {
        return new Placing(graph, families, roles, asked).plan();
    }

    @Nullable
    Placement placement(String slot) {
        return placements.get(slot);
    }

    @Nullable
    Copy copy(String slot) {
        return copies.get(slot);
    }

    /** What else a parameter is called. */
    List<OtherName> otherNames(String parameter) {
        return called.getOrDefault(parameter, List.of());
    }

    /** The value that the file, or the request in its stead, gives a slot. */
    Tensor value(String slot, Tensor stored) {
        Tensor given = values.containsKey(slot) ? asked.values().get(values.get(slot)) : null;
        return given == null || !given.shape().equals(stored.shape()) ? stored : given;
    }

    /** The value of a parameter: the one that any of its further names is given, else the file's. */
    Tensor valueOf(String parameter, Tensor stored) {
        for (OtherName other : otherNames(parameter)) {
            Tensor given = asked.values().get(other.name());
            if (given != null && given.size() == stored.size()) {
                return other.transposed()
                        ? new Layout.Transposed(given.shape()).taken(given).get(0)
                        : given;
            }
        }
        return stored;
    }

    /** The values that the file has for a parameter of which it holds parts: zeros where it has none. */
    Tensor joined(String parameter) {
        double[] sum = new double[0];
        Tensor last = Tensor.scalar(0);
        for (Map.Entry<String, Placement> each : placements.entrySet()) {
            Layout layout = each.getValue().layout();
            Slot slot = slots.get(each.getKey());
            if (layout instanceof Layout.Part
                    && slot != null
                    && each.getValue().names()[0].equals(parameter)) {
                last = layout.taken(value(slot.name(), slot.value())).get(0);
                sum = sum.length == 0 ? new double[last.size()] : sum;
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += last.at(i);
                }
            }
        }
        return Tensor.of(last.shape(), last.datatype(), sum);
    }
}
