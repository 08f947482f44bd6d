package dev.plumbline.compute.product;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How near a claim must be to a wrong product to be called that, on both sides. */
class LikenessTests {

    private static boolean isLike(
            double claimed, double alternative, double reference, double allowance, Datatype type) {
        Map<String, Tensor> claim = Map.of("y", Tensor.vector(claimed, 0));
        ClaimedProduct product = new ClaimedProduct(ClaimedProduct.Kind.JACOBIAN_VECTOR, Map.of(), claim);
        JudgedProduct judged = new JudgedProduct(
                product,
                Verdict.FAIL,
                List.of(),
                Map.of("y", Tensor.vector(reference, 0)),
                Map.of("y", Tensor.vector(allowance, allowance)),
                false,
                List.of(),
                List.of(),
                0);
        CheckPlan plan = CheckPlan.certified(new CheckPlan.Arithmetic(Map.of("y", type), null, false), 10);
        return Likeness.of(plan, judged).is(Map.of("y", Tensor.vector(alternative, 0)));
    }

    /** Half of a product in which 100 terms cancelled is off by as much as the product: by some allowances of it, not by twenty. */
    @ParameterizedTest
    @CsvSource({"1, true", "3, true", "12, false", "20, false"})
    void roundsAsTheReferenceDoes(double allowances, boolean isLike) {
        assertThat(isLike(0.5 + allowances * 1e-12, 0.5, 1, 1e-12, Datatype.FP64))
                .isEqualTo(isLike);
    }

    /** A product a million times the right one rounds a million times as far: by some units in its own last place. */
    @ParameterizedTest
    @CsvSource({"4, true", "20, true", "80, false", "200, false"})
    void roundsInItsOwnLastPlaces(double roundoffs, boolean isLike) {
        for (Datatype type : List.of(Datatype.FP64, Datatype.FP32)) {
            double u = type.unitRoundoff();
            assertThat(isLike(1e6 * (1 + roundoffs * u), 1e6, 1, 10 * u, type)).isEqualTo(isLike);
        }
    }
}
