package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Formulas at points: what every test here needs to build and evaluate one. */
final class Points {

    private Points() {}

    /** A program whose parameters and data have the shapes of these values. */
    static Program program(String text, Map<String, Tensor> parameters, Map<String, Tensor> data) {
        ProgramBuilder builder = new ProgramBuilder();
        Formula.parse(text).appendTo(builder, shapes(parameters), shapes(data));
        return builder.build();
    }

    /** The outputs where every value is data. */
    static Map<String, Tensor> outputs(String text, Map<String, Tensor> data) {
        return program(text, Map.of(), data).evaluate(data).outputs();
    }

    /** The output "out" where every value is data. */
    static Tensor value(String text, Map<String, Tensor> data) {
        return Objects.requireNonNull(outputs(text, data).get("out"));
    }

    static double number(String text) {
        return value(text, Map.of()).item();
    }

    static Map<String, Tensor> joined(Map<String, Tensor> parameters, Map<String, Tensor> data) {
        Map<String, Tensor> point = new HashMap<>(parameters);
        point.putAll(data);
        return point;
    }

    static Tensor tensor(Shape shape, Random random) {
        return Tensor.of(shape, random.doubles(shape.size(), -2, 2).toArray());
    }

    static Tensor matrix(double[]... rows) {
        double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        return Tensor.of(Shape.of(rows.length, rows[0].length), values);
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }
}
