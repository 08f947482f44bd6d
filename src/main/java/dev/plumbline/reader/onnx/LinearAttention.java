package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention by a state (features of keys, features of values) for each head: {@code S <- e^g S}, {@code v <- beta (v - S' k)},
 * {@code S <- S + k v'}, {@code o = scale S' q}, unrolled over time (Yang et al. 2024); and the causal convolution before it.
 */
final class LinearAttention {

    private LinearAttention() {}

    static List<Value> apply(Call call) {
        call.ignore("chunk_size"); // how it may be computed
        ProgramBuilder b = call.builder();
        String rule = call.text("update_rule", "gated_delta");
        int queries = call.requiredWhole("q_num_heads");
        int heads = call.requiredWhole("kv_num_heads");
        boolean gated = rule.startsWith("gated");
        boolean corrected = rule.endsWith("delta");
        if (!List.of("linear", "gated", "delta", "gated_delta").contains(rule)
                || gated != call.has(4)
                || corrected != call.has(5)
                || heads < 1
                || queries % Math.max(1, heads) != 0) {
            throw Problem.invalid("", "rule, heads and inputs do not fit", rule, "decay for gated, beta for delta");
        }
        Node q = Attentions.heads(call, 0, queries);
        Node k = Attentions.heads(call, 1, heads);
        Node v = Attentions.heads(call, 2, heads);
        int steps = q.shape().extent(2);
        int batch = q.shape().extent(0);
        int keys = k.shape().extent(3);
        int values = v.shape().extent(3);
        if (steps < 1 || steps > Recurrent.MOST_STEPS) {
            throw Problem.limit(
                    "", "the sequence has too many or no steps", steps, "from 1 to " + Recurrent.MOST_STEPS);
        }
        double given = call.number("scale", 0);
        double scale = given == 0 ? 1 / Math.sqrt(keys) : given;
        Node decay = gated ? Attentions.split(b, call.in(4), heads) : null; // (batch, heads, time, 1 or keys)
        Node beta =
                corrected ? Attentions.split(b, call.in(5), call.in(5).shape().extent(-1)) : null;
        Node state = call.has(3) ? call.in(3) : b.broadcast(b.constant(0), Call.shape(batch, heads, keys, values));
        List<Node> rows = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            Node key = b.slice(k, 2, t, 1, 1); // (batch, heads, 1, keys)
            Node value = b.slice(v, 2, t, 1, 1);
            if (decay != null) {
                Node factor = b.unary(UnaryFunction.EXP, b.slice(decay, 2, t, 1, 1));
                state = b.multiply(state, b.swapAxes(factor, 2, 3));
            }
            if (beta != null) {
                value = b.multiply(b.slice(beta, 2, t, 1, 1), b.subtract(value, b.matmul(key, state)));
            }
            state = b.add(state, b.matmul(key, true, value, false));
            Node query = b.slice(q, 2, t, 1, 1);
            rows.add(b.multiply(b.matmul(query, repeated(b, state, queries / heads)), scale));
        }
        Node output = Attentions.joined(b, b.concat(2, rows));
        return List.of(
                call.result(output, call.value(0).type()),
                call.result(state, call.value(0).type()));
    }

    private static Node repeated(ProgramBuilder b, Node state, int times) {
        int[] e = state.shape().extents();
        Node spread = b.broadcast(
                b.reshape(state, Shape.of(e[0], e[1], 1, e[2], e[3])), Call.shape(e[0], e[1], times, e[2], e[3]));
        return b.reshape(spread, Shape.of(e[0], e[1] * times, e[2], e[3]));
    }

    /** Each channel by itself over its own past, which may come along; the last inputs are the next past. */
    static List<Value> causalConvolution(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node w = call.in(1);
        if (x.rank() != 3 || w.rank() != 3 || w.shape().extent(0) != x.shape().extent(1)) {
            throw Problem.invalid(
                    "", "input and weight do not fit", x.shape() + ", " + w.shape(), "(batch, channels, time)");
        }
        int kernel = w.shape().extent(2);
        Node padded = call.has(3) ? b.concat(2, List.of(call.in(3), x)) : SpatialAxes.padded(b, x, 2, kernel - 1, 0, 0);
        Windows windows = new Windows(new int[] {kernel}, new int[] {1}, new int[2], new int[] {1}, false);
        int channels = x.shape().extent(1);
        Node y = Convolutions.withBias(call, SpatialAxes.convolution(b, padded, w, windows, channels));
        if (!call.choice("activation", "none", "silu", "swish").equals("none")) {
            y = Activations.silu(b, y);
        }
        Node next = b.slice(padded, 2, kernel == 1 ? 0 : padded.shape().extent(2) - (kernel - 1), kernel - 1, 1);
        return List.of(
                call.result(y, call.value(0).type()),
                call.result(next, call.value(0).type()));
    }
}
