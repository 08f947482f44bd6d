package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A float initializer under one of its names. PyTorch stores equal weights once and reaches the others through Identity
 * nodes, whose outputs bear their names: each is a slot of its own.
 *
 * @param origin the initializer's name
 * @param uses the nodes that read it by this name
 */
record Slot(String name, String origin, Tensor value, List<Use> uses) {

    /** {@code onnx::MatMul_12}, {@code 143}, {@code val_7}: what exporters call a weight that they computed. */
    private static final Pattern MADE_UP = Pattern.compile(".*::.*|\\d+|val_\\d+|_val_\\d+");

    Slot {
        uses = List.copyOf(uses);
    }

    boolean isOrigin() {
        return name.equals(origin);
    }

    boolean isMadeUp() {
        return MADE_UP.matcher(name).matches();
    }

    Shape shape() {
        return value.shape();
    }

    /** Where in the graph it is first read other than to give it another name. */
    int firstRead() {
        return uses.stream()
                .filter(use -> !use.node().operator().equals("Identity"))
                .mapToInt(use -> use.node().position())
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /** Whether it is read in a module in which the other is read, or around that: a module's code can read what is in it. */
    boolean isReadAround(Slot other) {
        return uses.stream().anyMatch(use -> other.uses.stream()
                .anyMatch(its -> use.module().isEmpty() || (its.module() + ".").startsWith(use.module() + ".")));
    }

    boolean isReadBy(String... operators) {
        List<String> these = List.of(operators);
        return uses.stream().anyMatch(use -> these.contains(use.node().operator()));
    }

    /**
     * @param position among the node's inputs
     * @param layer how many recurrent nodes stand before the node in its module
     */
    record Use(OnnxNode node, int position, int layer) {

        /**
         * The module of the node: {@code /net/layers.0/linear1/MatMul} is in {@code net.layers.0.linear1}. Empty where
         * the node's name does not tell.
         */
        String module() {
            if (!node.name().startsWith("/")) {
                return "";
            }
            String[] steps = node.name().substring(1).split("/");
            StringBuilder module = new StringBuilder();
            for (int i = 0; i < steps.length - 1; i++) {
                boolean repeats = i > 0 && steps[i].startsWith(steps[i - 1] + ".");
                String step = repeats ? steps[i].substring(steps[i - 1].length() + 1) : steps[i];
                module.append(i == 0 ? "" : ".").append(step);
            }
            return module.toString();
        }
    }
}
