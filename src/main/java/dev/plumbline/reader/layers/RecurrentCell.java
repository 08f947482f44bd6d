package dev.plumbline.reader.layers;

import static dev.plumbline.compute.program.UnaryFunction.SIGMOID;
import static dev.plumbline.compute.program.UnaryFunction.TANH;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * One step of a recurrent layer, {@code u = W x + b} and {@code v = R h + c} having a row of units for each gate:
 *
 * <pre>
 * rnn    h' = f(u + v)
 * gru    r = sigmoid(u_r + v_r), z = sigmoid(u_z + v_z), n = tanh(u_n + r v_n), h' = (1 - z) n + z h
 * lstm   i, f, o = sigmoid(u + v), g = tanh(u_g + v_g), c' = f c + i g, h' = P (o tanh(c'))
 * </pre>
 *
 * <p>with the gates in PyTorch's order: r, z, n and i, f, g, o.
 *
 * @param projection the extent of P's result, 0 where there is none
 */
record RecurrentCell(Kind kind, int units, boolean bias, UnaryFunction function, int projection) {

    enum Kind {
        RNN(1),
        GRU(3),
        LSTM(4);

        private final int gates;

        Kind(int gates) {
            this.gates = gates;
        }
    }

    /** @param memory the cells of an lstm; nothing reads those of the others */
    record State(Node hidden, Node memory) {}

    record Parameters(
            Node input,
            Node recurrent,
            @Nullable Node inputBias,
            @Nullable Node recurrentBias,
            @Nullable Node projection) {

        Node project(ProgramBuilder b, Node sequence) {
            return plus(b, b.matmul(sequence, false, input, true), inputBias);
        }

        Node recur(ProgramBuilder b, Node hidden) {
            return plus(b, b.matmul(hidden, false, recurrent, true), recurrentBias);
        }

        private static Node plus(ProgramBuilder b, Node product, @Nullable Node bias) {
            return bias == null ? product : b.add(product, bias);
        }
    }

    /** Units of the state that is handed on. */
    int outputs() {
        return projection > 0 ? projection : units;
    }

    Parameters parameters(ProgramBuilder b, Weights weights, String suffix, int features, Initializer initializer) {
        int rows = Math.multiplyExact(kind.gates, units);
        return new Parameters(
                weights.parameter(b, "weight_ih" + suffix, Shape.of(rows, features), initializer),
                weights.parameter(b, "weight_hh" + suffix, Shape.of(rows, outputs()), initializer),
                bias ? weights.parameter(b, "bias_ih" + suffix, Shape.of(rows), initializer) : null,
                bias ? weights.parameter(b, "bias_hh" + suffix, Shape.of(rows), initializer) : null,
                projection > 0
                        ? weights.parameter(b, "weight_hr" + suffix, Shape.of(projection, units), initializer)
                        : null);
    }

    /** @param u what the step's input gives to the gates */
    State step(ProgramBuilder b, Node u, State state, Parameters parameters) {
        Node v = parameters.recur(b, state.hidden());
        return switch (kind) {
            case RNN -> new State(b.unary(function, b.add(u, v)), state.memory());
            case GRU -> new State(gated(b, u, v, state.hidden()), state.memory());
            case LSTM -> longShortTerm(b, b.add(u, v), state.memory(), parameters);
        };
    }

    private Node gated(ProgramBuilder b, Node u, Node v, Node hidden) {
        Node r = b.unary(SIGMOID, b.add(gate(b, u, 0), gate(b, v, 0)));
        Node z = b.unary(SIGMOID, b.add(gate(b, u, 1), gate(b, v, 1)));
        Node n = b.unary(TANH, b.add(gate(b, u, 2), b.multiply(r, gate(b, v, 2))));
        return b.add(n, b.multiply(z, b.subtract(hidden, n)));
    }

    private State longShortTerm(ProgramBuilder b, Node sum, Node memory, Parameters parameters) {
        Node input = b.unary(SIGMOID, gate(b, sum, 0));
        Node forget = b.unary(SIGMOID, gate(b, sum, 1));
        Node proposal = b.unary(TANH, gate(b, sum, 2));
        Node output = b.unary(SIGMOID, gate(b, sum, 3));
        Node next = b.add(b.multiply(forget, memory), b.multiply(input, proposal));
        Node hidden = b.multiply(output, b.unary(TANH, next));
        Node projection = parameters.projection();
        return new State(projection == null ? hidden : b.matmul(hidden, false, projection, true), next);
    }

    private Node gate(ProgramBuilder b, Node rows, int index) {
        return b.slice(rows, 1, index * units, units, 1);
    }
}
