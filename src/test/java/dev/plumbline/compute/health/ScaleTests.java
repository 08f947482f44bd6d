package dev.plumbline.compute.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Loss.Reduction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.compute.program.Window;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A small network like article 5's: convolution, pooling, and two dense layers, drawn after He; nothing ails it. */
class ScaleTests {

    private static Tensor normal(Random random, double deviation, int... extents) {
        Shape shape = Shape.of(extents);
        double[] values = new double[shape.size()];
        Arrays.setAll(values, i -> deviation * random.nextGaussian());
        return Tensor.of(shape, values);
    }

    private static Condition network(int batch, Reduction reduction, double factor) {
        Random random = new Random(4);
        Map<String, Tensor> point = new HashMap<>();
        point.put("conv1.weight", normal(random, Math.sqrt(2 / 9.0), 6, 1, 3, 3));
        point.put("conv2.weight", normal(random, Math.sqrt(2 / 54.0), 8, 6, 3, 3));
        point.put("fc1.weight", normal(random, Math.sqrt(2 / 32.0), 32, 16));
        point.put("fc2.weight", normal(random, Math.sqrt(2 / 20.0), 16, 4));
        point.put("x", normal(random, 1, batch, 1, 14, 14));
        point.put("y", Tensor.filled(Shape.of(batch), 0).map(zero -> random.nextInt(4)));
        ProgramBuilder b = new ProgramBuilder();
        Window pool = new Window(List.of(2, 2), List.of(2, 2), List.of(0, 0, 0, 0), List.of(1, 1), false);
        Node h = b.data("x", Shape.of(batch, 1, 14, 14));
        for (String conv : List.of("conv1.weight", "conv2.weight")) {
            Node w = b.parameter(conv, Objects.requireNonNull(point.get(conv)));
            h = b.unary(UnaryFunction.RELU, b.convolution(h, w, Window.of(3, 3), 1));
            h = b.maxPool(h, pool);
        }
        h = b.reshape(h, Shape.of(batch, 32));
        h = b.unary(
                UnaryFunction.RELU,
                b.matmul(h, b.parameter("fc1.weight", Objects.requireNonNull(point.get("fc1.weight")))));
        h = b.matmul(h, b.parameter("fc2.weight", Objects.requireNonNull(point.get("fc2.weight"))));
        Node y = b.data("y", Shape.of(batch));
        Node loss = Loss.of(Loss.Kind.CROSS_ENTROPY, reduction).attach(b, h, y);
        Program program = b.output("loss", b.multiply(loss, factor)).build();
        return Network.condition(new Objective(program, program.output("loss"), point));
    }

    @Test
    void aHealthyConvolutionalNetworkStaysHealthyWhateverTheScaleOfItsLoss() {
        for (double factor : new double[] {1e-6, 1, 1e6}) {
            for (int batch : new int[] {16, 64}) {
                for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM)) {
                    Diagnosis diagnosis = Diagnosis.of(network(batch, reduction, factor), Profile.PLUMBLINE);
                    assertThat(diagnosis.findings()).isEmpty();
                }
            }
        }
    }

    @Test
    void sagemakersRuleFindsItsGradientVanishingOnceTheLossIsScaledDown() {
        assertThat(Diagnosis.of(network(16, Reduction.MEAN, 1), Profile.SAGEMAKER)
                        .findings())
                .isEmpty();
        assertThat(Diagnosis.of(network(16, Reduction.MEAN, 1e-7), Profile.SAGEMAKER)
                        .findings())
                .extracting(HealthFinding::rule)
                .contains(Symptom.VANISHING);
    }
}
