package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A head, a channel, a position whose gradient never arrives: one slice of a cotangent along an axis is zero. */
final class Slices {

    private static final int LONGEST = 24;
    private static final int OPERATIONS = 6;

    private final Trial trial;

    Slices(Trial trial) {
        this.trial = trial;
    }

    /** What a missing slice explains, at the first few of some operations. */
    List<Found> of(List<Operation> ranked) {
        List<Found> found = new ArrayList<>();
        Set<Node> seen = new HashSet<>();
        for (Operation operation : ranked) {
            Node y = operation.output();
            if (seen.size() < OPERATIONS && seen.add(y)) {
                for (int axis = 0; axis < y.rank(); axis++) {
                    int extent = y.shape().extent(axis);
                    for (int k = 0; k < extent && extent > 1 && extent <= LONGEST; k++) {
                        Cause cause = missing(operation, axis, k);
                        if (cause != null) {
                            found.add(new Found(cause, Found.OTHER_FACTOR, y.id()));
                        }
                    }
                }
            }
        }
        return found;
    }

    private @Nullable Cause missing(Operation operation, int axis, int k) {
        Node y = operation.output();
        Replay replay =
                (pass, gradient) -> pass.from(Map.of(y, without(gradient.by(y).values(), y.shape(), axis, k)))
                        .byParameter();
        return trial.explained(
                replay,
                0,
                fit -> new Cause(
                        Kind.RULE,
                        "sliceMissing",
                        operation.name(),
                        operation.title(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        fit.touched(),
                        fit.residual(),
                        "No gradient gets past the result of %s for index %d of its axis %d, of %d. Look there and behind it for a sample, a head, a channel or a position that is left out."
                                .formatted(operation, k, axis, y.shape().extent(axis)),
                        List.of()));
    }

    /** The negative of a slice, zeros elsewhere. */
    private static double[] without(double[] cotangent, Shape shape, int axis, int k) {
        int inner = shape.strides()[axis];
        double[] slice = new double[cotangent.length];
        for (int i = 0; i < slice.length; i++) {
            slice[i] = i / inner % shape.extent(axis) == k ? -cotangent[i] : 0;
        }
        return slice;
    }
}
