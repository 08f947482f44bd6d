package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import onnx.Onnx.TensorProto.DataType;
import org.jspecify.annotations.Nullable;

/** What is known before there is data, and casts between kinds of numbers. */
final class Constants {

    private Constants() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Constant", Constants::constant);
        table.put("ConstantOfShape", Constants::constantOfShape);
        table.put("Shape", Constants::shape);
        table.put(
                "Size",
                call -> List.of(wholes(call, Shape.SCALAR, call.in(0).shape().size())));
        table.put("Range", Constants::range);
        table.put("EyeLike", Constants::eyeLike);
        table.put("Trilu", Constants::triangle);
        table.put("Cast", Constants::cast);
        table.put("CastLike", call -> cast(call, call.value(1).type()));
    }

    private static Value wholes(Call call, Shape shape, double... values) {
        return call.constant(Tensor.of(shape, Datatype.INT64, values));
    }

    private static List<Value> constant(Call call) {
        List<@Nullable Tensor> given = new ArrayList<>();
        given.add(call.tensor("value"));
        given.add(call.numbers("value_floats"));
        int[] wholes = call.wholes("value_ints");
        if (wholes != null) {
            double[] values = Arrays.stream(wholes).asDoubleStream().toArray();
            given.add(Tensor.of(Shape.of(values.length), Datatype.INT64, values));
        }
        if (call.hasAttribute("value_float")) {
            given.add(Tensor.scalar(call.number("value_float", 0)).as(Datatype.FP32));
        }
        if (call.hasAttribute("value_int")) {
            given.add(Tensor.scalar(call.whole("value_int", 0)).as(Datatype.INT64));
        }
        given.removeIf(tensor -> tensor == null);
        if (given.size() != 1) {
            throw Problem.unsupported(
                    "", "a constant needs one value", given.size() + " values", "a tensor, floats or integers");
        }
        return List.of(call.constant(Objects.requireNonNull(given.get(0))));
    }

    private static List<Value> constantOfShape(Call call) {
        int[] extents = call.wholes(0);
        Tensor value = call.tensor("value");
        Tensor fill = value == null ? Tensor.scalar(0).as(Datatype.FP32) : value;
        if (fill.size() != 1) {
            throw Problem.invalid("", "attribute value must be one number", fill.shape(), "[1]");
        }
        Shape shape = Call.shape(Arrays.stream(extents).asLongStream().toArray());
        Node scalar = call.builder().constant(Tensor.scalar(fill.at(0)));
        return List.of(call.result(call.builder().broadcast(scalar, shape), fill.datatype()));
    }

    /** From {@code start} to {@code end} of the axes, since opset 15. */
    private static List<Value> shape(Call call) {
        int[] extents = call.in(0).shape().extents();
        int start = clamped(call.whole("start", 0), extents.length);
        int end = clamped(call.whole("end", extents.length), extents.length);
        double[] values = new double[Math.max(0, end - start)];
        for (int i = 0; i < values.length; i++) {
            values[i] = extents[start + i];
        }
        return List.of(wholes(call, Shape.of(values.length), values));
    }

    private static int clamped(int axis, int rank) {
        long fromFront = axis < 0 ? (long) axis + rank : axis;
        return (int) Math.max(0, Math.min(rank, fromFront));
    }

    private static List<Value> range(Call call) {
        double start = call.number(0);
        double limit = call.number(1);
        double delta = call.number(2);
        double count = Math.max(0, Math.ceil((limit - start) / delta));
        if (delta == 0 || !(count <= Integer.MAX_VALUE)) {
            throw Problem.invalid(
                    "", "this range has no end", start + " to " + limit + " by " + delta, "a step that gets there");
        }
        Node scalar = call.builder().constant(1);
        Node ones = call.builder().broadcast(scalar, Shape.of((int) count)); // counted against the budget first
        double[] values = new double[ones.shape().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = start + i * delta;
        }
        return List.of(call.constant(Tensor.of(ones.shape(), call.value(0).type(), values)));
    }

    private static List<Value> eyeLike(Call call) {
        Datatype type = call.hasAttribute("dtype")
                ? datatype(call.whole("dtype", 0))
                : call.value(0).type();
        Shape shape = requireMatrices(call);
        if (shape.rank() != 2) {
            throw Problem.invalid("", "this must be a matrix", shape, "rank 2");
        }
        Node difference = columnMinusRow(call.builder(), shape);
        Node eye = call.builder()
                .binary(BinaryFunction.EQUAL, difference, call.builder().constant(call.whole("k", 0)));
        return List.of(call.result(eye, type));
    }

    /** The upper or lower triangle from the k-th diagonal on, zeros elsewhere. */
    private static List<Value> triangle(Call call) {
        ProgramBuilder b = call.builder();
        Shape shape = requireMatrices(call);
        boolean upper = call.flag("upper", true);
        int[] diagonal = call.has(1) ? call.wholes(1) : new int[1];
        if (diagonal.length != 1) {
            throw Problem.invalid("", "input 1 must be one diagonal", diagonal.length + " numbers", "one");
        }
        Node k = b.constant(diagonal[0]);
        Node difference = columnMinusRow(b, shape);
        Node kept = upper
                ? b.binary(BinaryFunction.LESS_OR_EQUAL, k, difference)
                : b.binary(BinaryFunction.LESS_OR_EQUAL, difference, k);
        return call.result(b.select(kept, call.in(0), b.constant(0)));
    }

    private static Shape requireMatrices(Call call) {
        Shape shape = call.in(0).shape();
        if (shape.rank() < 2) {
            throw Problem.invalid("", "these are no matrices", shape, "rank 2 or more");
        }
        return shape;
    }

    private static Node columnMinusRow(ProgramBuilder b, Shape shape) {
        Node rows = b.constant(Tensor.of(Shape.of(shape.extent(-2), 1), counting(shape.extent(-2))));
        Node columns = b.constant(Tensor.of(Shape.of(shape.extent(-1)), counting(shape.extent(-1))));
        return b.subtract(columns, rows);
    }

    private static double[] counting(int count) {
        return IntStream.range(0, count).asDoubleStream().toArray();
    }

    private static List<Value> cast(Call call) {
        call.ignore("saturate", "round_mode");
        return cast(call, call.opset() < 6 ? datatype(call.text("to", "")) : datatype(call.whole("to", 0)));
    }

    /** Until opset 5 types were named by a word. */
    private static Datatype datatype(String name) {
        for (DataType type : DataType.values()) {
            if (type != DataType.UNRECOGNIZED && type.name().equals(name)) {
                return datatype(type.getNumber());
            }
        }
        throw Problem.invalid("", "there is no such type", name, "FLOAT, DOUBLE, INT64, BOOL, ...");
    }

    static Datatype datatype(int elementType) {
        Datatype type = TensorReader.datatype(elementType);
        if (type == null) {
            throw Problem.unsupported(
                    "",
                    "numbers of this type cannot be had",
                    TensorReader.typeName(elementType),
                    "floats, integers, bool");
        }
        return type;
    }

    /** Floats stay as they are; on the way to integers they lose their fraction, and with it every derivative. */
    private static List<Value> cast(Call call, Datatype type) {
        ProgramBuilder b = call.builder();
        Value value = call.value(0);
        Node x = value.node();
        if (type == Datatype.BOOL && value.type() != Datatype.BOOL) {
            Node zero = b.binary(BinaryFunction.EQUAL, x, b.constant(0));
            return List.of(call.result(Logic.not(b, zero), type));
        }
        if (type.isFloat() || !value.isFloat()) {
            return List.of(new Value(x, type, value.learned() && type.isFloat()));
        }
        return List.of(call.result(Arithmetic.truncate(b, x), type));
    }
}
