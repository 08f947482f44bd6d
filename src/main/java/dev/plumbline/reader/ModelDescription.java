package dev.plumbline.reader;

import dev.plumbline.tensor.Datatype;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a model's file says about itself.
 *
 * @param format {@code onnx}
 * @param opset the version of its operators; null where the format has none
 * @param operators how often each occurs, branches not counted
 * @param parameters what is differentiated
 * @param inputs what the model reads besides
 * @param external the files beside it in which its weights lie
 */
public record ModelDescription(
        String format,
        @Nullable Integer opset,
        String producer,
        Map<String, Integer> operators,
        List<Parameter> parameters,
        List<Value> inputs,
        List<Value> outputs,
        List<String> external) {

    public ModelDescription {
        operators = Collections.unmodifiableMap(new TreeMap<>(operators));
        parameters = List.copyOf(parameters);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        external = List.copyOf(external);
    }

    public record Parameter(String name, List<Integer> shape, Datatype datatype) {

        public long size() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        }
    }

    /**
     * An input or output.
     *
     * @param datatype null where the file does not say
     * @param shape extents, -1 for an open one; null where the file does not say
     */
    public record Value(
            String name,
            @Nullable Datatype datatype,
            @Nullable List<Long> shape) {}
}
