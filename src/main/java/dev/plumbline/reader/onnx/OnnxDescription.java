package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a file says about itself.
 *
 * @param operators how often each occurs, branches not counted
 * @param parameters the float initializers that are differentiated
 * @param inputs what the model reads besides
 */
public record OnnxDescription(
        int opset,
        String producer,
        Map<String, Integer> operators,
        List<Parameter> parameters,
        List<OnnxInput> inputs,
        List<OnnxInput> outputs) {

    public OnnxDescription {
        operators = Collections.unmodifiableMap(new TreeMap<>(operators));
        parameters = List.copyOf(parameters);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    public record Parameter(String name, Shape shape, Datatype datatype) {}

    static OnnxDescription of(OnnxGraph graph, Roles roles, int opset, String producer) {
        Map<String, Integer> operators = new TreeMap<>();
        graph.nodes().forEach(node -> operators.merge(node.operator(), 1, Integer::sum));
        List<Parameter> parameters = new ArrayList<>();
        graph.initializers().forEach((name, tensor) -> {
            if (roles.isParameter(name)) {
                parameters.add(parameter(name, tensor));
            }
        });
        List<OnnxInput> inputs = graph.inputs().stream()
                .filter(input -> !graph.initializers().containsKey(input.name()))
                .toList();
        return new OnnxDescription(opset, producer, operators, parameters, inputs, graph.outputs());
    }

    private static Parameter parameter(String name, Tensor tensor) {
        return new Parameter(name, tensor.shape(), tensor.datatype());
    }
}
