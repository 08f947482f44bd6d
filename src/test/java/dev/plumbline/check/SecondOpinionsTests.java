package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.judgement.NoiseInjection;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.LossSource;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Taylor's test and the laws without differences, in whole reports. */
class SecondOpinionsTests {

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    private static final Tensor X = Tensor.of(Shape.of(4, 2), 1, 2, 3, 4, 5, 6, -1, 0.5);
    private static final Tensor Y = Tensor.of(Shape.of(4, 1), 1, 2, 3, 0.5);

    static List<Fixture> fixtures() {
        return Fixture.all();
    }

    static List<Fixture> smallFixtures() {
        return Fixture.all().stream()
                .filter(fixture -> !fixture.name().equals("cnn"))
                .toList();
    }

    private static GradientCheckReport report(Fixture fixture, Map<String, Tensor> claim, long seed) {
        return SERVICE.check(fixture.request(claim, GradientCheckServiceTests.settings(Coverage.CERTIFIED, seed)));
    }

    /** Float32 claims included, networks with kinks included, and directions from many seeds. */
    @ParameterizedTest
    @MethodSource("fixtures")
    void taylorAgreesWithPyTorchAndOurReversePassObeysItsLaws(Fixture fixture) {
        Map<String, Tensor> right = fixture.tensors("gradients.safetensors");
        int seeds = fixture.name().equals("cnn") ? 1 : 6;
        for (long seed = 0; seed < seeds; seed++) {
            GradientCheckReport report = report(fixture, right, seed);
            TaylorReport taylor = Objects.requireNonNull(report.taylor());

            requireLaws(report.consistency());
            assertThat(taylor.agrees()).as(seed + ": " + taylor).isTrue();
        }
    }

    /** A tenth too much in every entry is seen along nearly every direction. */
    @ParameterizedTest
    @MethodSource("smallFixtures")
    void taylorDisagreesWithAGradientThatIsWrongEverywhere(Fixture fixture) {
        Map<String, Tensor> wrong = new LinkedHashMap<>(fixture.tensors("gradients.safetensors"));
        wrong.replaceAll((name, gradient) -> gradient.map(g -> 1.1 * g));
        int seeds = 5;
        int disagreements = 0;
        for (long seed = 0; seed < seeds; seed++) {
            TaylorReport taylor =
                    Objects.requireNonNull(report(fixture, wrong, seed).taylor());
            disagreements += Boolean.FALSE.equals(taylor.agrees()) ? 1 : 0;
        }
        // A direction nearly perpendicular to the gradient hides its length: one in ten at most.
        assertThat(disagreements).isGreaterThanOrEqualTo(seeds - 1).isPositive();
    }

