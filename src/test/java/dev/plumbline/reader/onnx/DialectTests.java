package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxFile.opset;
import static dev.plumbline.reader.onnx.OnnxFile.whole;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import onnx.Onnx.AttributeProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator means in the files of a framework. */
class DialectTests {

    private static final AttributeProto INTEGER = whole("to", 7);
    private static final AttributeProto FLOAT = whole("to", 1);

    private static Objective objective(OnnxFile file, double... x) {
        Program program = file.output("y").program(Map.of("x", Shape.of(x.length)), Map.of());
        return new Objective(program, program.output("y"), Map.of("x", Tensor.vector(x)));
    }

    private static double slope(Objective objective) {
        return Objects.requireNonNull(objective.gradient().byParameter().get("x"))
                .at(0);
    }

    private static OnnxFile softplus(String producer) {
        return opset(13)
                .producer(producer)
                .input("x", 1)
                .node("Softplus", "x -> s")
                .node("ReduceSum", "s -> y", whole("keepdims", 0));
    }

    @Test
    void aboveTwentyPyTorchsSoftplusIsItsArgument() {
        Objective pyTorch = objective(softplus("pytorch"), 20.5);
        Objective other = objective(softplus("tf2onnx"), 20.5);

        assertThat(pyTorch.value()).isEqualTo(20.5);
        assertThat(slope(pyTorch)).isEqualTo(1);
        assertThat(other.value()).isEqualTo(20.5 + Math.log1p(Math.exp(-20.5)));
        assertThat(slope(other)).isLessThan(1 - 1e-9);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-30, -1, 0, 3, 19.5})
    void belowItIsWhatEverybodyMeans(double x) {
        assertThat(objective(softplus("pytorch"), x).value())
                .isEqualTo(objective(softplus("tf2onnx"), x).value());
        assertThat(slope(objective(softplus("pytorch"), x))).isEqualTo(slope(objective(softplus("tf2onnx"), x)));
    }

    /** {@code fmod(x, 1)} by casts: what is rounded to an integer is constant between two of them. */
    @Test
    void aCastToIntegersHasAGradientOfZero() {
        OnnxFile remainder = opset(13)
                .input("x", 1)
                .node("Cast", "x -> n", INTEGER)
                .node("Cast", "n -> f", FLOAT)
                .node("Sub", "x, f -> r")
                .node("ReduceSum", "r -> y", whole("keepdims", 0));

        assertThat(objective(remainder, 2.75).value()).isEqualTo(0.75);
        assertThat(slope(objective(remainder, 2.75))).isEqualTo(1);
        assertThat(objective(remainder, -2.75).value()).isEqualTo(-0.75);
    }

    /** Two sequences of three steps, the second of which ends after one: as that one alone, followed by zeros. */
    @ParameterizedTest
    @ValueSource(strings = {"RNN", "GRU", "LSTM"})
    void aShorterSequenceIsAsIfTheRestWereNotThere(String operator) {
        int gates = List.of("RNN", "", "GRU", "LSTM").indexOf(operator) + 1;
        Tensor both =
                evaluated(operator, gates, Tensor.of(Shape.of(3, 2, 1), new double[] {.1, .4, -.2, 7, .3, 9}), 3, 1);
        Tensor alone = evaluated(operator, gates, Tensor.of(Shape.of(1, 1, 1), new double[] {.4}), 1);

        assertThat(List.of(both.at(2), both.at(3))).isEqualTo(List.of(alone.at(0), alone.at(1)));
        assertThat(List.of(both.at(6), both.at(7), both.at(10), both.at(11))).containsOnly(0.0);
        assertThat(both.at(8)).isNotEqualTo(0);
    }

    /** Outputs (steps, directions, batch, units) of one direction and two units. */
    private static Tensor evaluated(String operator, int gates, Tensor x, long... lengths) {
        int steps = x.shape().extent(0);
        int batch = x.shape().extent(1);
        Program program = opset(14)
                .input("x", steps, batch, 1)
                .weight("w", 1, 2 * gates, 1)
                .weight("r", 1, 2 * gates, 2)
                .integers32("n", lengths)
                .node(operator, "x, w, r, , n -> y", whole("hidden_size", 2))
                .output("y")
                .program(Map.of(), Map.of("x", x.shape()));
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.put("x", x);
        return program.evaluate(point).value(program.output("y"));
    }
}
