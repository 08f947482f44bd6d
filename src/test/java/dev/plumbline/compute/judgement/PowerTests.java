package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PowerTests {

    private static final Setting SETTING = new Setting(16, 3, 1);

    private static Comparison right(String name, Shape shape, Datatype datatype, long seed) {
        Right right = Right.of(shape, datatype, seed);
        return right.named(name, right.computed());
    }

    private static double detected(List<Power> powers, String mutation) {
        return powers.stream()
                .filter(power -> power.mutation().equals(mutation))
                .findFirst()
                .orElseThrow()
                .detected();
    }

    @Test
    void aFloat64CheckSeesEverything() {
        List<Comparison> comparisons = List.of(
                right("w1", Shape.of(12, 12), Datatype.FP64, 1),
                right("w2", Shape.of(12, 12), Datatype.FP64, 2),
                right("b", Shape.of(12), Datatype.FP64, 3));
        Map<String, Tensor> parameters =
                Map.of("w1", Right.of(Shape.of(12, 12), Datatype.FP64, 1).parameter());

        assertThat(Power.of(comparisons, parameters, SETTING, 1))
                .extracting(Power::mutation, Power::detected)
                .containsExactlyInAnyOrder(Stream.of(
                                "sign",
                                "twice",
                                "onePerMille",
                                "timesBatch",
                                "overBatch",
                                "zero",
                                "transposed",
                                "shifted",
                                "swapped",
                                "weightDecay",
                                "float16",
                                "bfloat16",
                                "entryZero",
                                "entrySign",
                                "entryOnePercent",
                                "entryOnePerMille",
                                "entriesSwapped")
                        .map(name -> tuple(name, 1.0))
                        .toArray(Tuple[]::new));
    }

    @Test
    void saysWhatAHalfPrecisionCheckCannotSee() {
        List<Comparison> comparisons = List.of(right("w", Shape.of(40, 30), Datatype.BF16, 1));
        List<Power> powers = Power.of(comparisons, Map.of("w", Tensor.filled(Shape.of(40, 30), 1)), SETTING, 1);

        assertThat(detected(powers, "sign")).isEqualTo(1);
        assertThat(detected(powers, "onePerMille")).isZero();
        assertThat(detected(powers, "weightDecay")).isZero();
        assertThat(detected(powers, "entryOnePerMille")).isZero();
        assertThat(detected(powers, "entrySign")).isBetween(0.8, 1.0);
    }

    @Test
    void leavesOutWhatCannotBeDone() {
        List<Comparison> comparisons =
                List.of(right("b", Shape.of(5), Datatype.FP64, 1), right("c", Shape.SCALAR, Datatype.FP64, 1));

        assertThat(Power.of(comparisons, Map.of(), Setting.UNKNOWN, 1))
                .extracting(Power::mutation)
                .contains("sign", "shifted", "entriesSwapped")
                .doesNotContain("transposed", "swapped", "weightDecay", "timesBatch");
        assertThat(Power.of(List.of(), Map.of(), Setting.UNKNOWN, 1)).isEmpty();
    }

    @Test
    void isTheSameForTheSameSeed() {
        List<Comparison> comparisons = List.of(right("w", Shape.of(40, 30), Datatype.BF16, 1));

        assertThat(Power.of(comparisons, Map.of(), SETTING, 7)).isEqualTo(Power.of(comparisons, Map.of(), SETTING, 7));
    }

    @Test
    void deadEntriesHideTheirMistakes() {
        Tensor n = Tensor.vector(0, 0, 0, 1);
        List<Power> powers =
                Power.of(List.of(new Comparison("b", n, n, Tensor.zeros(n.shape()))), Map.of(), SETTING, 1);

        // 1000 draws at a quarter: standard error 0.014.
        assertThat(detected(powers, "entrySign")).isCloseTo(0.25, within(0.06));
        assertThat(detected(powers, "sign")).isEqualTo(1);
    }

    /** Mutating a real claim 200 times and comparing it anew, all entries, must tell the same rate. */
    @ParameterizedTest
    @EnumSource(names = {"FP64", "FP32", "FP16", "BF16"})
    void isTheRateThatBruteForceFinds(Datatype datatype) {
        List<Comparison> comparisons =
                List.of(right("w", Shape.of(30, 20), datatype, 5), right("b", Shape.of(200), datatype, 6));
        List<Power> powers = Power.of(comparisons, Map.of(), SETTING, 11);
        Map<String, DoubleUnaryOperator> mutations = Map.of(
                "entryZero", a -> 0,
                "entrySign", a -> -a,
                "entryOnePercent", a -> 1.01 * a,
                "entryOnePerMille", a -> 1.001 * a);

        // Standard errors 0.035 (200 trials) and 0.016 at worst; three of both together.
        mutations.forEach((name, spoil) ->
                assertThat(detected(powers, name)).as(name).isCloseTo(bruteForce(comparisons, spoil), within(0.12)));
    }

    private static double bruteForce(List<Comparison> comparisons, DoubleUnaryOperator spoil) {
        Random random = new Random(3);
        int detected = 0;
        for (int trial = 0; trial < 200; trial++) {
            int drawn = random.nextInt(800);
            Comparison comparison = comparisons.get(drawn < 600 ? 0 : 1);
            double[] claimed = comparison.claimed().values().clone();
            int i = drawn < 600 ? drawn : drawn - 600;
            claimed[i] = spoil.applyAsDouble(claimed[i]);
            Comparison mutant = new Comparison(
                    comparison.name(),
                    Tensor.of(comparison.claimed().shape(), claimed),
                    comparison.reference(),
                    comparison.allowance());
            detected += mutant.verdict() == Verdict.FAIL ? 1 : 0;
        }
        return detected / 200.0;
    }
}
