package dev.plumbline.reader.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.ExternalFiles;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorFiles;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import onnx.Onnx.TensorProto;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Every file among the fixtures computes here what it computes in ONNX Runtime. */
@NullUnmarked
class OnnxRuntimeTests {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    /** Of float32's rounding, for sums of some hundred terms and differences of what is larger. */
    private static final double ROUNDINGS = 2e-5;

    /** Files beyond ONNX Runtime on a processor: convolutions, pools and recurrent layers in float64, mostly. */
    private static final int MOST_UNRUNNABLE = 110;

    /** What there is rounded more than here: casts to float32 in a float64 file, and a variance of numbers around 2000. */
    private static final Map<String, Double> COARSER = Map.of("onnx-ops/celu", 1e-7, "rounding/bn_2000/", 1e-3);

    @Test
    void agreesWithEveryFixturesForward() throws IOException {
        List<String> different = new ArrayList<>();
        Map<String, String> unrunnable = new LinkedHashMap<>();
        int agreeing = 0;
        for (Path file : files()) {
            String name = FIXTURES.relativize(file).toString();
            try {
                String difference = difference(file, coarser(name));
                if (difference == null) {
                    agreeing++;
                } else {
                    different.add(name + ": " + difference);
                }
            } catch (OrtException | UnsupportedOperationException cannot) {
                unrunnable.put(name, String.valueOf(cannot.getMessage()));
            } catch (Problem problem) {
                // OnnxNodeTests holds such files with their inputs as constants, and in opset 7.
                if (!name.startsWith("onnx-node-tests")) {
                    different.add(name + ": " + problem.getMessage());
                }
            }
        }
        assertThat(different).isEmpty();
        assertThat(agreeing).isGreaterThanOrEqualTo(885);
        assertThat(unrunnable.size()).as(unrunnable.toString()).isLessThanOrEqualTo(MOST_UNRUNNABLE);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(FIXTURES)) {
            return files.filter(file -> file.toString().endsWith(".onnx"))
                    .filter(file -> !file.startsWith(FIXTURES.resolve("optimizers"))) // steps, no functions
                    .sorted()
                    .toList();
        }
    }

    private static double coarser(String name) {
        return COARSER.entrySet().stream()
                .filter(each -> name.startsWith(each.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Null where there is none. */
    private static String difference(Path file, double coarser) throws IOException, OrtException {
        byte[] bytes = Files.readAllBytes(file);
        try (OnnxRuntime runtime = new OnnxRuntime(bytes)) {
            Map<String, Tensor> data = runtime.data(given(file.getParent()));
            Map<String, Tensor> theirs = runtime.outputs(data);
            Map<String, Tensor> ours = ours(bytes, data);
            for (Map.Entry<String, Tensor> output : theirs.entrySet()) {
                String difference = difference(ours.get(output.getKey()), output.getValue(), coarser);
                if (difference != null) {
                    return output.getKey() + " " + difference;
                }
            }
            return null;
        }
    }

    private static String difference(Tensor ours, Tensor theirs, double coarser) {
        if (!ours.shape().equals(theirs.shape())) {
            return ours.shape() + " here, there " + theirs.shape();
        }
        double largest = 1;
        for (int i = 0; i < ours.size(); i++) {
            largest = Math.max(largest, Double.isFinite(ours.at(i)) ? Math.abs(ours.at(i)) : 0);
        }
        double rounding = (theirs.datatype() == Datatype.FP64 ? 1e-7 : 1) * ROUNDINGS;
        double allowed = Math.max(rounding, coarser) * largest;
        for (int i = 0; i < ours.size(); i++) {
            double off = Math.abs(ours.at(i) - theirs.at(i));
            if (Double.compare(ours.at(i), theirs.at(i)) != 0 && !(off <= allowed)) {
                return ours.at(i) + " here, there " + theirs.at(i);
            }
        }
        return null;
    }

    private static Map<String, Tensor> ours(byte[] file, Map<String, Tensor> data) {
        Map<String, Shape> shapes = new HashMap<>();
        data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        ProgramBuilder builder = new ProgramBuilder();
        OnnxModel.read(file).appendTo(builder, Map.of(), shapes);
        Program program = builder.build();
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.putAll(data);
        return program.evaluate(point).outputs();
    }

    /** What stands beside a file as its data. */
    private static Map<String, Tensor> given(Path folder) throws IOException {
        Path tensors = folder.resolve("data.safetensors");
        if (Files.exists(tensors)) {
            return TensorFiles.read(Files.readAllBytes(tensors), "data", TensorLimits.DEFAULT);
        }
        Map<String, Tensor> given = new LinkedHashMap<>();
        Path test = folder.resolve("test_data_set_0");
        for (int i = 0; Files.exists(test.resolve("input_" + i + ".pb")); i++) {
            TensorProto proto = TensorProto.parseFrom(Files.readAllBytes(test.resolve("input_" + i + ".pb")));
            given.put(
                    proto.getName(),
                    TensorReader.read(proto, new ExternalTensors(ExternalFiles.NONE, Double.MAX_VALUE)));
        }
        return given;
    }
}
