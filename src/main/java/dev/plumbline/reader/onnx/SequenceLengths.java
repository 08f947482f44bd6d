package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many steps each sequence of a batch has: behind its end a sequence keeps its state and puts out zeros. Backwards it
 * begins at its own end, where it still has the state that it was given; so both directions are the same masks.
 */
final class SequenceLengths {

    private final ProgramBuilder b;
    private final @Nullable Node lengths; // (batch, 1); null where all are as long as can be
    private final int shortest;

    private SequenceLengths(ProgramBuilder b, @Nullable Node lengths, int shortest) {
        this.b = b;
        this.lengths = lengths;
        this.shortest = shortest;
    }

    /** From an input of shape (batch) that may be left out. */
    static SequenceLengths of(Call call, int position, int steps, int batch) {
        ProgramBuilder b = call.builder();
        if (!call.has(position)) {
            return new SequenceLengths(b, null, steps);
        }
        call.requireIntegers(position);
        call.requireShape(position, Shape.of(batch));
        Tensor known = call.known(position);
        int shortest = known == null ? 0 : shortest(known, steps);
        return new SequenceLengths(
                b, shortest == steps ? null : b.reshape(call.in(position), Shape.of(batch, 1)), shortest);
    }

    private static int shortest(Tensor lengths, int steps) {
        for (double length : lengths.values()) {
            if (length < 1 || length > steps) {
                throw Problem.invalid("", "a sequence has no such length", length, "from 1 to " + steps);
            }
        }
        return (int) Arrays.stream(lengths.values()).min().orElse(steps);
    }

    /** The state (batch, units) after a step, counted from 0. */
    Node kept(int step, Node next, Node before) {
        return lengths == null || step < shortest ? next : b.select(isWithin(step, lengths), next, before);
    }

    /** What a step shows (batch, units). */
    Node shown(int step, Node hidden) {
        return kept(step, hidden, b.constant(0));
    }

    private Node isWithin(int step, Node lengths) {
        return b.binary(BinaryFunction.LESS, b.constant(step), lengths);
    }
}
