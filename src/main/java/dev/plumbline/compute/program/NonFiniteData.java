package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Data with infinities and NaN, followed through a program to the operations that end them: a mask of -infinity is added to
 * scores and ends in an exponential, a comparison gives 0 or 1, a selection takes the other branch, a maximum the other
 * number. Whatever else would make of them is no number that a derivative could be taken of.
 */
public final class NonFiniteData {

    private final Evaluation evaluation;
    private final Map<Node, String> origins = new HashMap<>();

    private NonFiniteData(Evaluation evaluation) {
        this.evaluation = evaluation;
    }

    /** Refuses data that an operation cannot take, at {@code /data/name} and the place of its first such number. */
    public static void require(Program program, Map<String, Tensor> point) {
        NonFiniteData data = new NonFiniteData(program.evaluate(point));
        program.data().forEach((name, node) -> {
            if (data.value(node).firstNonFinite() >= 0) {
                data.origins.put(node, name);
            }
        });
        program.nodes().forEach(data::follow);
    }

    private Tensor value(Node node) {
        return evaluation.value(node);
    }

    private void follow(Node node) {
        String origin = node.inputs().stream()
                .filter(origins::containsKey)
                .map(origins::get)
                .findFirst()
                .orElse(null);
        if (origin == null || value(node).firstNonFinite() < 0) {
            return;
        }
        boolean isNew = hasNaN(value(node)) && node.inputs().stream().noneMatch(input -> hasNaN(value(input)));
        if (isNew || !passesOn(node.op(), hasNaN(value(node)))) {
            throw refused(node, origin);
        }
        origins.put(node, origin);
    }

    /** Whether an operation hands on what it got, so that what comes behind it decides. */
    private static boolean passesOn(Op op, boolean isNaN) {
        boolean moves = op.isMove() || op instanceof Reshape || op instanceof Select;
        boolean shifts = op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.MAX
                || op instanceof Unary unary
                        && (unary.function() == UnaryFunction.NEGATE || unary.function() == UnaryFunction.STOP_GRADIENT)
                || op instanceof Binary binary
                        && switch (binary.function()) {
                            case ADD, SUBTRACT, MAXIMUM, MINIMUM -> true;
                            default -> false;
                        };
        return moves || shifts && !isNaN;
    }

    private static boolean hasNaN(Tensor tensor) {
        return Arrays.stream(tensor.values()).anyMatch(Double::isNaN);
    }

    private Problem refused(Node node, String name) {
        Tensor given = evaluation.value(
                Objects.requireNonNull(evaluation.program().data().get(name)));
        int position = given.firstNonFinite();
        StringBuilder pointer = new StringBuilder(Problem.pointer("data", name));
        for (int index : given.shape().index(position)) {
            pointer.append('/').append(index);
        }
        return Problem.invalid(
                pointer.toString(),
                "the operation " + node.op().title() + " at " + node.label() + " cannot take this",
                given.at(position),
                "a finite number; -Infinity may be added to what a softmax reads, and what is only compared or not "
                        + "selected may be anything");
    }
}
