package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxNetworksTests.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.onnx.OnnxBackendGradientTests.Result;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import onnx.Onnx.ModelProto;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every operator of tensors with floats that came or changed in opsets 18 to 28, in each of these opsets: its values against
 * ONNX Runtime where that knows the opset, and against values written from the specification; its gradient against
 * differences. The file {@code newer-opsets.json} is of {@code make_newer_opsets.py}.
 */
@NullUnmarked
class NewerOpsetsTests {

    private static final int FIRST = 18;
    private static final int LAST = 28;

    /** The last opset that ONNX Runtime 1.22 knows. */
    private static final int LAST_OF_RUNTIME = 22;

    private static final double ROUNDINGS = 2e-5; // of float32 in ONNX Runtime

    private static final Map<String, String> OTHERS = others();

    /** Why they have no case. */
    private static Map<String, String> others() {
        Map<String, String> others = new TreeMap<>();
        for (String name : List.of("BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor")) {
            others.put(name, "integers only");
        }
        for (String name : List.of(
                "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")) {
            others.put(name, "random");
        }
        for (String name : List.of("ImageDecoder", "RegexFullMatch", "StringConcat", "StringSplit")) {
            others.put(name, "texts and pictures");
        }
        others.put("QLinearMatMul", "quantised");
        return others;
    }

    /** What ONNX Runtime on a processor cannot run; it has values of the specification. */
    private static final Set<String> NOT_IN_RUNTIME = Set.of("DeformConv");

    /** What changed in opset 22 by types alone, and ONNX Runtime can run as it was. */
    private static final Set<String> AS_BEFORE_IN_RUNTIME =
            Set.of("GlobalLpPool", "LpNormalization", "MaxRoiPool", "RoiAlign");

    /** Integers, conditions and steps: nothing to differentiate. */
    private static final Set<String> STEPS = Set.of(
            "Cast", "CastLike", "Equal", "EyeLike", "IsInf", "IsNaN", "OptionalHasElement", "Round", "Shape", "Size");

    /** Rounding passes its derivative straight through, which no difference sees. */
    private static final String STRAIGHT_THROUGH = "QuantizeLinear";

    private record Row(JsonNode json, int opset) {
        String name() {
            return json.get("name").asString();
        }

        @Override
        public String toString() {
            return name() + ", opset " + opset;
        }

        byte[] file() {
            return file(opset);
        }

        byte[] file(int opset) {
            try {
                ModelProto.Builder model =
                        ModelProto.parseFrom(
                                Base64.getDecoder().decode(json.get("model").asString()))
                                .toBuilder();
                model.getOpsetImportBuilder(0).setVersion(opset);
                return model.build().toByteArray();
            } catch (InvalidProtocolBufferException broken) {
                throw new IllegalStateException(broken);
            }
        }

        Map<String, Tensor> data() {
            Map<String, Tensor> data = new LinkedHashMap<>();
            json.get("data").properties().forEach(entry -> {
                Tensor tensor = tensor(entry.getValue());
                boolean isFloat = entry.getValue().get("float").asBoolean();
                data.put(
                        entry.getKey(),
                        Tensor.of(tensor.shape(), isFloat ? Datatype.FP32 : Datatype.INT64, tensor.values()));
            });
            return data;
        }

        /** Null where there are none of the specification. */
        List<Tensor> expected() {
            JsonNode expected = json.get("expected");
            return expected.isNull()
                    ? null
                    : expected.valueStream().map(NewerOpsetsTests::tensor).toList();
        }
    }

    private static Tensor tensor(JsonNode json) {
        int[] extents =
                json.get("shape").valueStream().mapToInt(JsonNode::asInt).toArray();
        double[] values = json.get("values")
                .valueStream()
                .mapToDouble(value -> value.isString()
                        ? Double.parseDouble(value.asString())
                        : value.isBoolean() ? (value.asBoolean() ? 1 : 0) : value.asDouble())
                .toArray();
        return Tensor.of(Shape.of(extents), values);
    }

    private static Set<Integer> versions(String operator) {
        Set<Integer> versions = new TreeSet<>();
        IntStream.rangeClosed(FIRST, LAST)
                .filter(opset -> OperatorHistory.version(operator, opset) == opset)
                .forEach(versions::add);
        return versions;
    }

    private static List<JsonNode> cases() {
        JsonNode json = JsonMapper.shared().readTree(bytes(Path.of("src/test/resources/fixtures/newer-opsets.json")));
        return json.valueStream().toList();
    }

