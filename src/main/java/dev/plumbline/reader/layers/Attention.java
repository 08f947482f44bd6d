package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * PyTorch's multi-head attention (Vaswani et al., 2017): {@code softmax(q k' / sqrt(d) + mask) v} in each head, between an
 * input and an output projection. One input is query, key and value; two are query, and key and value; three are all.
 *
 * <p>Parameters are {@code in_proj_weight} (3 features, features), or {@code q_proj_weight}, {@code k_proj_weight} and
 * {@code v_proj_weight} where keys or values have another number of features, {@code in_proj_bias}, {@code
 * out_proj.weight}, {@code out_proj.bias}.
 */
record Attention(int heads, boolean bias, boolean batchFirst, Mask mask) implements Layer {

    private static final double NEVER = Double.NEGATIVE_INFINITY;

    /** What no query sees. */
    record Mask(boolean causal, List<Beside> beside) {

        static Mask of(Attributes attributes) {
            List<Beside> beside = new ArrayList<>();
            for (String name : List.of("mask", "keyPaddingMask")) {
                if (attributes.has(name)) {
                    beside.add(new Beside(name, attributes.text(name)));
                }
            }
            return new Mask(attributes.flag("causal", false), List.copyOf(beside));
        }

        /** The masks are the last inputs. */
        int inputs(List<Node> all) {
            return all.size() - beside.size();
        }

        private Node apply(ProgramBuilder b, Node scores, List<Node> all) {
            Node masked = scores;
            int[] extents = scores.shape().extents(); // (batch, heads, queries, keys)
            if (causal) {
                masked = b.select(b.constant(future(extents[2], extents[3])), b.constant(NEVER), masked);
            }
            for (int k = 0; k < beside.size(); k++) {
                Node given = all.get(inputs(all) + k);
                masked = beside.get(k).attribute().equals("mask")
                        ? b.add(masked, additive(b, given, scores.shape()))
                        : b.select(padding(b, given, scores.shape()), b.constant(NEVER), masked);
            }
            return masked;
        }

        private static Tensor future(int queries, int keys) {
            double[] future = new double[Math.multiplyExact(queries, keys)];
            for (int q = 0; q < queries; q++) {
                for (int k = q + 1; k < keys; k++) {
                    future[q * keys + k] = 1;
                }
            }
            return Tensor.of(Shape.of(queries, keys), future);
        }

        /** (queries, keys), or (batch heads, queries, keys). */
        private static Node additive(ProgramBuilder b, Node given, Shape scores) {
            Shape plane = Shape.of(scores.extent(2), scores.extent(3));
            if (given.shape().equals(plane)) {
                return given;
            }
            Shape each = plane.prepend(Math.multiplyExact(scores.extent(0), scores.extent(1)));
            if (given.shape().equals(each)) {
                return b.reshape(given, scores);
            }
            throw Problem.invalid("", "the mask has the wrong shape", given.shape(), plane + " or " + each);
        }

        /** (batch, keys): 1 where a key is padding. */
        private static Node padding(ProgramBuilder b, Node given, Shape scores) {
            Shape expected = Shape.of(scores.extent(0), scores.extent(3));
            if (!given.shape().equals(expected)) {
                throw Problem.invalid("", "the padding mask has the wrong shape", given.shape(), expected);
            }
            return b.reshape(given, Shape.of(scores.extent(0), 1, 1, scores.extent(3)));
        }
    }

    static Attention of(Attributes attributes) {
        return new Attention(
                attributes.count("heads", 1),
                attributes.flag("bias", true),
                attributes.flag("batchFirst", true),
                Mask.of(attributes));
    }

    @Override
    public int mostInputs() {
        return 3;
    }

    @Override
    public List<Beside> beside() {
        return mask.beside();
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return append(b, List.of(x), weights);
    }

