package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import onnx.Onnx.SparseTensorProto;

/**
 * Tensors of which a file only holds what is not zero: {@code values} (count), and {@code indices}, either (count) positions
 * in the flattened tensor or (count, rank) of them. They become dense.
 */
final class SparseTensors {

    private SparseTensors() {}

    static Tensor read(SparseTensorProto proto, ExternalTensors external) {
        Tensor values = TensorReader.read(proto.getValues(), external);
        Tensor indices = TensorReader.read(proto.getIndices(), external);
        Shape shape = TensorReader.shape(proto.getDimsList());
        if (shape.size() > ProgramBuilder.MOST_ELEMENTS) {
            throw Problem.limit(
                    "", "this tensor is too large", shape.size(), "at most " + ProgramBuilder.MOST_ELEMENTS);
        }
        int count = values.size();
        boolean flat = indices.shape().equals(Shape.of(count));
        if (values.shape().rank() != 1 || !(flat || indices.shape().equals(Shape.of(count, shape.rank())))) {
            throw Problem.invalid(
                    "",
                    "the indices do not fit the values",
                    List.of(indices.shape(), values.shape()),
                    "(count) or (count, rank) indices for (count) values");
        }
        double[] dense = new double[shape.size()];
        for (int i = 0; i < count; i++) {
            dense[flat ? within(indices.at(i), dense.length) : position(indices, i, shape)] = values.at(i);
        }
        return Tensor.of(shape, values.datatype(), dense);
    }

    private static int position(Tensor indices, int row, Shape shape) {
        int position = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            position =
                    position * shape.extent(axis) + within(indices.at(row * shape.rank() + axis), shape.extent(axis));
        }
        return position;
    }

    private static int within(double index, int extent) {
        if (!(index >= 0 && index < extent)) {
            throw Problem.invalid("", "an index is out of range", index, "from 0 to " + (extent - 1));
        }
        return (int) index;
    }
}
