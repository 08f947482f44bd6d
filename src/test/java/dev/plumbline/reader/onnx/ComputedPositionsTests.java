package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxFile.opset;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** Lookups and writes at positions that parameters decide: the same as at positions that are known, and derivatives of both. */
@NullUnmarked
class ComputedPositionsTests {

    /** @param u the updates' shape; null for a lookup */
    private record Row(
            String operator, String attribute, long axis, Shape x, Shape indices, Shape u, double[] positions) {
        @Override
        public String toString() {
            return operator + " " + attribute + " " + axis + " " + x + indices;
        }

        byte[] file(boolean computed) {
            AttributeProto attributes = operator.equals("ScatterElements")
                    ? OnnxFile.whole("axis", axis)
                    : OnnxFile.whole("batch_dims", axis);
            List<AttributeProto> all = new ArrayList<>();
            if (!operator.equals("ScatterND")) {
                all.add(attributes);
            }
            if (u != null) {
                all.add(OnnxFile.text("reduction", attribute));
            }
            return opset(18)
                    .input("x", extents(x))
                    .input("p", computed ? DataType.FLOAT : DataType.INT64, extents(indices))
                    .input("u", extents(u == null ? Shape.SCALAR : u))
                    .node("Cast", "p -> i", OnnxFile.whole("to", DataType.INT64.getNumber()))
                    .node(operator, u == null ? "x, i -> s" : "x, i, u -> s", all.toArray(AttributeProto[]::new))
                    .node("Sin", "s -> y")
                    .output("y")
                    .bytes();
        }
    }

    private record At(Node y, Evaluation evaluation) {
        Tensor value() {
            return evaluation.value(y);
        }

        Map<String, Tensor> gradient(Tensor cotangent) {
            return evaluation.gradient(y, cotangent).byParameter();
        }
    }

