package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.Caller.Answer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One network as every kind of model, and every place of a request that has names of parameters: behind any prefix the
 * answer is that without, but for the names.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PrefixedNamesHttpTests {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final double[][] WEIGHT = {{0.3, -0.2, 0.5}, {0.1, 0.4, -0.6}};
    private static final double[] BIAS = {0.05, -0.1};
    private static final double[][] X = {{0.2, -0.7, 1.1}, {-0.4, 0.9, 0.3}};
    private static final double[][] Y = {{0.5, -0.5}, {0.25, 0.75}};

    private enum Kind {
        FORMULA,
        LAYERS,
        ONNX,
        SAMEDIFF;

        Map<String, Object> model() {
            return switch (this) {
                case FORMULA -> Map.of("formula", "tanh(x @ `0.weight`.T + `0.bias`)");
                case LAYERS -> Map.of("layers", List.of(Map.of("type", "dense", "units", 2, "activation", "tanh")));
                case ONNX -> Map.of("onnx", Base64.getEncoder().encodeToString(onnx()));
                case SAMEDIFF -> Map.of("samediff", Base64.getEncoder().encodeToString(samediff()));
            };
        }

        private static byte[] onnx() {
            NodeProto gemm = NodeProto.newBuilder()
                    .setOpType("Gemm")
                    .addAllInput(List.of("x", "0.weight", "0.bias"))
                    .addOutput("h")
                    .addAttribute(AttributeProto.newBuilder()
                            .setName("transB")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(1))
                    .build();
            return ModelProto.newBuilder()
                    .setIrVersion(8)
                    .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                    .setGraph(GraphProto.newBuilder()
                            .setName("dense")
                            .addInput(ValueInfoProto.newBuilder()
                                    .setName("x")
                                    .setType(TypeProto.newBuilder()
                                            .setTensorType(TypeProto.Tensor.newBuilder()
                                                    .setElemType(TensorProto.DataType.DOUBLE_VALUE))))
                            .addNode(gemm)
                            .addNode(NodeProto.newBuilder()
                                    .setOpType("Tanh")
                                    .addInput("h")
                                    .addOutput("out"))
                            .addInitializer(tensor("0.weight", flat(WEIGHT), 2, 3))
                            .addInitializer(tensor("0.bias", BIAS, 2))
                            .addOutput(ValueInfoProto.newBuilder().setName("out")))
                    .build()
                    .toByteArray();
        }

        private static TensorProto tensor(String name, double[] values, long... extents) {
            return TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(TensorProto.DataType.DOUBLE_VALUE)
                    .addAllDims(Arrays.stream(extents).boxed().toList())
                    .addAllDoubleData(Arrays.stream(values).boxed().toList())
                    .build();
        }

        private static byte[] samediff() {
            SameDiff sd = SameDiff.create();
            SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 3);
            SDVariable weight = sd.var("0.weight", Nd4j.createFromArray(WEIGHT));
            SDVariable bias = sd.var("0.bias", Nd4j.createFromArray(BIAS));
            sd.math.tanh("out", x.mmul(sd.transpose(weight)).add(bias));
            ByteBuffer bytes = sd.asFlatBuffers(true);
            byte[] file = new byte[bytes.remaining()];
            bytes.get(file);
            return file;
        }

        private static double[] flat(double[][] rows) {
            return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        }
    }

    /** What stands by the name of the weight at each place, and of the bias where it must be there too. */
    private enum Place {
        GRADIENTS("/gradients", WEIGHT, BIAS),
        PARAMETERS("/parameters", WEIGHT, BIAS),
        PREVIOUS_GRADIENTS("/previousGradients", WEIGHT, null),
        BASELINE("/baseline", WEIGHT, BIAS),
        FROZEN_ROWS("/frozenRows", List.of(1), null),
        MASK("/settings/mask", List.of(List.of(true, false, true), List.of(true, true, true)), null),
        CLAIM_DATATYPE("/settings/claimDatatype", "FP32", null),
        INCLUDE("/settings/include", null, null),
        EXCLUDE("/settings/exclude", null, null);

        private final String pointer;
        private final @Nullable Object weight;
        private final @Nullable Object bias;

        Place(String pointer, @Nullable Object weight, @Nullable Object bias) {
            this.pointer = pointer;
            this.weight = weight;
            this.bias = bias;
        }

        Object content(String prefix) {
            if (weight == null) {
                return List.of(prefix + "0.weight");
            }
            Map<String, Object> byName = new LinkedHashMap<>();
            byName.put(prefix + "0.weight", weight);
            if (bias != null) {
                byName.put(prefix + "0.bias", bias);
            }
            return byName;
        }
    }

    @LocalServerPort
    private int port;

    /** Places that are not at stake have the names that the claims have. */
    private static Map<String, Object> request(Kind kind, Place place, String front, String prefix) {
        Map<String, Object> request = new LinkedHashMap<>();
        Map<String, Object> settings = new LinkedHashMap<>(Map.of("explain", 0));
        request.put("model", kind.model());
        request.put("loss", Map.of("kind", "mse", "prediction", "out", "l2", 0.01));
        request.put("data", Map.of("x", X, "y", Y));
        request.put("settings", settings);
        for (Place other : EnumSet.of(Place.GRADIENTS, Place.PARAMETERS, place)) {
            Object content = other.content(other == place ? prefix : front);
            if (other.pointer.startsWith("/settings/")) {
                settings.put(other.pointer.substring("/settings/".length()), content);
            } else {
                request.put(other.pointer.substring(1), content);
            }
        }
        return request;
    }

    private Answer checked(Map<String, Object> request) {
        return new Caller(port).post(Caller.CHECKS, JSON.writeValueAsString(request));
    }

    /** Everything but what differs between any two runs, and the names, which are then bare. */
    private static String bare(JsonNode report) {
        ObjectNode rest = ((ObjectNode) report).deepCopy();
        rest.remove(List.of("id", "cost", "names", "inputs"));
        return rest.toString().replaceAll("(module|_orig_mod|model)\\.0|layer 0", "0");
    }

    private static Stream<Arguments> everywhere() {
        List<Arguments> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (Place place : Place.values()) {
                all.add(Arguments.of(kind, place));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void meansTheSameBehindAPrefix(Kind kind, Place place) {
        Answer plain = checked(request(kind, place, "", ""));
        assertThat(plain.status()).as(plain.body().toString()).isEqualTo(200);
        for (String prefix : List.of("module.", "_orig_mod.", "model.")) {
            Answer both = checked(request(kind, place, prefix, prefix));

            assertThat(bare(both.body())).as(prefix).isEqualTo(bare(plain.body()));
            assertThat(both.body().path("names").toString())
                    .contains("{\"given\":\"%s0.weight\",\"file\":\"0.weight\",\"how\":\"prefix\"}".formatted(prefix));
        }
        Answer alone = checked(request(kind, place, "", "module."));
        Answer others = checked(request(kind, place, "model.", ""));

        assertThat(bare(alone.body())).isEqualTo(bare(plain.body()));
        assertThat(bare(others.body())).isEqualTo(bare(plain.body()));
    }

    @Test
    void refusesTwoNamesOfOneParameter() {
        for (Kind kind : List.of(Kind.FORMULA, Kind.LAYERS, Kind.SAMEDIFF)) {
            Map<String, Object> request = request(kind, Place.BASELINE, "", "");
            request.put("gradients", Map.of("model.0.weight", WEIGHT, "net.0.weight", WEIGHT));
            Answer answer = checked(request);

            assertThat(answer.status()).as(kind + " " + answer.body()).isEqualTo(422);
            assertThat(answer.text("detail")).contains("two names here mean one parameter");
            assertThat(answer.text("got")).contains("model.0.weight").contains("net.0.weight");
        }
    }

    @Test
    void holdsInDiagnosesEvaluationsAndTrainingRuns() {
        for (Kind kind : Kind.values()) {
            for (String path : List.of("/v1/evaluations", "/v1/diagnoses", "/v1/training-runs")) {
                Answer plain = new Caller(port).post(path, JSON.writeValueAsString(other(kind, path, "")));
                Answer prefixed = new Caller(port).post(path, JSON.writeValueAsString(other(kind, path, "module.")));

                assertThat(plain.status()).as(path + plain.body()).isEqualTo(200);
                for (String part : List.of("verdict", "loss", "losses", "value", "outputs", "layers", "parameters")) {
                    assertThat(bareName(prefixed.body().path(part)))
                            .as(kind + path + part)
                            .isEqualTo(bareName(plain.body().path(part)));
                }
            }
        }
    }

    private static String bareName(JsonNode part) {
        return part.toString().replace("module.", "");
    }

    private static Map<String, Object> other(Kind kind, String path, String prefix) {
        Map<String, Object> request = request(kind, Place.PARAMETERS, prefix, prefix);
        request.remove("settings");
        if (!path.endsWith("diagnoses")) {
            request.remove("gradients");
        }
        if (path.endsWith("training-runs")) {
            request.put("optimizer", Map.of("kind", "sgd", "learningRate", 0.1));
            request.put("iterations", 3);
        }
        return request;
    }

    @Test
    void holdsInOptimizerSteps() {
        for (String prefix : List.of("", "module.")) {
            Map<String, Object> step = Map.of(
                    "optimizer",
                    Map.of("kind", "sgd", "learningRate", 0.5),
                    "parameters",
                    Map.of("0.weight", List.of(1.0), "0.bias", List.of(2.0)),
                    "gradients",
                    Map.of(prefix + "0.weight", List.of(1.0), prefix + "0.bias", List.of(0.0)));
            Answer answer = new Caller(port).post("/v1/optimizer-steps", JSON.writeValueAsString(step));

            assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
            JsonNode weight = answer.body().path("parameters").path("0.weight");
            assertThat(weight.toString()).isEqualTo("[0.5]");
        }
    }

    @Test
    void holdsInOptimizerChecks() {
        Map<String, Object> step = Map.of(
                "before", Map.of("0.weight", List.of(1.0)),
                "gradients", Map.of("module.0.weight", List.of(1.0)),
                "after", Map.of("_orig_mod.0.weight", List.of(0.5)));
        Map<String, Object> request =
                Map.of("optimizer", Map.of("kind", "sgd", "learningRate", 0.5), "steps", List.of(step));
        Answer answer = new Caller(port).post("/v1/optimizer-checks", JSON.writeValueAsString(request));

        assertThat(answer.text("verdict")).as(answer.body().toString()).isEqualTo("PASS");
    }
}
