package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Values of a program that is not yet built, as far as the data say them: a shape or an index that came with the request, or
 * was computed from it. Computed when asked for, once; what depends on a parameter is not known.
 */
final class KnownValues {

    private final Map<String, Tensor> data = new HashMap<>();
    private final Map<Node, Tensor> values = new HashMap<>();
    private final Set<Node> unknown = new HashSet<>();

    void know(Map<String, Tensor> given) {
        data.putAll(given);
    }

    /** @param spend is told what each computed value costs, and refuses what is too dear */
    @Nullable
    Tensor value(Node asked, DoubleConsumer spend) {
        Deque<Node> open = new ArrayDeque<>(List.of(asked)); // not recursive: graphs are deep
        while (!open.isEmpty() && !unknown.contains(asked)) {
            Node node = open.peek();
            if (isSettled(node)) {
                open.pop();
                continue;
            }
            List<Node> missing =
                    node.inputs().stream().filter(input -> !isSettled(input)).toList();
            if (missing.isEmpty()) {
                open.pop();
                settle(node, spend);
            } else {
                missing.forEach(open::push);
            }
        }
        return values.get(asked);
    }

    private boolean isSettled(Node node) {
        return values.containsKey(node) || unknown.contains(node);
    }

    private void settle(Node node, DoubleConsumer spend) {
        Tensor value = null;
        if (node.op() instanceof Constant constant) {
            value = constant.tensor();
        } else if (node.op() instanceof Input input) {
            Tensor given = input.role() == Input.Role.DATA ? data.get(input.name()) : null;
            value = given != null && given.shape().equals(node.shape()) ? given : null;
        } else if (node.inputs().stream().allMatch(values::containsKey)) {
            List<Tensor> inputs = node.inputs().stream()
                    .map(input -> Objects.requireNonNull(values.get(input)))
                    .toList();
            List<Shape> shapes = inputs.stream().map(Tensor::shape).toList();
            spend.accept(node.op().cost(shapes, node.shape()));
            value = Tensor.of(node.shape(), node.op().value(inputs, node.shape()));
        }
        if (value == null) {
            unknown.add(node);
        } else {
            values.put(node, value);
        }
    }
}
