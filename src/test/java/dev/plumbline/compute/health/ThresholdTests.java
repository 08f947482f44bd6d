package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Ailment.classes;
import static dev.plumbline.compute.health.Ailment.normal;
import static dev.plumbline.compute.health.Ailment.oneHot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bounds of the rules for a model and its data, from both sides, and what they must not be taken in by. */
class ThresholdTests {

    private static final Map<String, Tensor> CLASSIFIER = Map.of("w", normal(6, 0.5, 6, 3));

    private static Ailment line(Tensor x, Tensor y) {
        int inputs = x.shape().extent(1);
        int outputs = y.shape().extent(1);
        return Ailment.of("mean((x @ w - y)^2)", Map.of("w", normal(6, 0.5, inputs, outputs)), Map.of("x", x, "y", y));
    }

    /** So many of ten rows have a gap of 24 log 2, and a little more or less. */
    @ParameterizedTest
    @CsvSource({"6, 1.01, true", "5, 1.01, false", "6, 0.99, false"})
    void aSoftmaxIsSaturatedWhereMostRowsAreOneWithinRounding(int of10, double gap, boolean saturated) {
        double[] logits = new double[20];
        for (int n = 0; n < of10; n++) {
            logits[2 * n] = gap * 24 * Math.log(2);
        }
        Ailment ailment = Ailment.of(
                "mean((softmax(w) - y)^2)",
                Map.of("w", Tensor.of(Shape.of(10, 2), logits)),
                Map.of("y", oneHot(10, 2)));

        assertThat(ailment.findings(Symptom.SATURATED_SOFTMAX).isEmpty()).isNotEqualTo(saturated);
    }

    /** Behind a mask one candidate is left, and its probability is 1 as it is meant to be. */
    @ParameterizedTest
    @ValueSource(doubles = {-1.5e4, -65504, -1e9, -1e38})
    void aMaskIsNoSaturation(double out) {
        Tensor mask = Tensor.of(Shape.of(3, 3), 0, out, out, 0, out, out, 0, 0, out);
        Ailment ailment = Ailment.of(
                "mean((softmax(x @ w + m) - y)^2)",
                Map.of("w", normal(6, 0.5, 4, 3)),
                Map.of("x", normal(7, 1, 3, 4), "m", mask, "y", oneHot(3, 3)));

        assertThat(ailment.findings(Symptom.SATURATED_SOFTMAX)).isEmpty();
    }

    /** Logits as low as -8,000 are an ailment, and no mask. */
    @Test
    void largeLogitsAreNoMask() {
        Tensor logits = Tensor.of(Shape.of(2, 2), 100, -8000, 5, -8000);
        Ailment ailment = Ailment.of("mean((softmax(w) - y)^2)", Map.of("w", logits), Map.of("y", oneHot(2, 2)));
        HealthFinding finding = ailment.findings(Symptom.SATURATED_SOFTMAX).get(0);

        // The median of two gaps is the upper one here; the logits times the factor lie one apart.
        assertThat(finding.remedies().get(0).numbers()).containsEntry("factor", 1 / 8100.0);
    }

    /** The axis of a softmax need not be the last. */
    @Test
    void looksAlongTheSoftmaxsOwnAxis() {
        Tensor logits = Tensor.of(Shape.of(2, 3), 40, 0, 0, 0, 0, 40);
        Map<String, Tensor> data = Map.of("y", Tensor.zeros(Shape.of(2, 3)));
        Ailment down = Ailment.of("mean((softmax(w, axis=0) - y)^2)", Map.of("w", logits), data);
        Ailment across = Ailment.of("mean((softmax(w, axis=1) - y)^2)", Map.of("w", logits), data);

        assertThat(down.findings(Symptom.SATURATED_SOFTMAX).get(0).observed()).isEqualTo(2 / 3.0);
        assertThat(across.findings(Symptom.SATURATED_SOFTMAX).get(0).observed()).isEqualTo(1);
    }

