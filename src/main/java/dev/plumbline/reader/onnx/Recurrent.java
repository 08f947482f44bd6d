package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * RNN, LSTM and GRU, unrolled over time; forwards, backwards or both. Inputs are (time, batch, features), or (batch, time,
 * features) with layout 1; weights (directions, gates units, features); states (directions, batch, units). All sequences
 * of a batch have the same length.
 */
final class Recurrent {

    /** Every step becomes some fifteen nodes of the program. */
    static final int MOST_STEPS = 4096;

    private static final List<String> FUNCTIONS = List.of("sigmoid", "tanh", "relu");

    private final Call call;
    private final ProgramBuilder b;
    private final Cell cell;
    private final int steps;
    private final int batch;
    private final int units;

    private Recurrent(Call call, Cell cell) {
        this.call = call;
        this.b = call.builder();
        this.cell = cell;
        Node x = call.in(0);
        if (x.rank() != 3 || call.in(1).rank() != 3) {
            throw Problem.invalid(
                    "",
                    "input and weight need three axes",
                    x.shape() + ", " + call.in(1).shape(),
                    "rank 3");
        }
        boolean batchFirst = layout() == 1;
        this.steps = x.shape().extent(batchFirst ? 1 : 0);
        this.batch = x.shape().extent(batchFirst ? 0 : 1);
        this.units = call.in(2).rank() == 3 ? call.in(2).shape().extent(2) : 0;
    }

    static void addTo(Map<String, Operator> table) {
        table.put("RNN", call -> new Recurrent(call, new Cell(1, false, List.of("tanh"))).apply());
        table.put("GRU", call -> new Recurrent(call, new Cell(3, false, List.of("sigmoid", "tanh"))).apply());
        table.put("LSTM", call -> new Recurrent(call, new Cell(4, true, List.of("sigmoid", "tanh", "tanh"))).apply());
    }

    /** What the three differ in: how many gates, whether there is a cell state, and which functions by default. */
    private record Cell(int gates, boolean hasMemory, List<String> functions) {}

    /** One direction's weights, as matrices and vectors. */
    private record Weights(
            Node recurrent,
            @Nullable Node recurrentBias,
            @Nullable Node peepholes,
            List<UnaryFunction> functions) {}

    private record State(Node hidden, @Nullable Node memory) {}

    private int layout() {
        int layout = call.whole("layout", 0);
        if (layout != 0 && layout != 1) {
            throw Problem.invalid("", "attribute layout is wrong", layout, "0 or 1");
        }
        return layout;
    }

