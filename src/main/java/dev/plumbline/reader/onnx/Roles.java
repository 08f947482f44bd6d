package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which initializers are parameters, and which values are initializers under another name: PyTorch stores equal weights
 * once and reaches them through Identity nodes, so a running variance may be a weight's alias.
 *
 * <p>Floats that are no weights by their place (exponents, bounds, epsilons) or by their values (masks) are constants
 * unless a request names them. A learned scalar that nobody names is taken for a constant; one that stands for a mask of
 * zeros and ones too.
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

    /** The inputs that are a number of the formula rather than a weight, unless somebody claims their gradient. */
    private static final Map<String, Set<Integer>> FIXED = Map.of(
            "Pow", Set.of(1),
            "Less", Set.of(0, 1),
            "LessOrEqual", Set.of(0, 1),
            "Greater", Set.of(0, 1),
            "GreaterOrEqual", Set.of(0, 1),
            "Equal", Set.of(0, 1),
            "Mod", Set.of(0, 1));

    /** Operators whose single numbers are bounds and fills. */
    private static final Set<String> BOUNDED = Set.of("Where", "Min", "Max");

    /** Operators whose scalars are epsilons and factors. */
    private static final Set<String> ARITHMETIC = Set.of("Add", "Sub", "Mul", "Div");

    /** No weight is as large as what stands for minus infinity in a mask. */
    private static final double LARGEST_WEIGHT = 1e30;

    /** What stands for minus infinity in masks of half precision. */
    private static final double MASKED = -1e4;

    private final Map<String, String> origins; // (name of an initializer or alias): the initializer
    private final Set<String> learnable;
    private final Set<String> parameters;

    private Roles(Map<String, String> origins, Set<String> learnable, Set<String> parameters) {
        this.origins = origins;
        this.learnable = learnable;
        this.parameters = parameters;
    }

    static Roles of(OnnxGraph graph) {
        Map<String, String> origins = new LinkedHashMap<>();
        graph.initializers().keySet().forEach(name -> origins.put(name, name));
        Set<String> configuring = new HashSet<>();
        Set<String> learned = new HashSet<>();
        Set<String> fixed = new HashSet<>();
        for (OnnxNode node : graph.nodes()) {
            if (node.operator().equals("Identity")
                    && origins.containsKey(node.inputs().get(0))) {
                origins.put(node.outputs().get(0), origins.get(node.inputs().get(0)));
            } else {
                for (String name : OnnxGraph.reads(node)) {
                    String origin = origins.getOrDefault(name, name);
                    Tensor value = graph.initializers().get(origin);
                    boolean isFixed = value != null && isFixed(node, name, value);
                    (configures(node, name) ? configuring : isFixed ? fixed : learned).add(origin);
                }
            }
        }
        graph.outputs().forEach(output -> learned.add(origins.getOrDefault(output.name(), output.name())));
        Set<String> learnable = new HashSet<>();
        Set<String> parameters = new HashSet<>();
        graph.initializers().forEach((name, tensor) -> {
            boolean isRead = learned.contains(name);
            boolean onlyConfigures = configuring.contains(name) && !isRead && !fixed.contains(name);
            boolean onlyFixed = fixed.contains(name) && !isRead;
            if (tensor.datatype().isFloat() && !onlyConfigures) {
                learnable.add(name);
                if (!onlyFixed && !isBeyondWeights(tensor)) {
                    parameters.add(name);
                }
            }
        });
        return new Roles(origins, learnable, parameters);
    }

    /** Whether a float initializer is differentiated although nobody names it. */
    boolean isParameter(String initializer) {
        return parameters.contains(initializer);
    }

    /** Whether a float initializer can be differentiated for those who name it. */
    boolean canBeLearned(String initializer) {
        return learnable.contains(initializer);
    }

    /** The initializer of each other name that one has. */
    Map<String, String> aliases() {
        Map<String, String> aliases = new LinkedHashMap<>(origins);
        aliases.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue()));
        return aliases;
    }

    /** Whether the node reads a constant by this name: an exponent, a bound, an epsilon, a mask. */
    private static boolean isFixed(OnnxNode node, String name, Tensor value) {
        Set<Integer> positions = FIXED.getOrDefault(node.operator(), Set.of());
        boolean everywhere = node.inputs().contains(name);
        for (int i = 0; i < node.inputs().size(); i++) {
            everywhere &= !node.inputs().get(i).equals(name) || positions.contains(i);
        }
        boolean bounds = BOUNDED.contains(node.operator()) && value.size() == 1;
        boolean arithmetic = ARITHMETIC.contains(node.operator());
        return everywhere
                || bounds
                || (arithmetic && value.shape().rank() == 0)
                || ((arithmetic || node.operator().equals("Where")) && isMask(value));
    }

    /** Zeros, and beside them either ones or what stands for minus infinity. */
    private static boolean isMask(Tensor value) {
        int zeros = 0;
        int ones = 0;
        int masked = 0;
        for (int i = 0; i < value.size(); i++) {
            double v = value.at(i);
            zeros += v == 0 ? 1 : 0;
            ones += v == 1 ? 1 : 0;
            masked += v <= MASKED ? 1 : 0;
        }
        return zeros > 0 && ones + masked > 0 && (zeros + ones == value.size() || zeros + masked == value.size());
    }

    private static boolean isBeyondWeights(Tensor value) {
        for (int i = 0; i < value.size(); i++) {
            if (!(Math.abs(value.at(i)) < LARGEST_WEIGHT)) {
                return true;
            }
        }
        return false;
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
