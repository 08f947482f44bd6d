package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A row of the table of laws: an operation with its attributes, inputs away from every kink, the shape its result must
 * have, and each element of that result in closed form.
 *
 * @param smooth the inputs by which it is differenced; not conditions, indices or what a gradient is stopped for
 */
record OperationCase(
        String name, Op op, List<Tensor> inputs, Shape expected, ClosedForm closedForm, Set<Integer> smooth) {

    /** One element of the result, by its index. */
    interface ClosedForm {
        double at(List<Tensor> inputs, int[] index);
    }

    static OperationCase of(Op op, List<Tensor> inputs, Shape expected, ClosedForm closedForm) {
        String shapes = inputs.stream().map(x -> x.shape().toString()).collect(Collectors.joining(" "));
        Set<Integer> all = IntStream.range(0, inputs.size()).boxed().collect(Collectors.toSet());
        return new OperationCase(op + " " + shapes, op, List.copyOf(inputs), expected, closedForm, all);
    }

    OperationCase smoothIn(Integer... positions) {
        return new OperationCase(name, op, inputs, expected, closedForm, Set.of(positions));
    }

    List<Shape> shapes() {
        return inputs.stream().map(Tensor::shape).toList();
    }

    Tensor output() {
        return output(inputs);
    }

    Tensor output(List<Tensor> at) {
        Shape shape = op.shape(shapes());
        return Tensor.of(shape, op.value(at, shape));
    }

    /** Some cotangent for the result. */
    Tensor cotangent(long seed) {
        return Samples.normal(seed, expected.extents());
    }

    @Override
    public String toString() {
        return name;
    }
}
