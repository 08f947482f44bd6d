package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that float64 tells apart and float32 does not: frameworks share the gradient of a largest one between all of them. */
class TiesInFloat32Tests {

    private static final int SEEDS = 10;

    @ParameterizedTest
    @CsvSource({
        "max(v + 1000), 1e-12, 2",
        "max(v + 1000), 1e-12, 4",
        "max(v + 1000), 1e-6, 8",
        "min(v - 2.12), 1e-10, 3",
        "min(v - 2.12), 1e-10, 6",
        "max(exp(v)), 1e-9, 5"
    })
    void sharedGradientsAreNotRefuted(String formula, double size, int count) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] values = random.doubles(count, -size, size).toArray();
            Tensor v = Tensor.of(Shape.of(count), values).as(Datatype.FP32);
            double[] shared = new double[count];
            Arrays.fill(shared, 1.0 / count);
            assertThat(verdict(formula, v, shared)).as("shared, seed %d", seed).isNotEqualTo(Verdict.FAIL);

            double[] whole = new double[count];
            Arrays.fill(whole, 1);
            assertThat(verdict(formula, v, whole)).as("to each, seed %d", seed).isNotEqualTo(Verdict.PASS);
            double[] far = shared.clone();
            far[0] = 100;
            assertThat(verdict(formula, v, far)).as("far off, seed %d", seed).isEqualTo(Verdict.FAIL);
        }
    }

    private static Verdict verdict(String formula, Tensor v, double... claim) {
        Tensor claimed = Tensor.of(v.shape(), claim).as(Datatype.FP32);
        return Formulas.check(formula, Map.of("v", v), Map.of("v", claimed), Coverage.CERTIFIED, Datatype.FP32)
                .verdict();
    }
}