    private List<Value> apply() {
        String direction = call.choice("direction", "forward", "reverse", "bidirectional");
        int directions = direction.equals("bidirectional") ? 2 : 1;
        requireShapes(directions);
        Node x = layout() == 1 ? b.swapAxes(call.in(0), 0, 1) : call.in(0);
        List<Node> sequences = new ArrayList<>();
        List<State> last = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            State[] states = run(x, d, d == 1 || direction.equals("reverse"));
            sequences.add(stacked(states));
            last.add(states[steps]);
        }
        Node sequence = b.concat(1, sequences); // (time, directions, batch, units)
        Node hidden = b.concat(
                0, last.stream().map(state -> oneDirection(state.hidden())).toList());
        List<Value> outputs = new ArrayList<>();
        outputs.add(output(layout() == 1 ? b.transpose(sequence, 2, 0, 1, 3) : sequence));
        outputs.add(output(layout() == 1 ? b.swapAxes(hidden, 0, 1) : hidden));
        if (cell.hasMemory()) {
            Node memory = b.concat(
                    0,
                    last.stream()
                            .map(state -> oneDirection(Objects.requireNonNull(state.memory())))
                            .toList());
            outputs.add(output(layout() == 1 ? b.swapAxes(memory, 0, 1) : memory));
        }
        return outputs;
    }

    private Value output(Node node) {
        return call.result(node, call.value(0).type());
    }

    private Node oneDirection(Node state) {
        return b.reshape(state, state.shape().prepend(1));
    }

    private Node stacked(State[] states) {
        List<Node> rows = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            rows.add(b.reshape(states[t].hidden(), Shape.of(1, 1, batch, units)));
        }
        return b.concat(0, rows);
    }

    // ── judging ──

    private void requireShapes(int directions) {
        int features = call.in(0).shape().extent(2);
        int rows = Math.multiplyExact(cell.gates(), units);
        if (steps < 1 || (long) steps * directions > MOST_STEPS) {
            throw Problem.limit(
                    "", "the sequence has too many or no steps", steps, "from 1 to " + MOST_STEPS / directions);
        }
        call.requireShape(1, Shape.of(directions, rows, features));
        call.requireShape(2, Shape.of(directions, rows, units));
        if (call.has(3)) {
            call.requireShape(3, Shape.of(directions, 2 * rows));
        }
        if (call.whole("hidden_size", units) != units) {
            throw Problem.invalid(
                    "", "attribute hidden_size contradicts the weights", call.whole("hidden_size", 0), units);
        }
        Shape state = layout() == 1 ? Shape.of(batch, directions, units) : Shape.of(directions, batch, units);
        for (int position = 5; position <= (cell.hasMemory() ? 6 : 5); position++) {
            if (call.has(position)) {
                call.requireShape(position, state);
            }
        }
        if (cell.hasMemory() && call.has(7)) {
            call.requireShape(7, Shape.of(directions, 3 * units));
        }
        if (call.hasAttribute("clip") || call.flag("input_forget", false)) {
            throw Problem.unsupported("", "clipped cells and coupled gates", "clip or input_forget", "neither");
        }
        if (call.has(4) && Arrays.stream(call.wholes(4)).anyMatch(length -> length != steps)) {
            throw Problem.unsupported("", "sequences of different lengths", "sequence_lens", "all of length " + steps);
        }
    }

    /** The functions of one direction. */
    private List<UnaryFunction> functions(int direction) {
        List<String> named = new ArrayList<>(call.texts("activations"));
        int count = cell.functions().size();
        if (named.isEmpty()) {
            named.addAll(cell.functions());
            named.addAll(cell.functions());
        }
        named.replaceAll(name -> name.toLowerCase(Locale.ROOT));
        if (named.size() < (direction + 1) * count || !FUNCTIONS.containsAll(named)) {
            throw Problem.unsupported("", "these activations are not supported", named, count + " of " + FUNCTIONS);
        }
        return named.subList(direction * count, (direction + 1) * count).stream()
                .map(name -> UnaryFunction.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
    }

    // ── one direction ──

    /** The state after each step at the step's own time, and the last one behind them. */
    private State[] run(Node x, int direction, boolean backwards) {
        Node weight = ofDirection(1, direction);
        Node projected = b.matmul(x, false, weight, true); // (time, batch, gates units), all steps at once
        @Nullable Node recurrentBias = null;
        if (call.has(3)) {
            Node biases = ofDirection(3, direction);
            int rows = cell.gates() * units;
            projected = b.add(projected, b.slice(biases, 0, 0, rows, 1));
            recurrentBias = b.slice(biases, 0, rows, rows, 1);
        }
        @Nullable Node peepholes = cell.hasMemory() && call.has(7) ? ofDirection(7, direction) : null;
        Weights weights = new Weights(ofDirection(2, direction), recurrentBias, peepholes, functions(direction));
        State[] states = new State[steps + 1];
        State state = new State(initial(5, direction), cell.hasMemory() ? initial(6, direction) : null);
        for (int k = 0; k < steps; k++) {
            int t = backwards ? steps - 1 - k : k;
            Node row = b.reshape(b.slice(projected, 0, t, 1, 1), Shape.of(batch, cell.gates() * units));
            state = step(row, state, weights);
            states[t] = state;
        }
        states[steps] = state;
        return states;
    }

    private Node ofDirection(int position, int direction) {
        Node all = call.in(position);
        return b.reshape(b.slice(all, 0, direction, 1, 1), Reshaping.without(all.shape(), 0));
    }

    private Node initial(int position, int direction) {
        if (!call.has(position)) {
            return b.constant(Tensor.zeros(Shape.of(batch, units)));
        }
        Node state = layout() == 1 ? b.swapAxes(call.in(position), 0, 1) : call.in(position);
        return b.reshape(b.slice(state, 0, direction, 1, 1), Shape.of(batch, units));
    }

    private State step(Node row, State state, Weights weights) {
        return switch (cell.gates()) {
            case 1 -> simple(row, state, weights);
            case 3 -> gated(row, state, weights);
            default -> longShortTerm(row, state, weights);
        };
    }

    private Node recurrence(Node hidden, Weights weights) {
        Node product = b.matmul(hidden, false, weights.recurrent(), true);
        return weights.recurrentBias() == null ? product : b.add(product, weights.recurrentBias());
    }

    private Node gate(Node rows, int index) {
        return b.slice(rows, 1, index * units, units, 1);
    }

    /** {@code h' = f(W x + R h + b)}. */
    private State simple(Node row, State state, Weights weights) {
        Node sum = b.add(row, recurrence(state.hidden(), weights));
        return new State(b.unary(weights.functions().get(0), sum), null);
    }

    /**
     * Gates z, r, n: {@code h' = (1 - z) n + z h}. With linear_before_reset, as in PyTorch, r scales {@code R h + b} in n,
     * else it scales h (Cho et al. 2014).
     */
    private State gated(Node row, State state, Weights weights) {
        UnaryFunction f = weights.functions().get(0);
        Node hidden = state.hidden();
        Node recurrent = recurrence(hidden, weights);
        Node z = b.unary(f, b.add(gate(row, 0), gate(recurrent, 0)));
        Node r = b.unary(f, b.add(gate(row, 1), gate(recurrent, 1)));
        Node candidate;
        if (call.flag("linear_before_reset", false)) {
            candidate = b.multiply(r, gate(recurrent, 2));
        } else {
            Node last = b.slice(weights.recurrent(), 0, 2 * units, units, 1);
            candidate = b.matmul(b.multiply(r, hidden), false, last, true);
            if (weights.recurrentBias() != null) {
                candidate = b.add(candidate, b.slice(weights.recurrentBias(), 0, 2 * units, units, 1));
            }
        }
        Node n = b.unary(weights.functions().get(1), b.add(gate(row, 2), candidate));
        return new State(b.add(n, b.multiply(z, b.subtract(hidden, n))), null);
    }

    /** Gates i, o, f, c: {@code c' = f c + i g(c)}, {@code h' = o h(c')} (Hochreiter and Schmidhuber 1997; Gers 2002). */
    private State longShortTerm(Node row, State state, Weights weights) {
        UnaryFunction f = weights.functions().get(0);
        Node memory = Objects.requireNonNull(state.memory());
        Node sum = b.add(row, recurrence(state.hidden(), weights));
        Node input = b.unary(f, peeped(gate(sum, 0), memory, weights, 0));
        Node forget = b.unary(f, peeped(gate(sum, 2), memory, weights, 2));
        Node proposal = b.unary(weights.functions().get(1), gate(sum, 3));
        Node next = b.add(b.multiply(forget, memory), b.multiply(input, proposal));
        Node output = b.unary(f, peeped(gate(sum, 1), next, weights, 1));
        return new State(b.multiply(output, b.unary(weights.functions().get(2), next)), next);
    }

    private Node peeped(Node gate, Node memory, Weights weights, int index) {
        return weights.peepholes() == null
                ? gate
                : b.add(gate, b.multiply(b.slice(weights.peepholes(), 0, index * units, units, 1), memory));
    }
}
