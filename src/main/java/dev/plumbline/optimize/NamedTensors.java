package dev.plumbline.optimize;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.TensorSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What can be asked of tensors under their names. */
public final class NamedTensors {

    private NamedTensors() {}

    /**
     * The tensors themselves; refused where there are none.
     *
     * @param name of the request's component, and of the part that may hold them
     */
    public static <T extends TensorSource> Map<String, T> required(String name, @Nullable Map<String, T> tensors) {
        if (tensors == null || tensors.isEmpty()) {
            throw Problem.invalid(
                    "/" + name, "there are no " + name, "nothing", "tensors by name, or a part named " + name);
        }
        return tensors;
    }

    /** Their shapes, in their own order. */
    public static Map<String, Shape> inOrder(Map<String, ? extends TensorSource> tensors) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    /** Their shapes, sorted by name. */
    public static Map<String, Shape> shapes(Map<String, ? extends TensorSource> tensors) {
        return new TreeMap<>(inOrder(tensors));
    }
}
