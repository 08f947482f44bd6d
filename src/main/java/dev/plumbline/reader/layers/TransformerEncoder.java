package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * PyTorch's encoder layer of a transformer (Vaswani et al., 2017) without its dropouts: attention to itself and a network
 * of two dense layers, each around a residual, the norms behind the sums, {@code norm2(y + f(y))} with {@code y = norm1(x +
 * attention(x))}, or with {@code normFirst} before them, {@code y + f(norm2(y))} with {@code y = x + attention(norm1(x))}.
 *
 * @param layers 0 for one layer with names of its own; else {@code layers.0.} and so on, one behind the other
 * @param finalNorm whether a norm follows the last of several layers
 */
record TransformerEncoder(
        Attention attention,
        int feedforward,
        Activation activation,
        boolean normFirst,
        double epsilon,
        boolean bias,
        int layers,
        boolean finalNorm)
        implements Layer {

    private enum Function {
        RELU,
        GELU
    }

    static TransformerEncoder ofLayer(Attributes attributes) {
        return of(attributes, 0, false);
    }

    static TransformerEncoder of(Attributes attributes) {
        return of(attributes, attributes.count("layers", 1), attributes.flag("finalNorm", false));
    }

    private static TransformerEncoder of(Attributes attributes, int layers, boolean finalNorm) {
        boolean gelu = attributes.choice("activation", Function.class, Function.RELU) == Function.GELU;
        return new TransformerEncoder(
                Attention.of(attributes),
                attributes.count("feedforward", 1, 2048),
                Activation.of(gelu ? Activation.Kind.GELU : Activation.Kind.RELU, attributes),
                attributes.flag("normFirst", false),
                attributes.positive("epsilon", 1e-5),
                attributes.flag("bias", true),
                layers,
                finalNorm);
    }

    @Override
    public List<Beside> beside() {
        return attention.beside();
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return append(b, List.of(x), weights);
    }

    @Override
    public Node append(ProgramBuilder b, List<Node> all, Weights weights) {
        Node x = all.get(0);
        if (x.rank() != 3) {
            throw Problem.invalid("", "attention reads sequences", x.shape(), "(batch, time, features)");
        }
        weights.require(x, -1, "features");
        List<Node> masks = all.subList(1, all.size());
        if (layers == 0) {
            return layer(b, x, masks, weights);
        }
        Node y = x;
        for (int layer = 0; layer < layers; layer++) {
            y = layer(b, y, masks, weights.within("layers." + layer));
        }
        return finalNorm ? norm(b, y, weights.within("norm")) : y;
    }

    private Node layer(ProgramBuilder b, Node x, List<Node> masks, Weights weights) {
        if (normFirst) {
            Node seen = attended(b, norm(b, x, weights.within("norm1")), masks, weights);
            Node y = b.add(x, seen);
            return b.add(y, network(b, norm(b, y, weights.within("norm2")), weights));
        }
        Node y = norm(b, b.add(x, attended(b, x, masks, weights)), weights.within("norm1"));
        return norm(b, b.add(y, network(b, y, weights)), weights.within("norm2"));
    }

    private Node attended(ProgramBuilder b, Node x, List<Node> masks, Weights weights) {
        List<Node> inputs = new ArrayList<>(List.of(x));
        inputs.addAll(masks);
        return attention.append(b, inputs, weights.within("self_attn"));
    }

    private Node network(ProgramBuilder b, Node x, Weights weights) {
        Node hidden = activation.apply(b, Attention.linear(b, x, feedforward, bias, weights.within("linear1")));
        return Attention.linear(b, hidden, x.shape().extent(-1), bias, weights.within("linear2"));
    }

    private Node norm(ProgramBuilder b, Node x, Weights weights) {
        Node normal = Compositions.normalize(b, x, epsilon, -1);
        return new Affine(true, bias).of(b, normal, Shape.of(x.shape().extent(-1)), weights);
    }
}
