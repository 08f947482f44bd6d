package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What ONNX Runtime's optimizer puts in the place of several nodes: the domain {@code com.microsoft}. */
final class MicrosoftOperators {

    private static final String DOMAIN = "com.microsoft.";

    private MicrosoftOperators() {}

    static void addTo(Map<String, Operator> table) {
        table.put(DOMAIN + "Attention", MicrosoftOperators::attention);
        table.put(DOMAIN + "Gelu", Call.one(call -> Compositions.gelu(call.builder(), call.in(0))));
        table.put(DOMAIN + "BiasGelu", Call.one(call -> Compositions.gelu(call.builder(), biased(call))));
        table.put(DOMAIN + "FastGelu", Call.one(call -> Compositions.geluTanh(call.builder(), biased(call))));
        table.put(
                DOMAIN + "QuickGelu",
                Call.one(call -> Activations.swish(call.builder(), call.in(0), call.number("alpha", 1.702))));
        table.put(DOMAIN + "FusedMatMul", MicrosoftOperators::product);
        table.put(DOMAIN + "SkipLayerNormalization", MicrosoftOperators::normalized);
        table.put("SimplifiedLayerNormalization", call -> {
            call.ignore("stash_type");
            int axis = call.axis(call.whole("axis", -1), call.in(0).rank());
            Node normalized =
                    Normalizations.byRootMeanSquare(call.builder(), call.in(0), axis, call.number("epsilon", 1e-5));
            return call.result(call.builder().multiply(normalized, call.in(1)));
        });
    }

    private static Node biased(Call call) {
        return call.has(1) ? call.builder().add(call.in(0), call.in(1)) : call.in(0);
    }

    private static List<Value> product(Call call) {
        ProgramBuilder b = call.builder();
        if (call.flag("transBatchA", false) || call.flag("transBatchB", false)) {
            throw Problem.unsupported("", "batches in other axes than the first", "transBatchA or transBatchB", 0);
        }
        Node product = b.matmul(call.in(0), call.flag("transA", false), call.in(1), call.flag("transB", false));
        return call.result(b.multiply(product, call.number("alpha", 1)));
    }

    /** The layer normalization of {@code x + skip + bias}, scaled; the sum itself is the last output. */
    private static List<Value> normalized(Call call) {
        ProgramBuilder b = call.builder();
        Node sum = b.add(call.in(0), call.in(1));
        sum = call.has(4) ? b.add(sum, call.in(4)) : sum;
        Node y = b.multiply(Compositions.normalize(b, sum, call.number("epsilon", 1e-12), sum.rank() - 1), call.in(2));
        y = call.has(3) ? b.add(y, call.in(3)) : y;
        List<Value> outputs = new ArrayList<>(call.result(y));
        if (call.wants(3)) {
            outputs.addAll(List.of(outputs.get(0), outputs.get(0))); // mean and deviation, which nobody may want
            outputs.add(call.result(sum, call.value(0).type()));
        }
        if (call.wants(1) || call.wants(2)) {
            throw Problem.unsupported("", "the statistics are not computed here", "outputs 1 and 2", "0 and 3 only");
        }
        return outputs;
    }

    /**
     * Self-attention with the weights of queries, keys and values side by side: input (batch, time, features), weights
     * (features, 3 hidden), bias (3 hidden); a mask of 1 where a key may be looked at, or each sample's number of keys.
     */
    private static List<Value> attention(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        if (call.has(4) || call.has(6)) {
            throw Problem.unsupported("", "attention with a past", "input 4 or 6", "none");
        }
        int heads = call.requiredWhole("num_heads");
        Node projected = b.matmul(x, call.in(1));
        projected = call.has(2) ? b.add(projected, call.in(2)) : projected;
        int width = projected.shape().extent(-1);
        int[] sizes = call.wholes("qkv_hidden_sizes");
        sizes = sizes == null ? new int[] {width / 3, width / 3, width / 3} : sizes;
        boolean fits = sizes.length == 3 && heads > 0 && Arrays.stream(sizes).sum() == width;
        if (!fits || x.rank() != 3 || Arrays.stream(sizes).anyMatch(size -> size < 1 || size % heads != 0)) {
            throw Problem.invalid(
                    "", "weights and heads do not fit", projected.shape(), "three parts, a head's multiple each");
        }
        Node q = Attentions.split(b, b.slice(projected, 2, 0, sizes[0], 1), heads);
        Node k = Attentions.split(b, b.slice(projected, 2, sizes[0], sizes[1], 1), heads);
        Node v = Attentions.split(b, b.slice(projected, 2, sizes[0] + sizes[1], sizes[2], 1), heads);
        double scale = call.number("scale", 0);
        Node scores = b.multiply(b.matmul(q, false, k, true), scale == 0 ? 1 / Math.sqrt(sizes[0] / heads) : scale);
        double filter = call.number("mask_filter_value", -10000);
        Node mask = call.has(3) ? mask(call, scores.shape()) : null;
        scores = mask == null ? scores : b.add(scores, b.multiply(Logic.not(b, mask), filter));
        scores = call.has(5) ? b.add(scores, call.in(5)) : scores;
        Node causal = call.flag("unidirectional", false) ? causal(b, scores.shape()) : null;
        Node weights = Attentions.softmax(b, new Attentions.Masked(scores, causal));
        return call.result(Attentions.joined(b, b.matmul(weights, v)));
    }

    private static Node mask(Call call, Shape scores) {
        ProgramBuilder b = call.builder();
        Node given = call.in(3);
        int keys = scores.extent(3);
        return switch (given.rank()) {
            case 1 ->
                b.binary(
                        BinaryFunction.LESS,
                        b.constant(Tensor.vector(Ordering.counting(keys))),
                        b.reshape(given, Shape.of(given.shape().extent(0), 1, 1, 1)));
            case 2 ->
                b.reshape(
                        given,
                        Shape.of(given.shape().extent(0), 1, 1, given.shape().extent(1)));
            case 3 ->
                b.reshape(
                        given,
                        Shape.of(
                                given.shape().extent(0),
                                1,
                                given.shape().extent(1),
                                given.shape().extent(2)));
            default ->
                throw Problem.unsupported(
                        "", "a mask of this shape", given.shape(), "(batch), (batch, keys) or (batch, time, keys)");
        };
    }

    private static @Nullable Node causal(ProgramBuilder b, Shape scores) {
        Node rows = b.constant(Tensor.of(Shape.of(scores.extent(2), 1), Ordering.counting(scores.extent(2))));
        Node columns = b.constant(Tensor.vector(Ordering.counting(scores.extent(3))));
        return b.binary(BinaryFunction.LESS_OR_EQUAL, columns, rows);
    }
}
