package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One direction of an RNN, GRU or LSTM: its weights, and what they make of a state in one step.
 *
 * @param recurrent R (gates units, units)
 * @param recurrentBias (gates units)
 * @param peepholes of an LSTM (3 units): what its gates i, o and f see of the cell's memory
 * @param resetsProduct whether a GRU's gate r scales {@code R h + b}, as in PyTorch, or h (Cho et al., 2014)
 */
record RecurrentCell(
        Kind kind,
        int units,
        Node recurrent,
        @Nullable Node recurrentBias,
        @Nullable Node peepholes,
        List<UnaryFunction> functions,
        boolean resetsProduct) {

    /** What the three differ in: how many gates, whether there is a memory, and which functions by default. */
    enum Kind {
        RNN(1, false, List.of("tanh")),
        GRU(3, false, List.of("sigmoid", "tanh")),
        LSTM(4, true, List.of("sigmoid", "tanh", "tanh"));

        private final int gates;
        private final boolean hasMemory;
        private final List<String> functions;

        Kind(int gates, boolean hasMemory, List<String> functions) {
            this.gates = gates;
            this.hasMemory = hasMemory;
            this.functions = functions;
        }

        int gates() {
            return gates;
        }

        boolean hasMemory() {
            return hasMemory;
        }

        List<String> functions() {
            return functions;
        }
    }

    /** What goes from step to step, each (batch, units); only an LSTM has a memory. */
    record State(Node hidden, @Nullable Node memory) {

        Node itsMemory() {
            return Objects.requireNonNull(memory);
        }
    }

    /** @param row what the input gives to the gates in this step, {@code W x + b} (batch, gates units) */
    State step(ProgramBuilder b, Node row, State state) {
        return switch (kind) {
            case RNN -> simple(b, row, state);
            case GRU -> gated(b, row, state);
            case LSTM -> longShortTerm(b, row, state);
        };
    }

    /** {@code h' = f(W x + R h + b)}. */
    private State simple(ProgramBuilder b, Node row, State state) {
        return new State(b.unary(functions.get(0), b.add(row, recurrence(b, state.hidden()))), null);
    }

    /** Gates z, r, n: {@code h' = (1 - z) n + z h}. */
    private State gated(ProgramBuilder b, Node row, State state) {
        UnaryFunction f = functions.get(0);
        Node hidden = state.hidden();
        Node recurrent = recurrence(b, hidden);
        Node z = b.unary(f, b.add(gate(b, row, 0), gate(b, recurrent, 0)));
        Node r = b.unary(f, b.add(gate(b, row, 1), gate(b, recurrent, 1)));
        Node candidate = resetsProduct ? b.multiply(r, gate(b, recurrent, 2)) : ofReset(b, b.multiply(r, hidden));
        Node n = b.unary(functions.get(1), b.add(gate(b, row, 2), candidate));
        return new State(b.add(n, b.multiply(z, b.subtract(hidden, n))), null);
    }

    private Node ofReset(ProgramBuilder b, Node reset) {
        Node product = b.matmul(reset, false, b.slice(this.recurrent, 0, 2 * units, units, 1), true);
        return recurrentBias == null ? product : b.add(product, b.slice(recurrentBias, 0, 2 * units, units, 1));
    }

    /** Gates i, o, f, c: {@code c' = f c + i g(c)}, {@code h' = o h(c')} (Hochreiter and Schmidhuber 1997; Gers 2002). */
    private State longShortTerm(ProgramBuilder b, Node row, State state) {
        UnaryFunction f = functions.get(0);
        Node memory = state.itsMemory();
        Node sum = b.add(row, recurrence(b, state.hidden()));
        Node input = b.unary(f, peeped(b, gate(b, sum, 0), memory, 0));
        Node forget = b.unary(f, peeped(b, gate(b, sum, 2), memory, 2));
        Node proposal = b.unary(functions.get(1), gate(b, sum, 3));
        Node next = b.add(b.multiply(forget, memory), b.multiply(input, proposal));
        Node output = b.unary(f, peeped(b, gate(b, sum, 1), next, 1));
        return new State(b.multiply(output, b.unary(functions.get(2), next)), next);
    }

    private Node recurrence(ProgramBuilder b, Node hidden) {
        Node product = b.matmul(hidden, false, recurrent, true);
        return recurrentBias == null ? product : b.add(product, recurrentBias);
    }

    private Node gate(ProgramBuilder b, Node rows, int index) {
        return b.slice(rows, 1, index * units, units, 1);
    }

    private Node peeped(ProgramBuilder b, Node gate, Node memory, int index) {
        return peepholes == null
                ? gate
                : b.add(gate, b.multiply(b.slice(peepholes, 0, index * units, units, 1), memory));
    }
}