    @Test
    void aSoftmaxThatHasLearntItsSamplesIsOnlyWarnedOf() {
        Tensor large = Tensor.of(Shape.of(9, 3), oneHot(9, 3).values()).map(value -> 17.5 * value);
        Ailment ailment =
                Ailment.of("w", Map.of("w", large), Map.of("y", classes(9, 3))).with(Loss.Kind.CROSS_ENTROPY);

        assertThat(ailment.findings(Symptom.SATURATED_SOFTMAX)).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.WARNING);
            assertThat(finding.cause()).contains("All of these are right");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "9.9, 0, false",
        "10.1, 0, true",
        "1, 2.9, false",
        "1, 3.1, true",
        "1e-3, 2.9e-3, false",
        "1e-3, 3.1e-3, true"
    })
    void inputsMayBeTenInSizeAndThreeDeviationsFromZero(double spread, double mean, boolean unscaled) {
        double[] values = new double[48];
        Arrays.setAll(values, i -> mean + (i % 2 == 0 ? spread : -spread));
        Ailment ailment = line(Tensor.of(Shape.of(8, 6), values), normal(2, 1, 8, 1));

        assertThat(ailment.findings(Symptom.INPUTS).isEmpty()).isNotEqualTo(unscaled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x / 255", "(x - mean(x, axis=0, keepdims=true))"})
    void whatTheModelScalesItselfIsNotLookedAt(String scaled) {
        Ailment ailment = Ailment.of(
                "mean((%s @ w - y)^2)".formatted(scaled),
                Map.of("w", normal(6, 0.5, 6, 1)),
                Map.of("x", normal(1, 1, 8, 6).map(value -> 128 + 60 * value), "y", normal(2, 1, 8, 1)));

        assertThat(ailment.findings(Symptom.INPUTS)).isEmpty();
    }

    @Test
    void saysWhatTheInputsDoToTheFirstLayersGradient() {
        Tensor x = normal(1, 1, 8, 6);
        Ailment normalised = line(x, Tensor.zeros(Shape.of(8, 1)));
        Ailment large = normalised.withData("x", values -> values.map(value -> 100 * value));

        // Of a linear map without targets the gradient is 2 x'x w / n: 100 times x, 10,000 times the gradient.
        double there = norm(large);
        assertThat(there / norm(normalised)).isCloseTo(1e4, within(1e-6));
        assertThat(large.findings(Symptom.INPUTS).get(0).cause())
                .contains("The gradient of w has norm " + Words.number(there) + ", and with normalised data ");
    }

    /** One feature is so many times as large as the others. */
    @ParameterizedTest
    @CsvSource({"9.9, false", "10.1, true"})
    void whereFeaturesDifferTheLargestOnesNumbersAreTold(double times, boolean differ) {
        double[] values = new double[48];
        Arrays.setAll(values, i -> 100 * (i % 12 < 6 ? 1 : -1) * (i % 6 == 4 ? times : 1) + (i % 6 == 4 ? 1 : 0));
        Map<String, Double> numbers = line(Tensor.of(Shape.of(8, 6), values), normal(2, 1, 8, 1))
                .findings(Symptom.INPUTS)
                .get(0)
                .remedies()
                .get(0)
                .numbers();

        assertThat(numbers.get("feature")).isEqualTo(differ ? (Double) 4.0 : null);
        assertThat(numbers.get("mean")).isCloseTo(differ ? 1 : 1 / 6.0, within(1e-9));
        assertThat(differ ? numbers.get("standardDeviation") : 100 * times)
                .isCloseTo(100 * times, within(1e-9 * 100 * times));
    }

    /** A channel is the axis behind the samples, and what does not vary stays where it is. */
    @Test
    void eachFeatureIsNormalisedByItself() {
        Tensor images = Tensor.of(Shape.of(2, 2, 2), 1, 3, 7, 7, 1, 3, 7, 7);

        assertThat(Features.of(images, 1).normalised().values()).containsExactly(-1, 1, 0, 0, -1, 1, 0, 0);
        assertThat(Features.of(images, 2).moments().get(1).mean()).isEqualTo(5);
    }

    /** Logits of thousands, whose largest is taken off before they are exponentiated: not of the normalised ones. */
    @Test
    void theEffectIsANumberHoweverLargeTheFeature() {
        Ailment ailment = Ailment.of(
                        "x @ w",
                        CLASSIFIER,
                        Map.of(
                                "x", Tensor.of(Shape.of(12, 6), wide()),
                                "y", classes(12, 3)))
                .with(Loss.Kind.CROSS_ENTROPY);
        HealthFinding finding = ailment.findings(Symptom.INPUTS).get(0);

        assertThat(finding.cause())
                .contains("feature 5", "with normalised data")
                .doesNotContain("NaN");
        Tensor normalised = Features.of(Tensor.of(Shape.of(12, 6), wide()), 1).normalised();
        double there = norm(ailment.withData("x", x -> normalised));
        assertThat(finding.cause()).contains("with normalised data " + Words.number(there));
    }

    private static double[] wide() {
        double[] values = normal(1, 1, 12, 6).values().clone();
        for (int n = 0; n < 12; n++) {
            values[6 * n + 5] = 25000 + 25000 * values[6 * n + 5];
        }
        return values;
    }

    private static double norm(Ailment ailment) {
        return ailment.condition().layers().get(0).gradientNorm();
    }

    /** Of 200 targets so many lie beyond 1, by so much. */
    @ParameterizedTest
    @CsvSource({"2, 0.1, false", "3, 0.1, true", "100, 0.9e-6, false", "100, 1.1e-6, true"})
    void targetsMayBeOutOfReachInOneOfAHundred(int of200, double beyond, boolean found) {
        double[] targets = new double[200];
        Arrays.setAll(targets, n -> n < of200 ? 1 + beyond : n % 2);
        Ailment ailment = Ailment.of(
                "mean((sigmoid(x @ w) - y)^2)",
                Map.of("w", normal(6, 0.5, 3, 1)),
                Map.of("x", normal(1, 1, 200, 3), "y", Tensor.of(Shape.of(200, 1), targets)));

        assertThat(ailment.findings(Symptom.TARGETS).isEmpty()).isNotEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource({"8, 0, true", "7, 0, false", "8, 1, false"})
    void aTargetForAllTakesEightDifferentSamples(int samples, int others, boolean found) {
        double[] targets = new double[samples];
        Arrays.fill(targets, 0, others, 1);
        Ailment ailment = Ailment.of(
                        "x @ w", CLASSIFIER, Map.of("x", normal(1, 1, samples, 6), "y", Tensor.vector(targets)))
                .with(Loss.Kind.CROSS_ENTROPY);

        assertThat(ailment.findings(Symptom.TARGETS).isEmpty()).isNotEqualTo(found);
    }

    private static Tensor repeated(Tensor tensor, int copies) {
        double[] values = tensor.values().clone();
        int size = tensor.size() / tensor.shape().extent(0);
        for (int i = 0; i < copies; i++) {
            System.arraycopy(tensor.values(), i * size, values, (tensor.shape().extent(0) - 1 - i) * size, size);
        }
        return Tensor.of(tensor.shape(), values);
    }

    @ParameterizedTest
    @CsvSource({"100, 10, false", "100, 11, true", "9, 1, true", "8, 1, false"})
    void oneSampleOfTenMayBeACopyAmongEightDifferentOnes(int samples, int copies, boolean found) {
        Ailment ailment = line(repeated(normal(1, 1, samples, 3), copies), repeated(normal(2, 1, samples, 1), copies));

        assertThat(ailment.findings(Symptom.REPEATED_SAMPLES).isEmpty()).isNotEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource({"100, 2, false", "100, 3, true"})
    void oneSampleOfFiftyMayContradictAnother(int samples, int contradicting, boolean found) {
        Ailment ailment = line(repeated(normal(1, 1, samples, 3), contradicting), normal(2, 1, samples, 1));

        assertThat(ailment.findings(Symptom.REPEATED_SAMPLES).isEmpty()).isNotEqualTo(found);
    }

    /** A batch that did not arrive: one input for all, and targets that differ. */
    @ParameterizedTest
    @CsvSource({"8, 2, true", "7, 2, false", "8, 1, false", "64, 5, true"})
    void oneInputForAllIsFoundWhereTargetsDiffer(int samples, int targets, boolean found) {
        Ailment ailment = Ailment.of(
                        "x @ w",
                        Map.of("w", normal(6, 0.5, 6, 5)),
                        Map.of("x", Tensor.filled(Shape.of(samples, 6), 0.5), "y", classes(samples, targets)))
                .with(Loss.Kind.CROSS_ENTROPY);

        assertThat(ailment.findings(Symptom.REPEATED_SAMPLES).isEmpty()).isNotEqualTo(found);
    }

    @Test
    void theMajorityAmongEqualInputsIsRight() {
        double[] targets = new double[20];
        Arrays.setAll(targets, n -> n);
        Arrays.fill(targets, 10, 20, 5);
        targets[17] = 6;
        double[] x = new double[20];
        Arrays.setAll(x, n -> Math.min(n, 10));
        Ailment ailment = line(Tensor.of(Shape.of(20, 1), x), Tensor.of(Shape.of(20, 1), targets));

        assertThat(ailment.findings(Symptom.REPEATED_SAMPLES).get(0).tensors()).containsExactly("sample 17");
    }

    @ParameterizedTest
    @ValueSource(strings = {"logSoftmax(x @ w)", "x @ w", "softmax(x @ w) @ v", "2 * softmax(x @ w)"})
    void whatIsNoProbabilityMayBeLogits(String logits) {
        Map<String, Tensor> parameters = new HashMap<>(CLASSIFIER);
        if (logits.contains("v")) {
            parameters.put("v", normal(7, 0.5, 3, 3));
        }
        Ailment ailment = Ailment.of(logits, parameters, Map.of("x", normal(1, 1, 12, 6), "y", classes(12, 3)))
                .with(Loss.Kind.CROSS_ENTROPY);

        assertThat(ailment.findings(Symptom.LOGITS)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "softmax(x @ w), CROSS_ENTROPY, true",
        "sigmoid(x @ w), CROSS_ENTROPY, true",
        "softmax(x @ w), NEGATIVE_LOG_LIKELIHOOD, true",
        "logSoftmax(x @ w), NEGATIVE_LOG_LIKELIHOOD, false",
        "log(softmax(x @ w)), NEGATIVE_LOG_LIKELIHOOD, false",
        "x @ w, NEGATIVE_LOG_LIKELIHOOD, true"
    })
    void aLossThatIsAttachedTakesLogitsOrLogProbabilities(String prediction, Loss.Kind loss, boolean found) {
        Ailment ailment = Ailment.of(prediction, CLASSIFIER, Map.of("x", normal(1, 1, 12, 6), "y", classes(12, 3)))
                .with(loss);

        assertThat(ailment.findings(Symptom.LOGITS).isEmpty()).isNotEqualTo(found);
    }

    /** Probabilities of a row are e^shift together: a hundredth more than 1 is allowed, and any part of it. */
    @ParameterizedTest
    @CsvSource({"0, false", "0.0099, false", "0.0101, true", "-5, false", "1, true"})
    void rowsOfLogProbabilitiesAddUpToOne(double shift, boolean found) {
        Ailment ailment = Ailment.of(
                        "logSoftmax(x @ w) + " + shift,
                        CLASSIFIER,
                        Map.of("x", normal(1, 1, 12, 6), "y", classes(12, 3)))
                .with(Loss.Kind.NEGATIVE_LOG_LIKELIHOOD);

        assertThat(ailment.findings(Symptom.LOGITS).isEmpty()).isNotEqualTo(found);
    }

    /** Half of the rows are logits. */
    @ParameterizedTest
    @CsvSource({"6, false", "7, true"})
    void theMedianRowIsLookedAt(int logits, boolean found) {
        double[] shifts = new double[12];
        Arrays.fill(shifts, 0, logits, 1);
        Ailment ailment = Ailment.of(
                        "logSoftmax(x @ w) + s",
                        CLASSIFIER,
                        Map.of(
                                "x", normal(1, 1, 12, 6),
                                "s", Tensor.of(Shape.of(12, 1), shifts),
                                "y", classes(12, 3)))
                .with(Loss.Kind.NEGATIVE_LOG_LIKELIHOOD);

        assertThat(ailment.findings(Symptom.LOGITS).isEmpty()).isNotEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource({
        "sigmoid(x @ w), BINARY_CROSS_ENTROPY_WITH_LOGITS, true",
        "x @ w, BINARY_CROSS_ENTROPY_WITH_LOGITS, false",
        "sigmoid(x @ w), BINARY_CROSS_ENTROPY, false",
        "sigmoid(x @ w), MSE, false"
    })
    void aLossOfLabelsTakesLogitsOrProbabilities(String prediction, Loss.Kind loss, boolean found) {
        Ailment ailment = Ailment.of(prediction, CLASSIFIER, Map.of("x", normal(1, 1, 12, 6), "y", oneHot(12, 3)))
                .with(loss);

        assertThat(ailment.findings(Symptom.LOGITS).isEmpty()).isNotEqualTo(found);
    }

    /** With a softmax too many a sample's loss is log(1 + 2 / e) at the least among three classes. */
    @Test
    void saysTheLeastLossThatProbabilitiesCanHave() {
        Ailment ailment = Ailment.of("softmax(1000 * w)", Map.of("w", oneHot(9, 3)), Map.of("y", classes(9, 3)))
                .with(Loss.Kind.CROSS_ENTROPY);

        assertThat(ailment.findings(Symptom.LOGITS).get(0).observed())
                .isCloseTo(ailment.objective().value(), within(1e-12));
    }

    /** What an export makes of a causal mask, as GPT's: a parameter that is compared with 0, piece by piece. */
    @Test
    void aMaskThatWasExportedAsAParameterIsNoPartThatIsCut() {
        Map<String, Tensor> parameters = Map.of(
                "w",
                normal(6, 0.5, 4, 4),
                "m",
                Tensor.of(Shape.of(5, 4), oneHot(5, 4).values()),
                "b",
                normal(7, 1, 4));
        Map<String, Tensor> data = Map.of("x", normal(1, 1, 4, 4), "y", normal(2, 1, 4, 4));
        Ailment masked = Ailment.of("mean((where(m[0:4] > 0, -9, x @ w) + b - y)^2)", parameters, data);
        Ailment thresholds = masked.withFormula("mean((where(x @ w > b, 1, 0) + m[0:4] - y)^2)");

        assertThat(masked.findings(Symptom.DETACHED)).isEmpty();
        assertThat(thresholds.findings(Symptom.DETACHED))
                .flatExtracting(HealthFinding::tensors)
                .contains("w");
    }

    /** A last layer of zeros is set so on purpose, and the first step ends it; behind equal weights no step does. */
    @Test
    void weightsOfZeroThatMoveApartAreNoFault() {
        Map<String, Tensor> weights = Map.of("w1", normal(6, 0.5, 6, 5), "w2", Tensor.zeros(Shape.of(5, 4)));
        double[] targets = normal(2, 1, 12, 4).values();
        for (int n = 0; n < 12; n++) {
            targets[4 * n + 1] = targets[4 * n]; // two of four units stay equal, which is not yet a layer
        }
        Map<String, Tensor> data = Map.of("x", normal(1, 1, 12, 6), "y", Tensor.of(Shape.of(12, 4), targets));
        Ailment head = Ailment.of("mean((tanh(x @ w1) @ w2 - y)^2)", weights, data);
        Ailment equal = head.withFormula("mean((tanh(tanh(x @ w1) @ w2) @ v - y)^2)");
        Map<String, Tensor> more = new HashMap<>(weights);
        more.put("v", Tensor.filled(Shape.of(4, 4), 0.5));

        assertThat(head.diagnosis().findings()).isEmpty();
        assertThat(new Ailment(equal.formula(), null, more, data, 1).findings(Symptom.INITIALISATION))
                .filteredOn(finding -> finding.tensors().contains("w2"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Severity.UNHEALTHY));
    }

    /** Weights with the spread that they would be drawn with are not to be drawn anew. */
    @ParameterizedTest
    @CsvSource({"1.9, NORMALISATION", "2.1, INITIALISATION", "0.55, NORMALISATION", "0.45, INITIALISATION"})
    void whatIsAlreadySoIsNoRemedy(double times, Remedy.Action first) {
        Tensor drawn = normal(6, 1, 40, 40);
        double spread = Math.sqrt(drawn.norm() * drawn.norm() / drawn.size());
        Tensor weight = drawn.map(value -> times * Math.sqrt(2 / 80.0) / spread * value);
        Ailment ailment = Ailment.of(
                "mean((tanh(1000 * x @ w) - y)^2)",
                Map.of("w", weight),
                Map.of("x", normal(1, 1, 8, 40), "y", Tensor.zeros(Shape.of(8, 40))));

        assertThat(ailment.findings(Symptom.SATURATION).get(0).remedies().get(0).action())
                .isEqualTo(first);
    }

    @Test
    void aSmallGradientIsNotACutOne() {
        Map<String, Tensor> weights = Map.of("w1", normal(6, 0.5, 6, 5), "w2", normal(7, 0.5, 5, 2));
        Map<String, Tensor> data = Map.of("x", normal(1, 1, 12, 6), "y", normal(2, 1, 12, 2));
        Ailment dead = Ailment.of("mean((relu(x @ w1 - 100) @ w2 - y)^2)", weights, data);
        Ailment cut = Ailment.of("mean((stopGradient(x @ w1) @ w2 - y)^2)", weights, data);

        assertThat(dead.condition().layers().get(0).gradientNorm()).isZero();
        assertThat(dead.findings(Symptom.DETACHED)).isEmpty();
        assertThat(cut.findings(Symptom.DETACHED)).singleElement().satisfies(finding -> {
            assertThat(finding.tensors()).containsExactly("w1");
            assertThat(finding.observed()).isEqualTo(0.5);
            assertThat(finding.cause()).contains("stop_gradient");
        });
        assertThat(cut.findings(Symptom.VANISHING)).isEmpty();
    }

    /** The shares of a hundred entries that float16 flushes: 2^-25 goes to 0, as ties go to even, and what is above does not. */
    @ParameterizedTest
    @CsvSource({"6, 1, true", "5, 1, false", "100, 1.0001, false", "100, 0.1, true"})
    void float16MayFlushOneEntryOfTwenty(int of100, double factor, boolean found) {
        double[] values = new double[100];
        Arrays.setAll(values, i -> i < of100 ? factor * 0x1p-25 : 1);

        assertThat(underflow(Tensor.vector(values)).isEmpty()).isNotEqualTo(found);
    }

    private static List<HealthFinding> underflow(Tensor gradient) {
        Condition condition = new GivenReading(Map.of("w", gradient), Map.of(), Map.of(), Map.of(), List.of())
                .condition(Map.of())
                .with(null, Map.of("w", gradient));
        return Diagnosis.of(condition, Profile.PLUMBLINE).findings().stream()
                .filter(finding -> finding.rule() == Symptom.UNDERFLOW)
                .toList();
    }

    /** Sizes over 20 decades of 2: with the scale nearly all survive, and the largest does not overflow. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-3, 1e-6})
    void theLossScaleCuresIt(double size) {
        double[] values = new double[200];
        Arrays.setAll(values, i -> size * Math.scalb(1.0, i == 199 ? -100 : -15 - i / 10));
        HealthFinding finding = underflow(Tensor.vector(values)).get(0);
        Map<String, Double> numbers = finding.remedies().get(0).numbers();
        double scale = Objects.requireNonNull(numbers.get("lossScale"));
        double most = Objects.requireNonNull(numbers.get("largestLossScale"));

        assertThat(underflow(Tensor.vector(values).map(value -> value * scale))).isEmpty();
        // The least power of two that leaves one entry of 200: half of it is not enough.
        assertThat(flushed(values, scale)).isLessThanOrEqualTo(1);
        assertThat(flushed(values, scale / 2)).isGreaterThan(1);
        assertThat(values[0] * most).isBetween(65504 / 8.0, 65504 / 2.0);
    }

    private static long flushed(double[] values, double scale) {
        return Arrays.stream(values).filter(value -> value * scale <= 0x1p-25).count();
    }

    /** Entries from 1 down to 1e-30 fit into no scale: nothing is said of one that does not help. */
    @Test
    void aScaleNeverOverflowsTheLargestEntry() {
        double[] values = new double[100];
        Arrays.setAll(values, i -> i % 2 == 0 ? 3e4 : 1e-30);
        HealthFinding finding = underflow(Tensor.vector(values)).get(0);

        assertThat(finding.remedies()).extracting(Remedy::action).doesNotContain(Remedy.Action.LOSS_SCALE);
    }
}