    private static Object[] extents(Shape shape) {
        return shape.toList().toArray();
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String reduction : List.of("none", "add", "mul", "max", "min")) {
            rows.add(elements(reduction, 1, Shape.of(2, 4), Shape.of(2, 3), 0, 2, 0, -1, 1, 1));
            rows.add(elements(reduction, 0, Shape.of(3, 2), Shape.of(2, 2), 2, 0, 2, -3));
            rows.add(elements(reduction, 1, Shape.of(3, 3, 2), Shape.of(2, 2, 1), 2, 2, 0, -2));
            rows.add(elements(reduction, 0, Shape.of(1), Shape.of(3), 0, -1, 0));
            rows.add(elements(reduction, 0, Shape.of(3), Shape.of(0)));
            rows.add(slices(reduction, Shape.of(4), Shape.of(3, 1), Shape.of(3), 1, -1, 1));
            rows.add(slices(reduction, Shape.of(3, 2), Shape.of(2, 2, 1), Shape.of(2, 2, 2), 1, 0, -2, 1));
            rows.add(slices(reduction, Shape.of(2, 3), Shape.of(3, 2), Shape.of(3), 0, 1, -1, 2, 0, -2));
            rows.add(slices(reduction, Shape.of(2), Shape.of(0, 1), Shape.of(0)));
        }
        rows.add(new Row(
                "GatherND", "", 0, Shape.of(2, 3), Shape.of(4, 2), null, new double[] {0, 1, -1, 2, 0, 1, 1, -3}));
        rows.add(new Row("GatherND", "", 0, Shape.of(2, 3), Shape.of(2, 1, 1), null, new double[] {-1, 0}));
        rows.add(new Row("GatherND", "", 1, Shape.of(2, 3, 2), Shape.of(2, 2, 1), null, new double[] {2, 0, -1, 1}));
        rows.add(new Row("GatherND", "", 1, Shape.of(2, 3, 2), Shape.of(2, 2), null, new double[] {2, 0, -1, 1}));
        return rows.stream();
    }

    private static Row elements(String reduction, int axis, Shape x, Shape indices, double... positions) {
        return new Row("ScatterElements", reduction, axis, x, indices, indices, positions);
    }

    private static Row slices(String reduction, Shape x, Shape indices, Shape u, double... positions) {
        return new Row("ScatterND", reduction, 0, x, indices, u, positions);
    }

    private static Tensor random(SplittableRandom random, Shape shape) {
        return Tensor.of(shape, random.doubles(shape.size(), -2, 2).toArray());
    }

    /** Parameters x, u and, where positions are computed, p. */
    private static At at(Row row, boolean computed, Map<String, Tensor> point) {
        Map<String, Shape> parameters = new LinkedHashMap<>();
        Map<String, Tensor> data = new LinkedHashMap<>();
        Map<String, Tensor> values = new HashMap<>(point);
        if (row.u() == null) {
            values.remove("u");
        }
        values.forEach((name, tensor) -> {
            if (name.equals("p") && !computed) {
                data.put(name, Tensor.of(tensor.shape(), Datatype.INT64, row.positions()));
            } else {
                parameters.put(name, tensor.shape());
            }
        });
        values.putAll(data);
        Map<String, Shape> shapes = new LinkedHashMap<>();
        data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        ProgramBuilder builder = new ProgramBuilder();
        OnnxModel.read(row.file(computed))
                .appendTo(builder, new Asked(parameters, shapes, Map.of(), Map.of(), Map.of(), data, Set.of()));
        Program program = builder.build();
        return new At(program.output("y"), program.evaluate(values));
    }

    private static Map<String, Tensor> point(Row row) {
        SplittableRandom random = new SplittableRandom(5);
        Tensor between = Tensor.of(row.indices(), row.positions()).map(i -> i < 0 ? i - 0.3 : i + 0.3); // truncated
        Map<String, Tensor> point = new LinkedHashMap<>();
        point.put("x", random(random, row.x()));
        point.put("p", between);
        point.put("u", random(random, row.u() == null ? Shape.SCALAR : row.u()));
        return point;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void areAsKnownPositions(Row row) {
        Map<String, Tensor> point = point(row);
        At known = at(row, false, point);
        At computed = at(row, true, point);
        assertThat(computed.value().shape()).isEqualTo(known.value().shape());
        assertThat(computed.value().values()).containsExactly(known.value().values());
        Tensor cotangent = random(new SplittableRandom(9), known.value().shape());
        Map<String, Tensor> theirs = known.gradient(cotangent);
        Map<String, Tensor> ours = computed.gradient(cotangent);
        theirs.forEach((name, gradient) -> {
            for (int i = 0; i < gradient.size(); i++) {
                double error = Math.abs(ours.get(name).at(i) - gradient.at(i));
                assertThat(error).as(name).isLessThanOrEqualTo(1e-15 * (1 + Math.abs(gradient.at(i))));
            }
        });
        assertThat(ours.get("p").values()).containsOnly(new double[row.indices().size()]);
    }

    @ParameterizedTest
    @CsvSource({
        "ScatterElements, 3",
        "ScatterElements, -4",
        "ScatterND, 3",
        "ScatterND, -4",
        "GatherND, 3",
        "GatherND, -4"
    })
    void outOfRangeIsRefused(String operator, double position) {
        boolean lookup = operator.equals("GatherND");
        Shape indices = operator.equals("ScatterElements") ? Shape.of(1) : Shape.of(1, 1);
        Row row = new Row(
                operator, "none", 0, Shape.of(3), indices, lookup ? null : Shape.of(1), new double[] {position});
        assertThatThrownBy(() -> at(row, true, point(row)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("out of range");
    }

    // ── branches ──

    private static GraphProto branch(String operator, String wires, String output)
            throws InvalidProtocolBufferException {
        GraphProto body = ModelProto.parseFrom(
                        opset(18).node(operator, wires).output(output).bytes())
                .getGraph();
        ValueInfoProto typed = body.getOutput(0).toBuilder()
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber())))
                .build();
        return body.toBuilder().setOutput(0, typed).build();
    }

    private static Program exit(String then, String otherwise) throws InvalidProtocolBufferException {
        return opset(18)
                .input("w", 2)
                .input("zero")
                .node("ReduceSum", "w -> s", OnnxFile.whole("keepdims", 0))
                .node("Greater", "s, zero -> c")
                .node(
                        "If",
                        "c -> y",
                        OnnxFile.graph("then_branch", branch(then, "w -> a", "a")),
                        OnnxFile.graph("else_branch", branch(otherwise, "w -> b", "b")))
                .output("y")
                .program(Map.of("w", Shape.of(2)), Map.of("zero", Shape.SCALAR));
    }

    @ParameterizedTest
    @CsvSource({"1, 0.5", "-1, 0.5"})
    void aBranchThatHangsOnParametersIsTheOneThatThePointTakes(double first, double second)
            throws InvalidProtocolBufferException {
        Program program = exit("Exp", "Sin");
        Evaluation at = program.evaluate(Map.of("w", Tensor.vector(first, second), "zero", Tensor.scalar(0)));
        Node y = program.output("y");
        double[] w = {first, second};
        boolean then = first + second > 0;
        Map<String, Tensor> gradient = at.gradient(y, Tensor.vector(1, 1)).byParameter();
        for (int i = 0; i < 2; i++) {
            assertThat(at.value(y).at(i)).isCloseTo(then ? Math.exp(w[i]) : Math.sin(w[i]), within(5e-16));
            assertThat(gradient.get("w").at(i)).isCloseTo(then ? Math.exp(w[i]) : Math.cos(w[i]), within(5e-16));
        }
    }

    @Test
    void branchesOfDifferentShapesAreRefusedWithTheCure() {
        assertThatThrownBy(() -> exit("Exp", "ReduceSum"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("different shapes")
                .satisfies(problem -> assertThat(String.valueOf(((Problem) problem).expected()))
                        .contains("torch.jit.script"));
    }
}
