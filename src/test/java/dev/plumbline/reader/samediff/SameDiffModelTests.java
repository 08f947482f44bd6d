package dev.plumbline.reader.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelDescription;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.ExternalFiles;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Files that SameDiff itself writes (ND4J 1.0.0-M2.1), against what it computes from them: values everywhere, gradients
 * where its own are right, which are compared with differences here, because some of them are not.
 */
@NullUnmarked
class SameDiffModelTests {

    private static final int ROWS = 3;
    private static final double STEP = 1e-5;
    private static final int MUTATIONS = 60;

    /** A graph of a placeholder x (rows, 4) and variables w (4, 3), b (3), u (4, 4). */
    private record Parts(SameDiff sd, SDVariable x, SDVariable w, SDVariable b, SDVariable u) {

        static Parts make() {
            Nd4j.getRandom().setSeed(5);
            SameDiff sd = SameDiff.create();
            return new Parts(
                    sd,
                    sd.placeHolder("x", DataType.DOUBLE, -1, 4),
                    sd.var("w", Nd4j.randn(DataType.DOUBLE, 4, 3).muli(0.7)),
                    sd.var("b", Nd4j.randn(DataType.DOUBLE, 3)),
                    sd.var("u", Nd4j.rand(DataType.DOUBLE, 4, 4).addi(0.5)));
        }
    }

    private static Arguments graph(String name, Function<Parts, SDVariable> build) {
        return Arguments.of(name, build);
    }

