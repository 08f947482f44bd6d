package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * PyTorch's RNN, GRU and LSTM, unrolled over time, with its names ({@code weight_ih_l0}, {@code bias_hh_l1_reverse}) and its
 * order of gates. The input is (batch, time, features), or (time, batch, features) without {@code batchFirst}; initial
 * states, zeros where they are not given, are (layers directions, batch, units), the last input of an LSTM being its cells.
 *
 * @param layers one above the other, each reading the outputs of all directions below
 */
record Recurrent(
        RecurrentCell cell,
        int layers,
        boolean bidirectional,
        boolean batchFirst,
        Output output,
        Initializer initializer)
        implements Layer {

    /** Every step becomes some fifteen nodes of the program. */
    private static final int MOST_STEPS = 4096;

    /** The states of the last layer at every step, at the last step, or when each direction has ended. */
    enum Output {
        SEQUENCE,
        LAST,
        HIDDEN
    }

    private enum Nonlinearity {
        TANH,
        RELU
    }

    static Recurrent of(Attributes attributes, RecurrentCell.Kind kind) {
        int units = attributes.count("units", 1);
        UnaryFunction function = kind == RecurrentCell.Kind.RNN
                        && attributes.choice("nonlinearity", Nonlinearity.class, Nonlinearity.TANH) == Nonlinearity.RELU
                ? UnaryFunction.RELU
                : UnaryFunction.TANH;
        int projection = kind == RecurrentCell.Kind.LSTM ? attributes.count("projection", 0, 0) : 0;
        if (projection >= units) {
            throw Problem.invalid(
                    attributes.pointer("projection"),
                    "a projection is smaller than the state",
                    projection,
                    "below " + units + ", or 0 for none");
        }
        return new Recurrent(
                new RecurrentCell(kind, units, attributes.flag("bias", true), function, projection),
                attributes.count("layers", 1, 1),
                attributes.flag("bidirectional", false),
                attributes.flag("batchFirst", true),
                attributes.choice("output", Output.class, Output.SEQUENCE),
                Initializer.of(
                        attributes, "initializer", new Initializer(Initializer.Kind.UNIFORM, 1 / Math.sqrt(units))));
    }

    @Override
    public int mostInputs() {
        return cell.kind() == RecurrentCell.Kind.LSTM ? 3 : 2;
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return append(b, List.of(x), weights);
    }

    @Override
    public Node append(ProgramBuilder b, List<Node> inputs, Weights weights) {
        Node x = inputs.get(0);
        if (x.rank() != 3) {
            throw Problem.invalid(
                    "",
                    "a recurrent layer reads sequences",
                    x.shape(),
                    batchFirst ? "(batch, time, features)" : "(time, batch, features)");
        }
        weights.require(x, -1, "features");
        Node sequence = batchFirst ? x : b.swapAxes(x, 0, 1);
        int steps = sequence.shape().extent(1);
        int directions = bidirectional ? 2 : 1;
        if (steps < 1 || (long) steps * layers * directions > MOST_STEPS) {
            throw Problem.limit(
                    "",
                    "the sequence has too many or no steps",
                    steps + " steps, " + layers + " layers, " + directions + " directions",
                    "from 1 to " + MOST_STEPS + " altogether");
        }
        List<Node> ends = List.of();
        for (int layer = 0; layer < layers; layer++) {
            List<Node> sequences = new ArrayList<>();
            ends = new ArrayList<>();
            for (int direction = 0; direction < directions; direction++) {
                int place = layer * directions + direction;
                RecurrentCell.State start =
                        start(b, inputs, place, sequence.shape().extent(0));
                Node[] states = run(b, sequence, layer, direction == 1, start, weights);
                sequences.add(b.concat(
                        1, Arrays.stream(states).map(state -> row(b, state)).toList()));
                ends.add(states[direction == 1 ? 0 : steps - 1]);
            }
            sequence = b.concat(2, sequences);
        }
        return switch (output) {
            case SEQUENCE -> batchFirst ? sequence : b.swapAxes(sequence, 0, 1);
            case LAST -> step(b, sequence, steps - 1);
            case HIDDEN -> b.concat(1, ends);
        };
    }

    private static Node row(ProgramBuilder b, Node state) {
        return b.reshape(
                state, Shape.of(state.shape().extent(0), 1, state.shape().extent(1)));
    }

    private static Node step(ProgramBuilder b, Node sequence, int step) {
        Shape shape = sequence.shape();
        return b.reshape(b.slice(sequence, 1, step, 1, 1), Shape.of(shape.extent(0), shape.extent(2)));
    }

    private RecurrentCell.State start(ProgramBuilder b, List<Node> inputs, int place, int batch) {
        Node hidden = start(b, inputs, 1, place, Shape.of(batch, cell.outputs()));
        Node memory = start(b, inputs, 2, place, Shape.of(batch, cell.units()));
        return new RecurrentCell.State(hidden, memory);
    }

    private Node start(ProgramBuilder b, List<Node> inputs, int position, int place, Shape shape) {
        if (inputs.size() <= position) {
            return b.constant(Tensor.zeros(shape));
        }
        Node all = inputs.get(position);
        Shape expected = shape.prepend(Math.multiplyExact(layers, bidirectional ? 2 : 1));
        if (!all.shape().equals(expected)) {
            throw Problem.invalid("", "the initial state has the wrong shape", all.shape(), expected);
        }
        return b.reshape(b.slice(all, 0, place, 1, 1), shape);
    }

    /** The state at each step, in the order of time. */
    private Node[] run(
            ProgramBuilder b, Node sequence, int layer, boolean backwards, RecurrentCell.State start, Weights weights) {
        RecurrentCell.Parameters parameters = cell.parameters(
                b,
                weights,
                "_l" + layer + (backwards ? "_reverse" : ""),
                sequence.shape().extent(2),
                initializer);
        Node projected = parameters.project(b, sequence); // (batch, time, gates units), all steps at once
        int steps = sequence.shape().extent(1);
        Node[] states = new Node[steps];
        RecurrentCell.State state = start;
        for (int k = 0; k < steps; k++) {
            int t = backwards ? steps - 1 - k : k;
            state = cell.step(b, step(b, projected, t), state, parameters);
            states[t] = state.hidden();
        }
        return states;
    }
}