    static Stream<Row> rows() {
        return cases().stream().flatMap(each -> versions(each.get("operator").asString()).stream()
                .filter(opset -> opset >= each.get("since").asInt()
                        && opset <= each.get("until").asInt())
                .map(opset -> new Row(each, opset)));
    }

    @Test
    void everyOperatorThatCameOrChangedHasARow() {
        Set<String> covered = new LinkedHashSet<>();
        rows().forEach(row -> covered.add(row.json().get("operator").asString() + " " + row.opset()));
        List<String> missing = new ArrayList<>();
        for (String operator : OperatorHistory.names()) {
            for (int opset : versions(operator)) {
                if (!OTHERS.containsKey(operator) && !covered.contains(operator + " " + opset)) {
                    missing.add(operator + " " + opset);
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(OTHERS.keySet()).allMatch(operator -> !versions(operator).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void hasTheValuesOfTheSpecification(Row row) throws OrtException {
        Map<String, Tensor> data = row.data();
        List<Tensor> ours = List.copyOf(
                program(row, Map.of(), data, false).evaluate(data).outputs().values());
        List<Tensor> expected = row.expected();
        if (expected != null) {
            for (int i = 0; i < expected.size(); i++) {
                requireClose("output " + i, ours.get(i), expected.get(i), 1e-12);
            }
        }
        if (row.opset() > LAST_OF_RUNTIME || NOT_IN_RUNTIME.contains(row.name())) {
            assertThat(expected).as("no values for " + row).isNotNull();
            return;
        }
        try (OnnxRuntime runtime = new OnnxRuntime(
                AS_BEFORE_IN_RUNTIME.contains(row.name()) ? row.file(LAST_OF_RUNTIME - 1) : row.file())) {
            List<Tensor> theirs = List.copyOf(runtime.outputs(data).values());
            for (int i = 0; i < theirs.size(); i++) {
                requireClose("ONNX Runtime's output " + i, ours.get(i), theirs.get(i), ROUNDINGS);
            }
        }
    }

    private static void requireClose(String what, Tensor ours, Tensor theirs, double relative) {
        assertThat(ours.shape()).as(what).isEqualTo(theirs.shape());
        double largest = 1;
        for (int i = 0; i < ours.size(); i++) {
            largest = Math.max(largest, Double.isFinite(ours.at(i)) ? Math.abs(ours.at(i)) : 0);
        }
        for (int i = 0; i < ours.size(); i++) {
            if (Double.compare(ours.at(i), theirs.at(i)) != 0) {
                assertThat(Math.abs(ours.at(i) - theirs.at(i)))
                        .as(what + ", entry " + i + ": " + ours.at(i) + ", theirs " + theirs.at(i))
                        .isLessThanOrEqualTo(relative * largest);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void hasTheGradientThatDifferencesSay(Row row) {
        Map<String, Tensor> data = row.data();
        Map<String, Tensor> parameters = new LinkedHashMap<>(data);
        parameters.values().removeIf(tensor -> !tensor.datatype().isFloat());
        if (parameters.isEmpty() || row.name().equals(STRAIGHT_THROUGH)) {
            return;
        }
        data.keySet().removeAll(parameters.keySet());
        Program program = program(row, parameters, data, true);
        Map<String, Tensor> point = new LinkedHashMap<>(data);
        point.putAll(parameters);
        assertThat(OnnxBackendGradientTests.check(program, point, 0))
                .isEqualTo(STEPS.contains(row.name()) ? Result.NOTHING : Result.AGREES);
    }

    /** @param summed with the outputs of floats times random numbers, summed */
    private static Program program(Row row, Map<String, Tensor> parameters, Map<String, Tensor> data, boolean summed) {
        Map<String, Shape> given = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> given.put(name, tensor.shape()));
        Map<String, Shape> shapes = new LinkedHashMap<>();
        data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        ProgramBuilder builder = new ProgramBuilder();
        OnnxModel.read(row.file())
                .appendTo(builder, new Asked(given, shapes, Map.of(), parameters, Map.of(), data, Set.of()));
        if (!summed) {
            return builder.build();
        }
        SplittableRandom random = new SplittableRandom(11);
        Node sum = builder.constant(0);
        for (Node output : List.copyOf(builder.outputs().values())) {
            Tensor cotangent = OnnxBackendGradientTests.random(random, output.shape());
            sum = builder.add(sum, builder.sum(builder.multiply(output, builder.constant(cotangent))));
        }
        return builder.output("sum of all", sum).build();
    }
}