    @Override
    public Node append(ProgramBuilder b, List<Node> all, Weights weights) {
        int given = mask.inputs(all);
        List<Node> inputs = List.of(all.get(0), all.get(Math.min(1, given - 1)), all.get(given - 1));
        inputs.forEach(this::requireSequence);
        weights.require(all.get(0), -1, "features");
        int features = weights.made().extent(-1);
        if (features % heads != 0) {
            throw Problem.invalid(
                    "", "the features cannot be shared out among the heads", features, "a multiple of " + heads);
        }
        List<Node> projected = projected(b, inputs, features, weights);
        Node q = b.multiply(split(b, projected.get(0)), 1 / Math.sqrt((double) features / heads));
        Node k = split(b, projected.get(1));
        Node v = split(b, projected.get(2));
        Node scores = mask.apply(b, b.matmul(q, false, k, true), all);
        Node seen = b.swapAxes(b.matmul(Compositions.softmax(b, scores, -1), v), 1, 2);
        int[] extents = seen.shape().extents();
        Node joined = b.reshape(seen, Shape.of(extents[0], extents[1], features));
        Node out = linear(b, joined, features, bias, weights.within("out_proj"));
        return batchFirst ? out : b.swapAxes(out, 0, 1);
    }

    private void requireSequence(Node x) {
        if (x.rank() != 3) {
            throw Problem.invalid(
                    "",
                    "attention reads sequences",
                    x.shape(),
                    batchFirst ? "(batch, time, features)" : "(time, batch, features)");
        }
    }

    /** {@code x w' + b} with a weight (units, features). */
    static Node linear(ProgramBuilder b, Node x, int units, boolean bias, Weights weights) {
        Shape shape = Shape.of(units, x.shape().extent(-1));
        Node z = b.matmul(x, false, weights.parameter(b, "weight", shape, Initializer.GLOROT_UNIFORM), true);
        return bias ? b.add(z, weights.parameter(b, "bias", Shape.of(units), Initializer.ZEROS)) : z;
    }

    private List<Node> projected(ProgramBuilder b, List<Node> inputs, int features, Weights weights) {
        List<Node> matrices = matrices(b, inputs, features, weights);
        int rows = Math.multiplyExact(3, features);
        Node shifts = bias ? weights.parameter(b, "in_proj_bias", Shape.of(rows), Initializer.ZEROS) : null;
        List<Node> projected = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
            Node x = batchFirst ? inputs.get(k) : b.swapAxes(inputs.get(k), 0, 1);
            Node z = b.matmul(x, false, matrices.get(k), true);
            projected.add(shifts == null ? z : b.add(z, b.slice(shifts, 0, k * features, features, 1)));
        }
        return projected;
    }

    private List<Node> matrices(ProgramBuilder b, List<Node> inputs, int features, Weights weights) {
        List<Node> matrices = new ArrayList<>();
        if (inputs.stream().allMatch(x -> x.shape().extent(-1) == features)) {
            Shape shape = Shape.of(Math.multiplyExact(3, features), features);
            Node all = weights.parameter(b, "in_proj_weight", shape, Initializer.GLOROT_UNIFORM);
            for (int k = 0; k < 3; k++) {
                matrices.add(b.slice(all, 0, k * features, features, 1));
            }
            return matrices;
        }
        List<String> names = List.of("q_proj_weight", "k_proj_weight", "v_proj_weight");
        for (int k = 0; k < 3; k++) {
            Shape shape = Shape.of(features, inputs.get(k).shape().extent(-1));
            matrices.add(weights.parameter(b, names.get(k), shape, Initializer.GLOROT_UNIFORM));
        }
        return matrices;
    }

    /** (batch, time, features) as (batch, heads, time, features / heads). */
    private Node split(ProgramBuilder b, Node x) {
        int[] extents = x.shape().extents();
        return b.swapAxes(b.reshape(x, Shape.of(extents[0], extents[1], heads, extents[2] / heads)), 1, 2);
    }
}
