package dev.plumbline.compute.difference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an analysis that is wrong about the samples would give, and that a black box sees it. */
class BlackBoxCheckTests {

    /** A dense layer whose batch statistics its samples share; {@code frozen} takes them for constants. */
    private static Objective batchNormalised(boolean frozen) {
        Random random = new Random(4);
        ProgramBuilder b = new ProgramBuilder();
        Map<String, Tensor> point = new LinkedHashMap<>();
        point.put("w", Tensor.zeros(Shape.of(5, 4)).map(zero -> random.nextGaussian()));
        point.put("v", Tensor.zeros(Shape.of(4, 3)).map(zero -> random.nextGaussian()));
        point.put("x", Tensor.zeros(Shape.of(8, 5)).map(zero -> random.nextGaussian()));
        point.put("y", Tensor.zeros(Shape.of(8)).map(zero -> random.nextInt(3)));
        Node w = b.parameter("w", Objects.requireNonNull(point.get("w")));
        Node v = b.parameter("v", Objects.requireNonNull(point.get("v")));
        Node z = b.matmul(b.data("x", Shape.of(8, 5)), false, w, false);
        Node mean = b.multiply(b.sum(z, 0), 1.0 / 8);
        Node centred = b.subtract(z, frozen ? b.unary(UnaryFunction.STOP_GRADIENT, mean) : mean);
        Node h = b.unary(UnaryFunction.TANH, centred);
        Node loss = Loss.of(Loss.Kind.CROSS_ENTROPY, Loss.Reduction.MEAN)
                .attach(b, b.matmul(h, false, v, false), b.data("y", Shape.of(8)));
        Program program = b.output("loss", loss).build();
        return new Objective(program, program.output("loss"), point);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void seesThatSamplesWereWronglyTakenToBeApart(long seed) {
        Objective objective = batchNormalised(false);
        Map<String, NumericTensor> gradient = ExhaustiveGradient.of(objective, seed);
        Tensor wrong = Objects.requireNonNull(
                batchNormalised(true).gradient().byParameter().get("w"));
        NumericTensor right = Objects.requireNonNull(gradient.get("w"));
        gradient.put("w", new NumericTensor(wrong.values(), right.bounds(), right.kinkRadii(), right.way(), 0));

        assertThat(new BlackBoxCheck(objective, seed).contradicted(gradient)).containsExactly("w");
    }

    static Collection<String> nets() {
        return Nets.all().keySet();
    }

    @ParameterizedTest
    @MethodSource("nets")
    void contradictsNothingThatIsRight(String name) {
        Objective objective = Objects.requireNonNull(Nets.all().get(name));

        assertThat(new BlackBoxCheck(objective, 7).contradicted(ExhaustiveGradient.of(objective, 1)))
                .isEmpty();
    }

    @Test
    void seesASingleEntryThatIsOffByOnePartInAMillion() {
        Objective objective = batchNormalised(false);
        Map<String, NumericTensor> gradient = ExhaustiveGradient.of(objective, 1);
        double[] values = Objects.requireNonNull(gradient.get("v")).values();
        int largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.abs(values[i]) > Math.abs(values[largest]) ? i : largest;
        }
        values[largest] *= 1 + 1e-6;

        assertThat(new BlackBoxCheck(objective, 1).contradicted(gradient)).containsExactly("v");
    }
}
