package dev.plumbline.reader.layers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Networks as lists of layers, held against PyTorch's values and gradients and against closed forms. */
@NullUnmarked
class LayersModelTests {

    private static final Path MODELS = Path.of("src/test/resources/fixtures/models");

    static final String CNN = """
            [{'type': 'conv2d', 'filters': 32, 'kernel': 3}, {'type': 'relu'}, {'type': 'maxPool2d', 'kernel': 2},
             {'type': 'conv2d', 'filters': 64, 'kernel': [3, 3]}, {'type': 'relu'}, {'type': 'maxPool2d', 'kernel': 2},
             {'type': 'flatten'}, {'type': 'dense', 'units': 128}, {'type': 'activation', 'kind': 'relu'},
             {'type': 'dense', 'units': 10}]""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "linear | [{'type':'dense','units':1}] | MSE",
                "sigmoid-mlp | [{'type':'dense','units':4},{'type':'sigmoid'},{'type':'dense','units':1},{'type':'sigmoid'}] | MSE",
                "tanh-mlp | [{'type':'dense','units':12},{'type':'tanh'},{'type':'dense','units':12},{'type':'tanh'},"
                        + "{'type':'dense','units':4}] | CROSS_ENTROPY",
                "cnn | CNN | CROSS_ENTROPY"
            })
    void hasTheValuesAndGradientsOfPyTorch(String name, String layers, Loss.Kind kind) throws IOException {
        Path directory = MODELS.resolve(name).resolve("float64");
        Map<String, Tensor> data = tensors(directory.resolve("data.safetensors"));
        // The exported file's initializers have PyTorch's names, and so has the list.
        Map<String, Tensor> weights = initializers(directory.resolve("model.onnx"), data);
        ProgramBuilder b = new ProgramBuilder();
        read(layers.equals("CNN") ? CNN : layers).appendTo(b, shapes(weights), shapes(data));
        b.output(
                "loss",
                Loss.of(kind, Loss.Reduction.MEAN)
                        .attach(
                                b,
                                b.outputs().get("out"),
                                b.data("y", data.get("y").shape())));
        Program program = b.build();
        Map<String, Tensor> point = new LinkedHashMap<>(weights);
        point.putAll(data);
        Evaluation evaluation = program.evaluate(point);
        Map<String, Tensor> expected = tensors(directory.resolve("expected.safetensors"));
        assertThat(distance(evaluation.outputs().get("out"), expected.get("out")))
                .isLessThan(1e-12);
        assertThat(distance(evaluation.outputs().get("loss"), expected.get("loss")))
                .isLessThan(1e-12);
        Map<String, Tensor> gradients = tensors(directory.resolve("gradients.safetensors"));
        Map<String, Tensor> found = evaluation.gradient(program.output("loss")).byParameter();
        assertThat(found.keySet()).isEqualTo(gradients.keySet());
        found.forEach((key, gradient) ->
                assertThat(distance(gradient, gradients.get(key))).as(key).isLessThan(1e-10));
    }

    @Test
    void makesTheSameParametersFromTheSameSeedAndOthersFromAnother() {
        Tensor x = Tensor.zeros(Shape.of(2, 3));
        String layers = "[{'type':'dense','units':4,'initializer':'he'},{'type':'dense','units':4,'initializer':'he'}]";
        assertThat(initial(layers, 7, x)).isEqualTo(initial(layers, 7, x)).isNotEqualTo(initial(layers, 8, x));
        assertThat(initial(layers, 7, x).keySet()).containsExactly("0.weight", "0.bias", "1.weight", "1.bias");
    }

    @Test
    void aGivenParameterChangesNoOther() {
        Tensor x = Tensor.zeros(Shape.of(2, 3));
        String layers = "[{'type':'dense','units':4},{'type':'dense','units':2,'name':'last'}]";
        ProgramBuilder b = new ProgramBuilder();
        LayersModel.read(json(layers), null, 7).appendTo(b, Map.of("0.weight", Shape.of(4, 3)), Map.of("x", x.shape()));
        Map<String, Tensor> initial =
                b.output("o", b.outputs().get("out")).build().initial();
        assertThat(initial).doesNotContainKey("0.weight");
        assertThat(initial.get("last.weight")).isEqualTo(initial(layers, 7, x).get("last.weight"));
    }

    @ParameterizedTest
    @CsvSource({
        "he, 0.02, false",
        "heUniform, 0.02, true",
        "glorot, 0.00625, false",
        "glorotUniform, 0.00625, true",
        "leCun, 0.01, false",
        "leCunUniform, 0.01, true"
    })
    void drawsWithTheVarianceOfItsPaper(String kind, double variance, boolean bounded) {
        // fanIn 100, fanOut 220: 22,000 values, whose variance has a standard error of 1 % at most.
        Tensor w = initial(
                        "[{'type':'dense','units':220,'initializer':'" + kind + "'}]",
                        3,
                        Tensor.zeros(Shape.of(1, 100)))
                .get("0.weight");
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (double value : w.values()) {
            sum += value;
            squares += value * value;
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(squares / w.size()).isCloseTo(variance, org.assertj.core.data.Percentage.withPercentage(4));
        assertThat(Math.abs(sum / w.size())).isLessThan(4 * Math.sqrt(variance / w.size()));
        assertThat(largest <= Math.sqrt(3 * variance)).isEqualTo(bounded);
    }

    @Test
    void convolvesInOneDimensionAsByHand() {
        String layers = "[{'type':'conv1d','filters':1,'kernel':3,'padding':'same'}]";
        Tensor x = Tensor.of(Shape.of(1, 1, 4), 1, 2, 3, 4);
        Map<String, Tensor> weights =
                Map.of("0.weight", Tensor.of(Shape.of(1, 1, 3), 1, 10, 100), "0.bias", Tensor.vector(0.5));
        assertThat(out(layers, weights, x)).isEqualTo(Tensor.of(Shape.of(1, 1, 4), 210.5, 321.5, 432.5, 43.5));
    }

    @Test
    void poolsInOneDimension() {
        Tensor x = Tensor.of(Shape.of(1, 1, 4), 1, 5, 3, 4);
        assertThat(out("[{'type':'maxPool1d','kernel':2}]", Map.of(), x)).isEqualTo(Tensor.of(Shape.of(1, 1, 2), 5, 4));
        assertThat(out("[{'type':'avgPool1d','kernel':2}]", Map.of(), x))
                .isEqualTo(Tensor.of(Shape.of(1, 1, 2), 3, 3.5));
    }

    @Test
    void appliesADenseLayerToTheLastOfThreeAxes() {
        Tensor x = Tensor.of(Shape.of(1, 2, 2), 1, 2, 3, 4);
        Map<String, Tensor> weights = Map.of("0.weight", Tensor.of(Shape.of(1, 2), 1, 10));
        assertThat(out("[{'type':'dense','units':1,'bias':false}]", weights, x))
                .isEqualTo(Tensor.of(Shape.of(1, 2, 1), 21, 43));
    }

    @Test
    void looksUpAndReshapes() {
        Tensor x = Tensor.of(Shape.of(1, 2), 2, 0);
        Map<String, Tensor> weights = Map.of("0.weight", Tensor.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
        String layers = "[{'type':'embedding','entries':3,'units':2},{'type':'reshape','shape':[-1,1]}]";
        assertThat(out(layers, weights, x)).isEqualTo(Tensor.of(Shape.of(1, 4, 1), 5, 6, 1, 2));
    }

    @Test
    void normalisesByTheBatchOrByStatedStatistics() {
        Tensor x = Tensor.of(Shape.of(2, 1), 1, 3);
        double root = Math.sqrt(1 + 1e-5);
        assertThat(out("[{'type':'batchNorm','mode':'batch'}]", Map.of(), x).values())
                .containsExactly(new double[] {-1 / root, 1 / root}, org.assertj.core.data.Offset.offset(1e-15));
        String stated = "[{'type':'batchNorm','mode':'inference','mean':[1],'variance':[4],'epsilon':1e-300}]";
        assertThat(out(stated, Map.of(), x).values()).containsExactly(0, 1);
        assertThat(out("[{'type':'layerNorm'}]", Map.of(), Tensor.of(Shape.of(1, 2), 1, 3))
                        .values())
                .containsExactly(new double[] {-1 / root, 1 / root}, org.assertj.core.data.Offset.offset(1e-15));
    }

    @Test
    void dropsAFixedShareUnderASeedAndNothingWithout() {
        Tensor x = Tensor.filled(Shape.of(100, 100), 1);
        Tensor dropped = out("[{'type':'dropout','rate':0.25,'seed':1}]", Map.of(), x);
        double zeros = Arrays.stream(dropped.values()).filter(v -> v == 0).count();
        assertThat(zeros / 1e4).isBetween(0.23, 0.27); // four standard errors are 0.017
        assertThat(dropped.values()).containsOnly(0, 1 / 0.75);
        assertThat(out("[{'type':'dropout','rate':0.25}]", Map.of(), x)).isEqualTo(x);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "identity",
                "relu",
                "leakyRelu",
                "elu",
                "gelu",
                "sigmoid",
                "tanh",
                "softplus",
                "softmax",
                "logSoftmax",
                "silu"
            })
    void anActivationIsTheSameWhereverItStands(String kind) {
        Tensor x = Tensor.of(Shape.of(2, 2), -1, 0.5, 2, -3);
        Map<String, Tensor> eye = Map.of("0.weight", Tensor.of(Shape.of(2, 2), 1, 0, 0, 1));
        Tensor own = out("[{'type':'" + kind + "'}]", Map.of(), x);
        assertThat(out("[{'type':'activation','kind':'" + kind + "'}]", Map.of(), x))
                .isEqualTo(own);
        String dense = "[{'type':'dense','units':2,'bias':false,'activation':'" + kind + "'}]";
        assertThat(out(dense, eye, x)).isEqualTo(own);
    }

    // ── helpers ──

    static LayersModel read(String layers) {
        return LayersModel.read(json(layers), null, 42);
    }

    static List<Map<String, Object>> json(String layers) {
        return JsonMapper.shared().readValue(layers.replace('\'', '"'), new TypeReference<>() {});
    }

    private static Map<String, Tensor> initial(String layers, long seed, Tensor x) {
        ProgramBuilder b = new ProgramBuilder();
        LayersModel.read(json(layers), null, seed).appendTo(b, Map.of(), Map.of("x", x.shape()));
        return b.build().initial();
    }

    private static Tensor out(String layers, Map<String, Tensor> weights, Tensor x) {
        ProgramBuilder b = new ProgramBuilder();
        read(layers).appendTo(b, shapes(weights), Map.of("x", x.shape()));
        Program program = b.build();
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.putAll(weights);
        point.put("x", x);
        Node out = program.output("out");
        return program.evaluate(point).value(out);
    }

    private static Map<String, Tensor> initializers(Path file, Map<String, Tensor> data) throws IOException {
        ProgramBuilder b = new ProgramBuilder();
        dev.plumbline.reader.onnx.OnnxModel.read(Files.readAllBytes(file)).appendTo(b, Map.of(), shapes(data));
        return b.build().initial();
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
        Map<String, Shape> shapes = new HashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    private static Map<String, Tensor> tensors(Path file) throws IOException {
        return Safetensors.read(Files.readAllBytes(file), TensorLimits.DEFAULT).tensors();
    }

    private static double distance(Tensor found, Tensor expected) {
        double[] difference = found.values().clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= expected.at(i);
        }
        return Tensor.vector(difference).norm() / expected.norm();
    }
}