    static Stream<Arguments> graphs() {
        return Stream.of(
                graph("tanh layer", p -> p.sd.math.tanh(p.x.mmul(p.w).add(p.b))),
                graph("sigmoid", p -> p.sd.nn.sigmoid(p.x.mmul(p.w))),
                graph("relu", p -> p.sd.nn.relu(p.x.mmul(p.w), 0)),
                graph("leakyRelu", p -> p.sd.nn.leakyRelu(p.x.mmul(p.w), 0.1)),
                graph("elu", p -> p.sd.nn.elu(p.x.mmul(p.w))),
                graph("selu", p -> p.sd.nn.selu(p.x.mmul(p.w))),
                graph("gelu", p -> p.sd.nn.gelu(p.x.mmul(p.w))),
                graph("preciseGelu", p -> p.sd.nn.preciseGelu(p.x.mmul(p.w))),
                graph("swish", p -> p.sd.nn.swish(p.x.mmul(p.w))),
                graph("softplus", p -> p.sd.nn.softplus(p.x.mmul(p.w))),
                graph("softsign", p -> p.sd.nn.softsign(p.x.mmul(p.w))),
                graph("hardTanh", p -> p.sd.nn.hardTanh(p.x.mmul(p.w))),
                graph("hardSigmoid", p -> p.sd.nn.hardSigmoid(p.x.mmul(p.w))),
                graph("logSigmoid", p -> p.sd.nn.logSigmoid(p.x.mmul(p.w))),
                graph("relu6", p -> p.sd.nn.relu6(p.x.mmul(p.w).mul(4), 0)),
                graph("mish", p -> p.sd.math.tanh(p.sd.nn.softplus(p.x.mmul(p.w)))),
                graph("linear", p -> p.sd.nn.linear(p.x, p.w, p.b)),
                graph("biasAdd", p -> p.sd.nn.biasAdd(p.x.mmul(p.w), p.b, false)),
                graph("layerNorm", p -> p.sd.nn.layerNorm(p.x.mmul(p.w), p.b, p.b, false, 1)),
                graph("layerNorm without bias", p -> p.sd.nn.layerNorm(p.x.mmul(p.w), p.b, true, 1)),
                graph("softmax", p -> p.sd.nn.softmax(p.x.mmul(p.w), 1)),
                graph("softmax of axis 0", p -> p.sd.nn.softmax(p.x.mmul(p.w), 0)),
                graph("logSoftmax", p -> p.sd.nn.logSoftmax(p.x.mmul(p.w))),
                graph("transposed product", p -> p.sd.mmul(p.w, p.u, true, true, false)),
                graph("result transposed", p -> p.sd.mmul(p.u, p.w, false, false, true)),
                graph("exp, log, sqrt", p -> p.sd.math.exp(p.sd.math.log(p.sd.math.sqrt(p.u)))),
                graph("square, cube", p -> p.sd.math.square(p.w).add(p.sd.math.cube(p.w))),
                graph("reciprocal", p -> p.sd.math.reciprocal(p.u)),
                graph("rsqrt", p -> p.sd.math.rsqrt(p.u)),
                graph("erf", p -> p.sd.math.erf(p.w)),
                graph("sin, cos", p -> p.sd.math.sin(p.w).mul(p.sd.math.cos(p.w))),
                graph("abs", p -> p.sd.math.abs(p.w)),
                graph("neg", p -> p.sd.math.neg(p.w)),
                graph("scalars", p -> p.w.mul(3).add(1).sub(0.5).div(2).rsub(1).rdiv(2)),
                graph("pow", p -> p.sd.math.pow(p.u, 2.5)),
                graph("pow of two", p -> p.sd.math.pow(p.u, p.u)),
                graph("divide", p -> p.b.div(p.u.sum(0).mean().add(1))),
                graph("sum", p -> p.w.sum(0)),
                graph("sum kept", p -> p.w.sum(true, 1)),
                graph("mean of all", p -> p.w.mean()),
                graph("max", p -> p.w.max(1)),
                graph("min", p -> p.w.min(0)),
                graph("norm1", p -> p.w.norm1(0)),
                graph("norm2", p -> p.w.norm2(1)),
                graph("squared norm", p -> p.sd.squaredNorm(p.w, 0)),
                graph("reshape", p -> p.sd.reshape(p.w, 2, -1)),
                graph("permute", p -> p.sd.permute(p.w, 1, 0)),
                graph("transpose", p -> p.sd.transpose(p.w)),
                graph("concat", p -> p.sd.concat(1, p.w, p.u)),
                graph("stack", p -> p.sd.stack(0, p.u, p.u)),
                graph("expand, squeeze", p -> p.sd.squeeze(p.sd.expandDims(p.w, 1), 1)),
                graph("gather", p -> p.sd.gather(p.w, p.sd.constant(Nd4j.createFromArray(2, 0)), 0)),
                graph("mean squared error", p -> p.sd.loss.meanSquaredError("loss", labels(p), p.x.mmul(p.w), null)),
                graph("absolute difference", p -> p.sd.loss.absoluteDifference("loss", labels(p), p.x.mmul(p.w), null)),
                graph(
                        "softmax cross entropy",
                        p -> p.sd.loss.softmaxCrossEntropy("loss", labels(p), p.x.mmul(p.w), null)),
                graph(
                        "sigmoid cross entropy",
                        p -> p.sd.loss.sigmoidCrossEntropy("loss", labels(p), p.x.mmul(p.w), null)),
                graph("log loss", p -> p.sd.loss.logLoss("loss", labels(p), p.sd.nn.sigmoid(p.x.mmul(p.w)))));
    }

    private static SDVariable labels(Parts p) {
        return p.sd.constant("y", Nd4j.createFromArray(new double[][] {{1, 0, 0}, {0, 0.5, 0.5}, {0, 0, 1}}));
    }

