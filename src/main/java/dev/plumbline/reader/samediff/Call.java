package dev.plumbline.reader.samediff;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.samediff.Graph.Operation;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One operation with its inputs. An input that nobody asks for is refused at the end: it would be silently dropped. */
final class Call {

    private final ProgramBuilder builder;
    private final Operation operation;
    private final List<Node> inputs;
    private int asked;

    Call(ProgramBuilder builder, Operation operation, List<Node> inputs) {
        this.builder = builder;
        this.operation = operation;
        this.inputs = inputs;
    }

    ProgramBuilder builder() {
        return builder;
    }

    boolean has(int input) {
        return input < inputs.size();
    }

    Node in(int input) {
        asked = Math.max(asked, input + 1);
        if (input >= inputs.size()) {
            throw Problem.invalid("", "this operation lacks an input", inputs.size() + " inputs", "more than " + input);
        }
        return inputs.get(input);
    }

    List<Node> all() {
        asked = inputs.size();
        return inputs;
    }

    void requireNothingLeft() {
        if (asked < inputs.size()) {
            throw Problem.unsupported(
                    "", "this operation has more inputs than are understood", inputs.size() + " inputs", asked);
        }
    }

    double real(int place, double otherwise) {
        return place < operation.reals().length ? operation.reals()[place] : otherwise;
    }

    boolean flag(int place) {
        return place < operation.flags().length && operation.flags()[place];
    }

    int integer(int place, int otherwise) {
        return place < operation.integers().length ? checked(operation.integers()[place]) : otherwise;
    }

    /** All integer arguments from one on. */
    int[] integers(int from) {
        long[] all = operation.integers();
        return Arrays.stream(all, Math.min(from, all.length), all.length)
                .mapToInt(Call::checked)
                .toArray();
    }

    private static int checked(long value) {
        if (value != (int) value) {
            throw Problem.invalid("", "an argument is out of range", value, "an integer of 32 bits");
        }
        return (int) value;
    }

    /** The number that stands beside the operation, such as the factor of mul_scalar. */
    double scalar() {
        Tensor scalar = operation.scalar();
        if (scalar == null || scalar.size() != 1) {
            throw Problem.malformed("", "this operation lacks its number", scalar, "one number");
        }
        return scalar.item();
    }

    double scalarOr(double otherwise) {
        return operation.scalar() == null ? otherwise : scalar();
    }

    /** The axes that are reduced over, all where none are named, each counted from the front. */
    int[] axes(int rank) {
        int[] given = operation.axes();
        if (given.length == 0 || (given.length == 1 && given[0] == Integer.MAX_VALUE)) {
            return IntStream.range(0, rank).toArray();
        }
        return Arrays.stream(given)
                .map(axis -> axis(axis, rank))
                .distinct()
                .sorted()
                .toArray();
    }

    static int axis(int axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw Problem.invalid("", "there is no such axis", axis, "-" + rank + " to " + (rank - 1));
        }
        return axis < 0 ? axis + rank : axis;
    }

    /** The values of an input that the graph knows, as whole numbers. */
    int[] constants(int input) {
        Tensor tensor = builder.constantValue(in(input));
        return Arrays.stream(tensor.values())
                .mapToInt(value -> {
                    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
                        throw Problem.invalid("", "this must be a whole number", value, "an integer of 32 bits");
                    }
                    return (int) value;
                })
                .toArray();
    }
}
