package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Mistake.Kind;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Entries that are not judged leave no trace, whatever stands in them. */
class MaskTests {

    private static final Shape SHAPE = Shape.of(20, 30);
    private static final Mask HALF = new Mask(i -> (i * 7) % 13 < 6);

    /** Garbage wherever nothing is judged. */
    private static Comparison masked(Right right, IntToDoubleFunction claim) {
        Random random = new Random(5);
        double[] values = new double[SHAPE.size()];
        Arrays.setAll(values, i -> HALF.judges(i) ? claim.applyAsDouble(i) : random.nextBoolean() ? Double.NaN : 1e9);
        return right.named("w", values).under(HALF);
    }

    @Test
    void whatIsNotJudgedCountsNowhere() {
        Right right = Right.of(SHAPE, Datatype.FP64, 1);
        double[] computed = right.computed();
        Comparison comparison = masked(right, i -> computed[i]);
        int judged = HALF.positions(SHAPE.size()).length;

        assertThat(comparison.verdict()).isEqualTo(Verdict.PASS);
        assertThat(comparison.judged()).isEqualTo(judged).isBetween(200, 400);
        assertThat(comparison.claimedNorm()).isFinite().isLessThan(right.norm());
        assertThat(Vacuous.of(List.of(comparison)).entries()).isEqualTo(judged);
        assertThat(Arrays.stream(comparison.worst(SHAPE.size())).boxed())
                .hasSize(judged)
                .allMatch(HALF::judges);
    }

    @Test
    void powerIsThatOfWhatIsJudged() {
        Right right = Right.of(SHAPE, Datatype.FP64, 1);
        double[] computed = right.computed();
        Comparison comparison = masked(right, i -> computed[i]);

        assertThat(Power.of(List.of(comparison), right.parameters(), new Setting(4, 1, 1), 1))
                .allMatch(power -> power.detected() == 1)
                .extracting(Power::mutation)
                .contains("entryZero", "entriesSwapped", "transposed", "weightDecay");
        assertThat(NoiseInjection.of(List.of(comparison), 1).whole().multiplicative())
                .isBetween(1e-17, 1e-13);
    }

    private enum Planted {
        SIGN(Kind.SIGN),
        SCALED(Kind.SCALED),
        ZERO(Kind.ZERO),
        WEIGHT_DECAY(Kind.WEIGHT_DECAY),
        OFFSET(Kind.OFFSET),
        SPARSE(Kind.SPARSE);

        private final Kind kind;

        Planted(Kind kind) {
            this.kind = kind;
        }

        double value(Right right, double[] computed, int i) {
            return switch (this) {
                case SIGN -> -computed[i];
                case SCALED -> 3 * computed[i];
                case ZERO -> 0;
                case WEIGHT_DECAY -> computed[i] + 0.01 * right.parameter(i);
                case OFFSET -> computed[i] + 0.5;
                case SPARSE -> i == HALF.positions(SHAPE.size())[50] ? computed[i] + 1 : computed[i];
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void mistakesKeepTheirNames(Planted planted) {
        Right right = Right.of(SHAPE, Datatype.FP64, 2);
        double[] computed = right.computed();
        Comparison comparison = masked(right, i -> planted.value(right, computed, i));
        Map<String, Mistake> mistakes = Mistakes.name(List.of(comparison), right.parameters(), new Setting(3, 1, 1));

        assertThat(comparison.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Objects.requireNonNull(mistakes.get("w")).kind()).isEqualTo(planted.kind);
    }

    @Test
    void aMaskOfNothingPasses() {
        Tensor n = Tensor.vector(1, 2);
        Comparison comparison =
                new Comparison("b", Tensor.vector(5, 6), n, Tensor.zeros(n.shape())).under(new Mask(i -> false));

        assertThat(comparison.verdict()).isEqualTo(Verdict.PASS);
        assertThat(comparison.judged()).isZero();
        assertThat(Power.of(List.of(comparison), Map.of(), Setting.UNKNOWN, 1)).isEmpty();
        assertThat(NoiseInjection.of(List.of(comparison), 1).whole().additive()).isInfinite();
    }
}
