package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.onnx.RecurrentCell.Kind;
import dev.plumbline.reader.onnx.RecurrentCell.State;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * RNN, LSTM and GRU, unrolled over time; forwards, backwards or both. Inputs are (time, batch, features), or (batch, time,
 * features) with layout 1; weights (directions, gates units, features); states (directions, batch, units). The sequences of a
 * batch may end at different steps ({@link SequenceLengths}).
 */
final class Recurrent {

    /** Every step becomes some fifteen nodes of the program. */
    static final int MOST_STEPS = 4096;

    private static final int LENGTHS = 4; // the input's position

    private static final List<String> FUNCTIONS = List.of("sigmoid", "tanh", "relu");

    private final Call call;
    private final ProgramBuilder b;
    private final Kind kind;
    private final int steps;
    private final int batch;
    private final int units;
    private final SequenceLengths lengths;

    private Recurrent(Call call, Kind kind) {
        this.call = call;
        this.b = call.builder();
        this.kind = kind;
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
        this.lengths = SequenceLengths.of(call, LENGTHS, steps, batch);
    }

    static void addTo(Map<String, Operator> table) {
        for (Kind kind : Kind.values()) {
            table.put(kind.name(), call -> new Recurrent(call, kind).apply());
        }
    }

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
            Node[] shown = new Node[steps];
            last.add(run(x, d, d == 1 || direction.equals("reverse"), shown));
            sequences.add(stacked(shown));
        }
        Node sequence = b.concat(1, sequences); // (time, directions, batch, units)
        Node hidden = b.concat(
                0, last.stream().map(state -> oneDirection(state.hidden())).toList());
        List<Value> outputs = new ArrayList<>();
        outputs.add(output(layout() == 1 ? b.transpose(sequence, 2, 0, 1, 3) : sequence));
        outputs.add(output(layout() == 1 ? b.swapAxes(hidden, 0, 1) : hidden));
        if (kind.hasMemory()) {
            Node memory = b.concat(
                    0,
                    last.stream().map(state -> oneDirection(state.itsMemory())).toList());
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

    private Node stacked(Node[] shown) {
        return b.concat(
                0,
                Arrays.stream(shown)
                        .map(hidden -> b.reshape(hidden, Shape.of(1, 1, batch, units)))
                        .toList());
    }

    // ── judging ──

    private void requireShapes(int directions) {
        int features = call.in(0).shape().extent(2);
        int rows = Math.multiplyExact(kind.gates(), units);
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
        for (int position = 5; position <= (kind.hasMemory() ? 6 : 5); position++) {
            if (call.has(position)) {
                call.requireShape(position, state);
            }
        }
        if (kind.hasMemory() && call.has(7)) {
            call.requireShape(7, Shape.of(directions, 3 * units));
        }
        if (call.hasAttribute("clip") || call.flag("input_forget", false)) {
            throw Problem.unsupported("", "clipped cells and coupled gates", "clip or input_forget", "neither");
        }
    }

    /** The functions of one direction. */
    private List<UnaryFunction> functions(int direction) {
        List<String> named = new ArrayList<>(call.texts("activations"));
        int count = kind.functions().size();
        if (named.isEmpty()) {
            named.addAll(kind.functions());
            named.addAll(kind.functions());
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

    /** The last state; what each step shows goes to the step's own time. */
    private State run(Node x, int direction, boolean backwards, Node[] shown) {
        Node projected =
                b.matmul(x, false, ofDirection(1, direction), true); // (time, batch, gates units), all steps at once
        int rows = kind.gates() * units;
        @Nullable Node recurrentBias = null;
        if (call.has(3)) {
            Node biases = ofDirection(3, direction);
            projected = b.add(projected, b.slice(biases, 0, 0, rows, 1));
            recurrentBias = b.slice(biases, 0, rows, rows, 1);
        }
        RecurrentCell cell = new RecurrentCell(
                kind,
                units,
                ofDirection(2, direction),
                recurrentBias,
                kind.hasMemory() && call.has(7) ? ofDirection(7, direction) : null,
                functions(direction),
                kind == Kind.GRU && call.flag("linear_before_reset", false));
        State state = new State(initial(5, direction), kind.hasMemory() ? initial(6, direction) : null);
        for (int k = 0; k < steps; k++) {
            int t = backwards ? steps - 1 - k : k;
            Node row = b.reshape(b.slice(projected, 0, t, 1, 1), Shape.of(batch, rows));
            state = kept(t, cell.step(b, row, state), state);
            shown[t] = lengths.shown(t, state.hidden());
        }
        return state;
    }

    private State kept(int step, State next, State before) {
        return new State(
                lengths.kept(step, next.hidden(), before.hidden()),
                kind.hasMemory() ? lengths.kept(step, next.itsMemory(), before.itsMemory()) : null);
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
}