    private static byte[] file(SameDiff sd) {
        ByteBuffer buffer = sd.asFlatBuffers(false);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static Tensor tensor(INDArray array) {
        return Tensor.of(
                Shape.of(Arrays.stream(array.shape())
                        .mapToInt(extent -> (int) extent)
                        .toArray()),
                array.dup('c').data().asDouble());
    }

    private static Map<String, Tensor> data(INDArray x, boolean reads) {
        return reads ? Map.of("x", tensor(x)) : Map.of();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void computesWhatSameDiffDoes(String name, Function<Parts, SDVariable> build) {
        Parts parts = Parts.make();
        SDVariable out = build.apply(parts);
        INDArray x = Nd4j.randn(DataType.DOUBLE, ROWS, 4);
        Tensor expected = tensor(parts.sd.outputSingle(Map.of("x", x), out.name()));
        Map<String, Tensor> data = data(x, true);
        ObjectiveReader reader = reader(file(parts.sd), out.name(), data);
        Tensor got =
                reader.evaluate(reader.readOutputs(program -> {})).outputs().get(out.name());

        assertThat(got.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < got.size(); i++) {
            double error = Math.abs(got.at(i) - expected.at(i));
            // exp and tanh of libnd4j are good to a few units in the last place; constants of gelu are float32 there
            assertThat(error)
                    .as("%s: %s and %s", i, got.at(i), expected.at(i))
                    .isLessThanOrEqualTo(1e-6 * (1 + Math.abs(expected.at(i))));
        }
    }

    private static ObjectiveReader reader(byte[] file, String output, Map<String, Tensor> data) {
        return new ObjectiveReader(
                ModelSource.of(file, ExternalFiles.NONE).read(1e9), LossSource.ofOutput(output), Map.of(), data);
    }

    /** Ours is a reverse pass; the reference is differences of what SameDiff computes, since its own gradients err. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void differentiatesWhatSameDiffComputes(String name, Function<Parts, SDVariable> build) {
        Parts parts = Parts.make();
        SDVariable out = build.apply(parts);
        Map<String, INDArray> point = Map.of("x", Nd4j.randn(DataType.DOUBLE, ROWS, 4));
        INDArray weights = Nd4j.randn(
                DataType.DOUBLE, parts.sd.outputSingle(point, out.name()).shape());
        SDVariable total = out.mul(parts.sd.constant("k", weights)).sum("total");
        Map<String, Tensor> gradient = reader(file(parts.sd), "total", data(point.get("x"), true))
                .read(program -> {})
                .gradient()
                .byParameter();
        for (SDVariable parameter : List.of(parts.w, parts.b, parts.u)) {
            INDArray values = parameter.getArr();
            for (int i = 0; i < values.length(); i++) {
                double at = values.getDouble(i);
                values.putScalar(i, at + STEP);
                double above = parts.sd.outputSingle(point, total.name()).getDouble(0);
                values.putScalar(i, at - STEP);
                double below = parts.sd.outputSingle(point, total.name()).getDouble(0);
                values.putScalar(i, at);
                double difference = (above - below) / (2 * STEP);
                double ours = gradient.get(parameter.name()).at(i);
                assertThat(Math.abs(ours - difference))
                        .as("%s[%s]: %s and %s", parameter.name(), i, ours, difference)
                        .isLessThanOrEqualTo(1e-6 * (1 + Math.abs(difference)));
            }
        }
    }

    @Test
    void predictsWithoutLabels() {
        Parts p = Parts.make();
        SDVariable y = p.sd.placeHolder("y", DataType.DOUBLE, -1, 3);
        SDVariable out = p.x.mmul("out", p.w);
        p.sd.loss.meanSquaredError("mse", y, out, null);
        p.sd.math.tanh("hidden", out);
        Map<String, Tensor> data = data(Nd4j.randn(DataType.DOUBLE, ROWS, 4), true);
        ObjectiveReader reader = reader(file(p.sd), "hidden", data);
        assertThat(reader.evaluate(reader.readOutputs(program -> {})).outputs())
                .containsKey("hidden")
                .doesNotContainKey("mse");
    }

    @Test
    void namesEveryOperationThatItCannotRead() {
        Parts p = Parts.make();
        p.sd.cumsum("sums", p.w, false, false, 0);
        p.sd.math.atanh(p.w);
        Problem problem = catchThrowableOfType(Problem.class, () -> ModelSource.of(file(p.sd), ExternalFiles.NONE)
                .read());
        assertThat(problem.code()).isEqualTo(Problem.Code.UNSUPPORTED);
        assertThat(problem.got()).isEqualTo("atanh, cumsum");
        assertThat(problem.pointer()).isEqualTo("/model/node/cumsum");
        assertThat(problem.expected()).contains("matmul", "softmax");
    }

    @Test
    void tellsItsFilesFromOnnx() throws IOException {
        Path onnx = Path.of("src/test/resources/fixtures/models/cnn/float32/model.onnx");
        assertThat(SameDiffModel.looksLike(file(Parts.make().sd))).isTrue();
        assertThat(SameDiffModel.looksLike(Files.readAllBytes(onnx))).isFalse();
        assertThat(SameDiffModel.looksLike(new byte[64])).isFalse();
    }

    /** An ONNX file begins with its version, 08 07: read as an offset that leads far into it, onto any of its bytes. */
    @Test
    void noLargeOnnxFileIsTakenForOne() {
        int place = 0x120708; // as the first four bytes have it
        ByteBuffer onnx = ByteBuffer.allocate(place + 64).order(ByteOrder.LITTLE_ENDIAN);
        onnx.putInt(0, place).putShort(place - 4, (short) 4).putShort(place - 2, (short) 4); // a table of no fields
        onnx.putInt(place, 4);
        assertThat(SameDiffModel.looksLike(onnx.array())).isFalse();
        onnx.putInt(0, 12).putShort(8, (short) 4).putShort(10, (short) 4).putInt(12, 4); // the same at the front
        assertThat(SameDiffModel.looksLike(onnx.array())).isTrue();
    }

    @Test
    void describesItself() {
        Parts p = Parts.make();
        p.sd.math.tanh("out", p.x.mmul(p.w).add(p.b));
        ModelDescription description =
                ModelSource.of(file(p.sd), ExternalFiles.NONE).read().describe();
        assertThat(description.format()).isEqualTo("samediff");
        assertThat(description.operators()).containsOnlyKeys("add", "matmul", "tanh");
        assertThat(description.parameters().stream().map(ModelDescription.Parameter::name))
                .contains("w", "b");
        assertThat(description.inputs().get(0).shape()).containsExactly(-1L, 4L);
    }

    /** Damage to bytes and to the numbers that are offsets, lengths and attributes. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void damagedFilesAreRefusedOrStillModels(String name, Function<Parts, SDVariable> build) {
        Parts parts = Parts.make();
        SDVariable out = build.apply(parts);
        byte[] right = file(parts.sd);
        Map<String, Tensor> data = data(Nd4j.randn(DataType.DOUBLE, ROWS, 4), true);
        SplittableRandom random = new SplittableRandom(name.hashCode());
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutant = mutated(right, random);
            long before = allocated();
            try {
                ObjectiveReader reader =
                        new ObjectiveReader(SameDiffModel.read(mutant, 1e8), LossSource.NONE, Map.of(), data);
                Program program = reader.within(1e8).readOutputs(each -> {});
                if (program.cost() < 1e7) {
                    reader.evaluate(program);
                }
            } catch (Problem expected) {
                refused++;
            }
            assertThat(allocated() - before).as("bytes of mutant %d", i).isLessThan(400 << 20);
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 20);
        assertThat(out).isNotNull();
    }

    private static byte[] mutated(byte[] right, SplittableRandom random) {
        if (random.nextInt(20) == 0) {
            return Arrays.copyOf(right, random.nextInt(right.length));
        }
        byte[] mutant = right.clone();
        int[] extremes = {0, 1, -1, 2, 3, 7, 1000, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE, right.length};
        for (int k = 0; k <= random.nextInt(3); k++) {
            int at = random.nextInt(mutant.length);
            if (random.nextBoolean() && at + 4 <= mutant.length) {
                ByteBuffer.wrap(mutant)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(at & ~3, extremes[random.nextInt(extremes.length)]);
            } else {
                mutant[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return mutant;
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
