package dev.plumbline.compute.program;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layer of a network as its program shows it: parameters that meet in the same affine value {@code z = W x + b}, and
 * the activation {@code f(z)} behind it. A file's own idea of its layers is not needed.
 *
 * @param parameters by name, the weight first
 * @param product the matrix product or convolution that the weight goes through; null where parameters only scale, shift
 *     or are looked up (a normalisation's, an embedding's)
 * @param stages one for each affine value: several where the layer is used several times, as in a recurrent network
 */
public record Layer(List<String> parameters, @Nullable Product product, List<Stage> stages) {

    public Layer {
        parameters = List.copyOf(parameters);
        stages = List.copyOf(stages);
    }

    /** The layers on the way to the objective, in the order in which they are computed. */
    public static List<Layer> of(Objective objective) {
        return new Layers(objective).read();
    }

    /**
     * What the name of the weight says about the layer: {@code fc1} of {@code fc1.weight}. Names that do not end in a word
     * for a weight or bias stand for themselves.
     */
    public static String name(String parameter) {
        String name = parameter.replaceFirst("[./_:](weight|bias|kernel|gamma|beta|w|b|W|B|scale)(:0)?$", "");
        return name.isEmpty() ? parameter : name;
    }

    public String name() {
        return name(parameters.get(0));
    }

    /**
     * The layer's product, or the first of several that read its weight reshaped, as a recurrent layer's steps do in a file
     * that packs its weights; null where there is none.
     */
    public @Nullable Product firstProduct(Objective objective) {
        Node weight = stages.get(0).affine();
        List<Node> readers = objective.consumers(weight);
        if (product != null
                || readers.isEmpty()
                || !readers.stream().allMatch(reader -> reader.op() instanceof MatMul)) {
            return product;
        }
        Node reader = readers.get(0);
        return Product.of(new Use.Factor(reader, reader.inputs().indexOf(weight)));
    }

    /**
     * A product with a weight, {@code fanIn} terms in each of its values.
     *
     * @param weight the operand that comes from the parameter, as the product reads it
     * @param fanOut values that one element of the input goes into
     * @param units how many rows of weights there are: a dense layer's width, a convolution's channels
     * @param unitAxis the axis of the product that counts them
     */
    public record Product(Node node, Node weight, int fanIn, int fanOut, int units, int unitAxis) {

        static @Nullable Product of(Use.Factor factor) {
            Node node = factor.product();
            Node weight = node.inputs().get(factor.operand());
            if (node.op() instanceof Convolution) {
                int units = weight.shape().extent(0);
                int fanIn = weight.shape().size() / Math.max(units, 1);
                int kernel = fanIn / Math.max(weight.shape().extent(1), 1);
                return factor.operand() == 1 ? new Product(node, weight, fanIn, units * kernel, units, 1) : null;
            }
            if (weight.rank() != 2) {
                return null;
            }
            int axis = factor.operand() == 1 ? node.rank() - 1 : node.rank() - 2;
            int units = node.shape().extent(axis);
            return new Product(node, weight, weight.shape().size() / Math.max(units, 1), units, units, axis);
        }

        /** Whether the weights of one unit lie along the first axis of the weight: rows rather than columns. */
        public boolean hasRows() {
            if (node.op() instanceof MatMul matmul) {
                return unitAxis == node.rank() - 1 ? matmul.transposeSecond() : !matmul.transposeFirst();
            }
            return true;
        }
    }
}
