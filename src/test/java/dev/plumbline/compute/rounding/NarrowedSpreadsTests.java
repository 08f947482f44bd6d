package dev.plumbline.compute.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Edges;
import dev.plumbline.compute.program.Leaning;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.compute.program.TermSizes;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NarrowedSpreadsTests {

    private static Spreads ofThreeRunsInFloat32(Objective objective, long seed) {
        Spreads spreads = new Spreads(objective, 3);
        TermSizes sizes = TermSizes.shared(objective.base());
        for (int run = 0; run < 3; run++) {
            Rounding arithmetic = Rounding.random(Datatype.FP32, objective.base(), seed + run, Leaning.NONE, sizes);
            spreads.add(run, objective.program().evaluate(objective.point(), arithmetic));
        }
        return spreads;
    }

    /** Three runs in float32 tell what eight in float64 see: no less than a quarter of it, seldom many times as much. */
    @ParameterizedTest
    @ValueSource(strings = {"bn_0", "bn_10", "bn_100", "bn_2000", "constant_leaky_third", "mixed_cnn", "mixed_mlp"})
    void float64IsKnownFromFloat32(String net) {
        Objective objective = PyTorchNets.read(net).objective();
        for (long seed = 0; seed < 400; seed += 100) {
            Spreads narrowed = ofThreeRunsInFloat32(objective, seed).inFloat64();
            Spreads measured = Spreads.of(objective, seed);
            List<Double> ratios = new ArrayList<>();
            for (Node node : Edges.operands(objective.program())) {
                double[] own = Objects.requireNonNull(narrowed.spread(node));
                double[] right = Objects.requireNonNull(measured.spread(node));
                for (int i = 0; i < own.length; i++) {
                    assertThat(own[i]).isGreaterThanOrEqualTo(right[i] / 4);
                    if (right[i] > 0) {
                        ratios.add(own[i] / right[i]);
                    }
                }
            }
            Collections.sort(ratios);
            assertThat(ratios.get(ratios.size() / 2)).isBetween(1.0, 8.0);
            assertThat(narrowed.objectiveNoise() / measured.objectiveNoise()).isBetween(0.4, 10.0);
        }
    }

    private static Objective reluOf(double w) {
        ProgramBuilder b = new ProgramBuilder();
        Node shifted = b.subtract(b.multiply(b.parameter("w", Shape.of(1)), 3), b.constant(0.75));
        Program program =
                b.output("y", b.sum(b.unary(UnaryFunction.RELU, shifted))).build();
        return new Objective(program, program.output("y"), Map.of("w", Tensor.vector(w)));
    }

    /** {@code 3 x 0.25 - 0.75} is 0 in either arithmetic. */
    @Test
    void whatFloat32DoesNotRoundFloat64DoesNot() {
        Objective objective = reluOf(0.25);
        Spreads narrowed = ofThreeRunsInFloat32(objective, 1).inFloat64();
        for (Node node : Edges.operands(objective.program())) {
            assertThat(narrowed.spread(node)).containsOnly(0);
        }
    }
}
