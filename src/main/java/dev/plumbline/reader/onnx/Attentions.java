package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attention, {@code softmax(scale Q K' + bias) V}, over (batch, heads, time, features) or (batch, time, heads features); with
 * fewer heads of keys than of queries each serves several (Ainslie et al. 2023). A query that may look at nothing gives 0.
 * And rotary embeddings (Su et al. 2021).
 */
final class Attentions {

    private final Call call;
    private final ProgramBuilder b;
    private final int past;

    private Attentions(Call call) {
        this.call = call;
        this.b = call.builder();
        this.past = call.has(4) ? past(call.in(4)) : 0;
    }

    private static int past(Node keys) {
        if (keys.rank() != 4) {
            throw Problem.invalid(
                    "", "the keys of the past have another rank", keys.shape(), "(batch, heads, time, features)");
        }
        return keys.shape().extent(2);
    }

    static void addTo(Map<String, Operator> table) {
        table.put("Attention", call -> new Attentions(call).apply());
        table.put("RotaryEmbedding", Attentions::rotary);
        table.put("LinearAttention", LinearAttention::apply);
        table.put("CausalConvWithState", LinearAttention::causalConvolution);
    }

    /** Scores that may be looked at, and which. */
    record Masked(Node scores, @Nullable Node allowed) {}

    private List<Value> apply() {
        call.ignore("softmax_precision");
        Node q = heads(call, 0, call.whole("q_num_heads", 0));
        Node k = heads(call, 1, call.whole("kv_num_heads", 0));
        Node v = heads(call, 2, call.whole("kv_num_heads", 0));
        if (call.has(4) || call.has(5)) {
            k = b.concat(2, List.of(call.in(4), k));
            v = b.concat(2, List.of(call.in(5), v));
        }
        double scale = call.number("scale", 1 / Math.sqrt(Math.max(1, q.shape().extent(3))));
        Node raw = b.multiply(b.matmul(q, false, repeated(b, k, q), true), scale);
        double cap = call.number("softcap", 0);
        Node capped = cap > 0 ? b.multiply(b.unary(UnaryFunction.TANH, b.multiply(raw, 1 / cap)), cap) : raw;
        Masked masked = masked(capped);
        Node weights = softmax(b, masked);
        Node mixed = b.matmul(weights, repeated(b, v, q));
        Node result = call.in(0).rank() == 3 ? joined(b, mixed) : mixed;
        List<Value> outputs = new ArrayList<>();
        for (Node output : List.of(result, k, v)) {
            outputs.add(call.result(output, call.value(0).type()));
        }
        if (call.wants(3)) {
            Node shown =
                    switch (call.whole("qk_matmul_output_mode", 0)) {
                        case 0 -> raw;
                        case 1 -> capped;
                        case 2 -> shown(masked);
                        default -> weights;
                    };
            outputs.add(call.result(shown, call.value(0).type()));
        } else {
            call.whole("qk_matmul_output_mode", 0);
        }
        return outputs;
    }

    private Node shown(Masked masked) {
        return masked.allowed() == null
                ? masked.scores()
                : b.select(masked.allowed(), masked.scores(), b.constant(Double.NEGATIVE_INFINITY));
    }

    /** (batch, heads, time, features) of an input that may have its heads side by side. */
    static Node heads(Call call, int position, int heads) {
        Node x = call.in(position);
        if (x.rank() == 4) {
            return x;
        }
        if (x.rank() != 3 || heads < 1 || x.shape().extent(2) % heads != 0) {
            throw Problem.invalid(
                    "",
                    "input " + position + " has no such heads",
                    x.shape() + " with " + heads,
                    "(batch, time, heads features)");
        }
        return split(call.builder(), x, heads);
    }

    static Node split(ProgramBuilder b, Node x, int heads) {
        int[] e = x.shape().extents();
        return b.swapAxes(b.reshape(x, Shape.of(e[0], e[1], heads, e[2] / heads)), 1, 2);
    }

    static Node joined(ProgramBuilder b, Node x) {
        int[] e = x.shape().extents();
        return b.reshape(b.swapAxes(x, 1, 2), Shape.of(e[0], e[2], Math.multiplyExact(e[1], e[3])));
    }

    /** Each head as often as there are heads of queries for it. */
    private static Node repeated(ProgramBuilder b, Node x, Node q) {
        int[] e = x.shape().extents();
        int heads = q.shape().extent(1);
        if (e[1] == heads) {
            return x;
        }
        if (e[1] < 1 || heads % e[1] != 0) {
            throw Problem.invalid("", "the heads do not divide", e[1] + " of keys", "a divisor of " + heads);
        }
        int times = heads / e[1];
        Node spread = b.broadcast(
                b.reshape(x, Shape.of(e[0], e[1], 1, e[2], e[3])), Call.shape(e[0], e[1], times, e[2], e[3]));
        return b.reshape(spread, Shape.of(e[0], heads, e[2], e[3]));
    }

    private Masked masked(Node scores) {
        int queries = scores.shape().extent(2);
        int keys = scores.shape().extent(3);
        Node biased = scores;
        Node allowed = null;
        if (call.has(3)) {
            Node mask = call.in(3);
            boolean truth = call.value(3).type() == Datatype.BOOL;
            int missing = mask.rank() == 0 ? 0 : keys - mask.shape().extent(-1);
            if (missing > 0) {
                double nothing = truth ? 0 : Double.NEGATIVE_INFINITY;
                mask = SpatialAxes.padded(b, mask, mask.rank() - 1, 0, missing, nothing);
            }
            allowed = truth ? mask : b.binary(BinaryFunction.LESS, b.constant(-Double.MAX_VALUE), mask);
            biased = truth ? scores : b.add(scores, b.select(allowed, mask, b.constant(0)));
        }
        Node offset = offset(queries);
        Node rows = b.constant(Tensor.of(Shape.of(queries, 1), Ordering.counting(queries)));
        Node columns = b.constant(Tensor.vector(Ordering.counting(keys)));
        Node ahead = b.subtract(columns, b.add(rows, offset)); // how far a key lies behind the query's own place
        if (call.flag("is_causal", false)) {
            allowed = and(allowed, b.binary(BinaryFunction.LESS_OR_EQUAL, ahead, b.constant(0)));
        }
        int left = call.whole("left_window_size", -1);
        int right = call.whole("right_window_size", -1);
        if (left >= 0) {
            allowed = and(allowed, b.binary(BinaryFunction.LESS_OR_EQUAL, b.constant(-left), ahead));
        }
        if (right >= 0) {
            allowed = and(allowed, b.binary(BinaryFunction.LESS_OR_EQUAL, ahead, b.constant(right)));
        }
        if (call.has(6)) {
            allowed = and(allowed, b.binary(BinaryFunction.LESS, columns, lengths()));
        }
        return new Masked(biased, allowed);
    }

    /** How many keys there are before the first query's own. */
    private Node offset(int queries) {
        return call.has(6) && past == 0 ? b.subtract(lengths(), b.constant(queries)) : b.constant(past);
    }

    /** The number of keys of each sample that are no padding, (batch, 1, 1, 1). */
    private Node lengths() {
        Node lengths = call.in(6);
        return b.reshape(lengths, Shape.of(lengths.shape().size(), 1, 1, 1));
    }

    private Node and(@Nullable Node first, Node second) {
        return first == null ? second : b.multiply(first, second);
    }

    /** {@code exp(s - m) / sum exp(s - m)} over what is allowed, m the maximum; 0 where nothing is. */
    static Node softmax(ProgramBuilder b, Masked masked) {
        Node s = masked.scores();
        int last = s.rank() - 1;
        Node zero = b.constant(0);
        Node allowed = masked.allowed() == null ? b.constant(1) : masked.allowed();
        Node shown = b.select(allowed, s, b.constant(-Double.MAX_VALUE));
        Node maximum = b.unary(UnaryFunction.STOP_GRADIENT, b.restoreAxes(b.max(shown, last), shown.shape(), last));
        Node distance = b.select(allowed, b.subtract(s, maximum), zero);
        Node exponentials = b.select(allowed, b.unary(UnaryFunction.EXP, distance), zero);
        Node sum = b.restoreAxes(b.sum(exponentials, last), exponentials.shape(), last);
        Node nothing = b.binary(BinaryFunction.EQUAL, sum, zero);
        return b.divide(exponentials, b.select(nothing, b.constant(1), sum));
    }

    // ── rotary embedding ──

    /** Pairs of features, halves or neighbours, turn by an angle that grows with the position. */
    private static List<Value> rotary(Call call) {
        ProgramBuilder b = call.builder();
        boolean flat = call.in(0).rank() == 3;
        Node x = heads(call, 0, call.whole("num_heads", 0)); // (batch, heads, time, features)
        int features = x.shape().extent(3);
        int turned = call.whole("rotary_embedding_dim", 0);
        turned = turned == 0 ? features : turned;
        boolean interleaved = call.flag("interleaved", false);
        if (turned < 2 || turned > features || turned % 2 != 0) {
            throw Problem.invalid("", "attribute rotary_embedding_dim is wrong", turned, "even, at most " + features);
        }
        int half = turned / 2;
        Node cosine = angles(call, 1, half);
        Node sine = angles(call, 2, half);
        Node first = interleaved ? b.slice(x, 3, 0, half, 2) : b.slice(x, 3, 0, half, 1);
        Node second = interleaved ? b.slice(x, 3, 1, half, 2) : b.slice(x, 3, half, half, 1);
        Node real = b.subtract(b.multiply(cosine, first), b.multiply(sine, second));
        Node imaginary = b.add(b.multiply(sine, first), b.multiply(cosine, second));
        Node result;
        if (interleaved) {
            int[] pair = Arrays.copyOf(real.shape().extents(), 5);
            pair[4] = 1;
            Node pairs = b.concat(4, List.of(b.reshape(real, Shape.of(pair)), b.reshape(imaginary, Shape.of(pair))));
            result = b.reshape(pairs, Shape.of(pair[0], pair[1], pair[2], turned));
        } else {
            result = b.concat(3, List.of(real, imaginary));
        }
        if (turned < features) {
            result = b.concat(3, List.of(result, b.slice(x, 3, turned, features - turned, 1)));
        }
        return call.result(flat ? joined(b, result) : result);
    }

    /** (batch, 1, time, half), looked up by position where positions are given. */
    private static Node angles(Call call, int input, int half) {
        ProgramBuilder b = call.builder();
        Node table = call.in(input);
        Node chosen = call.has(3) ? b.gather(table, call.in(3), 0) : table;
        if (chosen.rank() != 3 || chosen.shape().extent(2) != half) {
            throw Problem.invalid(
                    "", "input " + input + " does not fit", chosen.shape(), "(batch, time, " + half + ")");
        }
        int[] e = chosen.shape().extents();
        return b.reshape(chosen, Shape.of(e[0], 1, e[1], half));
    }
}