    @Test
    void taylorSaysWhatItIsBlindTo() {
        Fixture fixture = new Fixture("tanh-mlp", "float64");
        Map<String, Tensor> wrong = new LinkedHashMap<>(fixture.tensors("gradients.safetensors"));
        String first = wrong.keySet().iterator().next();
        wrong.computeIfPresent(first, (name, gradient) -> {
            double[] values = gradient.values().clone();
            values[0] += 1e-10;
            return Tensor.of(gradient.shape(), values);
        });
        GradientCheckReport report = report(fixture, wrong, 1);

        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Objects.requireNonNull(report.taylor()).agrees()).isTrue();
        assertThat(Objects.requireNonNull(report.taylor()).detail())
                .contains("blind to less: claim and reference differ by");
    }

    private static void requireLaws(List<Finding> findings) {
        assertThat(findings)
                .extracting(Finding::check)
                .containsExactly("scaledLoss", "zeroCotangent", "repeatable", "halves", "inputsUntouched");
        assertThat(findings).noneMatch(finding -> Boolean.FALSE.equals(finding.holds()));
        if (findings.get(3).holds() == null) { // these files fix the size of the batch
            assertThat(findings.get(3).detail()).contains("does not take a batch of another size");
        }
    }

    @ParameterizedTest
    @CsvSource({"mean((tanh(x @ w) - y)^2), mean", "sum((tanh(x @ w) - y)^2), sum", "mean(x @ w - y)^2, none"})
    void halvesAreTakenAsTheLossSays(String formula, String together) {
        Finding halves = check(formula, null).consistency().get(3);

        if (together.equals("none")) {
            assertThat(halves.holds()).isNull();
            assertThat(halves.detail()).contains("neither the mean nor the sum");
        } else {
            assertThat(halves.holds()).isTrue();
            assertThat(halves.detail())
                    .contains("of 4 samples is the " + together + " of those of the first 2 and the last 2");
        }
    }

    /** Losses of 0, weights, regularisers, odd batches, samples that see each other: no law is called broken. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sum(elu(x @ w))                                        | 0, 0 | sum",
                "mean(elu(x @ w))                                       | 0, 0 | mean",
                "sum(relu(x @ w))                                       | 0, 0 | sum",
                "sum(c * (x @ w - y)^2) / sum(c)                        | 0.3, -0.4 | weighted mean",
                "mean((x @ w - y)^2) + 0.1 * sum(w^2)                   | 0.3, -0.4 | mean",
                "sum((x @ w - y)^2) + 0.1 * sum(w^2)                    | 0.3, -0.4 | none",
                "mean((w[0] * (x[:, 0] - mean(x[:, 0])) * (1 + w[1]) - y[:, 0] + 1)^2) | 0, 0 | none"
            })
    void noLawIsCalledBrokenThatHolds(String formula, String values, String together) {
        double[] w = Arrays.stream(values.split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        Map<String, Tensor> data = new LinkedHashMap<>();
        data.put("x", Tensor.of(Shape.of(5, 2), 1, 2, 3, -1, 5, 6, -1, 0.5, 0.2, -2));
        if (formula.contains("- y")) {
            data.put("y", Tensor.of(Shape.of(5, 1), 1, 2, 3, 0.5, -1));
        }
        if (formula.contains("sum(c)")) {
            data.put("c", Tensor.of(Shape.of(5, 1), 0.5, 2, 2, 0.5, 1));
        }
        GradientCheckReport report = SERVICE.check(new GradientCheckRequest(
                Formulas.source(formula.strip()),
                LossSource.NONE,
                Map.of("w", Tensor.of(Shape.of(2, 1), w)),
                data,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
        Finding halves = report.consistency().get(3);

        assertThat(report.warnings()).noneMatch(warning -> warning.code().equals("inconsistent"));
        assertThat(halves.holds()).as(halves.detail()).isNotEqualTo(false);
        if (together.equals("none")) {
            assertThat(halves.holds()).as(halves.detail()).isNull();
        } else {
            assertThat(halves.detail()).contains("is the " + together + " of those of the first 2 and the last 3");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum(w^2)", "w"})
    void saysWhyHalvesCannotBeTaken(String formula) {
        Finding halves = Formulas.check(formula, Map.of("w", Tensor.vector(1, 2)), null, Coverage.AUTO)
                .consistency()
                .get(3);

        assertThat(halves.holds()).isNull();
        assertThat(halves.detail()).contains("no data with two samples");
    }

    @Test
    void aLinearObjectiveHasNoRemainder() {
        GradientCheckReport report =
                Formulas.check("sum(3 * w)", Map.of("w", Tensor.vector(1, 2)), null, Coverage.AUTO);

        assertThat(Objects.requireNonNull(report.taylor()).agrees()).isTrue();
        assertThat(Objects.requireNonNull(report.taylor()).order()).isNull();
        assertThat(Objects.requireNonNull(report.taylor()).detail()).contains("linear along the direction");
    }

    @Test
    void aWrongClaimFailsTaylorAndLeavesTheReferenceConsistent() {
        GradientCheckReport report =
                check("mean((tanh(x @ w) - y)^2)", Map.of("w", Tensor.of(Shape.of(2, 1), 0.1, -0.2)));

        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Objects.requireNonNull(report.taylor()).agrees()).isFalse();
        assertThat(report.consistency()).allMatch(finding -> Boolean.TRUE.equals(finding.holds()));
        assertThat(report.warnings()).noneMatch(warning -> warning.code().equals("inconsistent"));
    }

    /** Noise is really added, with other draws than the report's, and whole checks are run. */
    @ParameterizedTest
    @ValueSource(strings = {"float64", "float32"})
    void noiseIsSeenFromTheSizeThatAPassSays(String dtype) {
        Fixture fixture = new Fixture("tanh-mlp", dtype);
        Map<String, Tensor> right = fixture.tensors("gradients.safetensors");
        NoiseInjection injection =
                Objects.requireNonNull(report(fixture, right, 1).noiseInjection());
        double size = injection.whole().multiplicative();

        assertThat(size).isBetween(1e-17, dtype.equals("float64") ? 1e-12 : 1e-4);
        for (long seed = 0; seed < 10; seed++) {
            assertThat(report(fixture, noisy(right, 5 * size, seed), 1).verdict())
                    .isEqualTo(Verdict.FAIL);
        }
        assertThat(report(fixture, noisy(right, size / 50, 1), 1).verdict()).isEqualTo(Verdict.PASS);
        assertThat(report(fixture, noisy(right, 5 * size, 1), 1).noiseInjection())
                .isNull();
    }

    private static Map<String, Tensor> noisy(Map<String, Tensor> right, double size, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> noisy = new LinkedHashMap<>();
        right.forEach((name, gradient) -> noisy.put(
                name,
                Tensor.of(
                        gradient.shape(),
                        gradient.datatype(),
                        gradient.map(g -> g + size * Math.abs(g) * random.nextGaussian())
                                .values())));
        return noisy;
    }

    private static GradientCheckReport check(String formula, @Nullable Map<String, Tensor> claim) {
        return SERVICE.check(new GradientCheckRequest(
                Formulas.source(formula),
                LossSource.NONE,
                Map.of("w", Tensor.of(Shape.of(2, 1), 0.3, -0.4)),
                Map.of("x", X, "y", Y),
                claim,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
    }
}
