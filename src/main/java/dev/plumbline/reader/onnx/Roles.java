package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which initializers are parameters, and which values are initializers under another name: PyTorch stores equal weights
 * once and reaches them through Identity nodes, so a running variance may be a weight's alias.
 */
final class Roles {

    /** The inputs by which an operator is configured rather than learned. */
    private static final Map<String, Set<Integer>> CONFIGURATION = Map.of(
            "BatchNormalization", Set.of(3, 4),
            "Clip", Set.of(1, 2),
            "Pad", Set.of(2),
            "Dropout", Set.of(1, 2),
            "OneHot", Set.of(1, 2),
            "Range", Set.of(0, 1, 2),
            "Resize", Set.of(1, 2),
            "Upsample", Set.of(1),
            "SoftmaxCrossEntropyLoss", Set.of(2),
            "NegativeLogLikelihoodLoss", Set.of(2));

    private final Map<String, String> origins; // (name of an initializer or alias): the initializer
    private final Set<String> parameters;

    private Roles(Map<String, String> origins, Set<String> parameters) {
        this.origins = origins;
        this.parameters = parameters;
    }

    static Roles of(OnnxGraph graph) {
        Map<String, String> origins = new HashMap<>();
        graph.initializers().keySet().forEach(name -> origins.put(name, name));
        Set<String> configuring = new HashSet<>();
        Set<String> learned = new HashSet<>();
        for (OnnxNode node : graph.nodes()) {
            if (node.operator().equals("Identity")
                    && origins.containsKey(node.inputs().get(0))) {
                origins.put(node.outputs().get(0), origins.get(node.inputs().get(0)));
            } else {
                for (String name : OnnxGraph.reads(node)) {
                    (configures(node, name) ? configuring : learned).add(origins.getOrDefault(name, name));
                }
            }
        }
        graph.outputs().forEach(output -> learned.add(origins.getOrDefault(output.name(), output.name())));
        Set<String> parameters = new HashSet<>();
        graph.initializers().forEach((name, tensor) -> {
            boolean onlyConfigures = configuring.contains(name) && !learned.contains(name);
            if (tensor.datatype().isFloat() && !onlyConfigures) {
                parameters.add(name);
            }
        });
        return new Roles(origins, parameters);
    }

    boolean isParameter(String initializer) {
        return parameters.contains(initializer);
    }

    /** The file's value of an input that configures its operator; null where it is none, or not in the file. */
    @Nullable
    Tensor configuration(OnnxNode node, int position, Map<String, Tensor> initializers) {
        String origin = origins.get(node.inputs().get(position));
        boolean configures =
                CONFIGURATION.getOrDefault(node.operator(), Set.of()).contains(position);
        return configures && origin != null ? initializers.get(origin) : null;
    }

    /** Whether every place at which the node reads this name configures it. */
    private static boolean configures(OnnxNode node, String name) {
        Set<Integer> positions = CONFIGURATION.getOrDefault(node.operator(), Set.of());
        List<String> inputs = node.inputs();
        boolean configures = true;
        for (int i = 0; i < inputs.size(); i++) {
            configures &= !inputs.get(i).equals(name) || positions.contains(i);
        }
        return configures && inputs.contains(name);
    }
}
