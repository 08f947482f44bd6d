package dev.plumbline.reader.layers;

import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a layer reads: the inputs that it names, or the layer before it, and what it reads beside them.
 *
 * @param inputs null where the layer before is the only one
 * @param pointer to the layer
 */
record Wiring(@Nullable List<String> inputs, List<Layer.Beside> beside, String pointer) {

    static Wiring of(Attributes attributes, Layer layer) {
        String pointer = attributes.pointer("inputs").replaceAll("/inputs$", "");
        if (!attributes.has("inputs")) {
            return new Wiring(null, layer.beside(), pointer);
        }
        List<String> inputs = attributes.texts("inputs");
        if (inputs.isEmpty() || inputs.size() > layer.mostInputs()) {
            throw Problem.invalid(
                    attributes.pointer("inputs"),
                    "this layer reads another number of inputs",
                    inputs.size() + " inputs",
                    layer.mostInputs() == 1 ? "one" : "from 1 to " + layer.mostInputs());
        }
        return new Wiring(inputs, layer.beside(), pointer);
    }

    /** The names in the order in which the layer reads them. */
    List<String> names(String before) {
        List<String> names = new ArrayList<>(inputs == null ? List.of(before) : inputs);
        beside.forEach(other -> names.add(other.name()));
        return names;
    }

    /** Where the k-th name stands. */
    String pointer(int k) {
        int own = inputs == null ? 1 : inputs.size();
        return k < own
                ? pointer + (inputs == null ? "" : Problem.pointer("inputs", k))
                : pointer + Problem.pointer(beside.get(k - own).attribute());
    }
}
