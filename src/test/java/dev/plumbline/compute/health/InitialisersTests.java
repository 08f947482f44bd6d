package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Ailment.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Loss.Reduction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which weights are to be drawn anew. */
class InitialisersTests {

    /** Four steps of a recurrence whose weight is packed, as ONNX has it, and read by three of them. */
    private static Objective recurrence() {
        Map<String, Tensor> point = new LinkedHashMap<>(Map.of(
                "w", normal(1, 0.3, 6, 12),
                "r", normal(2, 4, 1, 12, 12),
                "v", normal(3, 0.3, 12, 1),
                "x", normal(4, 1, 16, 6)));
        ProgramBuilder b = new ProgramBuilder();
        Node r = b.reshape(b.parameter("r", Objects.requireNonNull(point.get("r"))), Shape.of(12, 12));
        Node w = b.parameter("w", Objects.requireNonNull(point.get("w")));
        Node state = b.unary(UnaryFunction.TANH, b.matmul(b.data("x", Shape.of(16, 6)), w));
        for (int step = 0; step < 3; step++) {
            state = b.unary(UnaryFunction.TANH, b.matmul(state, r));
        }
        Node v = b.parameter("v", Objects.requireNonNull(point.get("v")));
        Node prediction = b.reshape(b.matmul(state, v), Shape.of(16));
        Node loss = Loss.of(Loss.Kind.MSE, Reduction.MEAN).attach(b, prediction, b.data("y", Shape.of(16)));
        point.put("y", normal(5, 1, 16));
        Program program = b.output("loss", loss).build();
        return new Objective(program, program.output("loss"), point);
    }

    @Test
    void aWeightThatStepsShareHasItsNumber() {
        Condition condition = Network.condition(recurrence());
        Map<String, Double> numbers = Initialisers.remedy(condition).numbers();

        assertThat(condition.around().layers())
                .filteredOn(layer -> layer.product() == null)
                .extracting(Layer::name)
                .containsExactly("r");
        assertThat(numbers).containsKeys("w", "r", "v");
        assertThat(numbers.get("r")).isCloseTo(Math.sqrt(2 / 24.0), within(1e-15));
    }

    @Test
    void whatNoProductReadsHasNone() {
        Ailment scaled = Ailment.of(
                "mean((x @ w * reshape(g, [5]) - y)^2)",
                Map.of(
                        "w",
                        normal(1, 0.3, 6, 5),
                        "g",
                        Tensor.filled(normal(1, 1, 1, 5).shape(), 1)),
                Map.of("x", normal(4, 1, 16, 6), "y", normal(5, 1, 16, 5)));

        assertThat(Initialisers.remedy(scaled.condition()).numbers()).containsOnlyKeys("w");
    }
}
