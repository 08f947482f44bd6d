package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.UnaryFunction.SIGN;
import static dev.plumbline.compute.program.UnaryFunction.STOP_GRADIENT;
import static dev.plumbline.compute.program.UnaryFunction.TANH;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which parameters have no derivative by construction, and what holds it back. */
class CutOffTests {

    /**
     * One parameter for each way: straight, through stopGradient, through a sign and more behind it, round a cut, through a
     * condition, into an output that is not the objective, and read by nothing.
     */
    private static Objective objective() {
        Shape shape = Shape.of(3);
        ProgramBuilder b = new ProgramBuilder();
        Node straight = b.parameter("straight", shape);
        Node stopped = b.parameter("stopped", shape);
        Node signed = b.parameter("signed", shape);
        Node around = b.parameter("around", shape);
        Node condition = b.parameter("condition", shape);
        Node elsewhere = b.parameter("elsewhere", shape);
        b.parameter("unread", shape);
        Node sum = b.add(straight, b.unary(STOP_GRADIENT, b.unary(TANH, stopped)));
        sum = b.add(sum, b.unary(TANH, b.unary(SIGN, b.square(signed))));
        sum = b.add(sum, b.subtract(around, b.unary(STOP_GRADIENT, around)));
        sum = b.select(b.binary(BinaryFunction.LESS, condition, b.constant(0)), sum, b.square(sum));
        Program program = b.output("loss", b.sum(sum))
                .output("other", b.unary(TANH, elsewhere))
                .build();
        Map<String, Tensor> point = new HashMap<>();
        program.parameters().forEach((name, node) -> point.put(name, Tensor.vector(1, -2, 3)));
        return new Objective(program, program.output("loss"), point);
    }

    @Test
    void agreesWithTheWayOfEachParameter() {
        Objective objective = objective();
        Set<String> without = objective.program().parameters().keySet().stream()
                .filter(name -> !objective.hasDerivativeBy(name))
                .collect(Collectors.toSet());

        assertThat(objective.cutOff().keySet())
                .isEqualTo(without)
                .containsExactlyInAnyOrder("stopped", "signed", "condition", "elsewhere", "unread");
    }

    @Test
    void saysWhichOperationHoldsTheDerivativeBack() {
        Map<String, ? extends @Nullable Node> cut = objective().cutOff();

        assertThat(Objects.requireNonNull(cut.get("stopped")).op()).isEqualTo(new Unary(STOP_GRADIENT));
        assertThat(Objects.requireNonNull(cut.get("signed")).op()).isEqualTo(new Unary(SIGN));
        assertThat(Objects.requireNonNull(cut.get("condition")).op()).isEqualTo(new Binary(BinaryFunction.LESS));
        assertThat(cut.get("elsewhere")).isNull();
        assertThat(cut.get("unread")).isNull();
    }
}
