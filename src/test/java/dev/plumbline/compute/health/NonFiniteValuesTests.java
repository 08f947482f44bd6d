package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Ailment.normal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NaN and infinity are named by the operation in which they begin. */
class NonFiniteValuesTests {

    private static final Map<String, Tensor> WEIGHT = Map.of("w", Tensor.filled(Shape.of(6, 1), 1));
    private static final Map<String, Tensor> DATA = Map.of("x", normal(1, 1, 12, 6));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mean(log(x @ w)^2) | (log), which takes the logarithm of - | above 0",
                "mean(log(0 * (x @ w))) | (log), which takes the logarithm of 0 | above 0",
                "mean(sqrt(x @ w)) | (sqrt), which takes the square root of - | above 0",
                "mean((x @ w - x @ w) / (x @ w - x @ w)) | (divide), which divides 0 by 0 | divisor",
                "mean(1 / (x @ w - x @ w)) | (divide), which divides by 0 | divisor",
                "mean(exp(1000 * x @ w) / sum(exp(1000 * x @ w))) | (exp), which overflows: the exponential of | Subtract",
                "mean((1e200 * x @ w) * (1e200 * x @ w)) | (multiply), which overflows | smaller",
                "mean(sqrt((0 * x @ w)^2)) | (sqrt), which is taken at 0, where its derivative is infinite | above 0",
                "mean(x @ w + sqrt(x @ w - x @ w)) | (sqrt), which is taken at 0, where its derivative is infinite | above 0",
                "mean(1 / (1e-160 * (x @ w))) * 1e-100 | (divide), which divides by so little | divisor"
            })
    void saysWhereItBegins(String formula, String words, String cure) {
        HealthFinding finding =
                Ailment.of(formula, WEIGHT, DATA).findings(Symptom.NON_FINITE).get(0);

        assertThat(finding.cause()).contains("It begins in ", words);
        assertThat(finding.remedies().get(0).advice()).contains(cure);
    }

    /** The branch that a selection leaves out is not where it begins, though it comes first. */
    @Test
    void passesOverWhatIsNotSelected() {
        Ailment both =
                Ailment.of("mean(where(x @ w > -99, 0 * x @ w, log(x @ w)) + 1 / (x @ w - x @ w))", WEIGHT, DATA);

        assertThat(both.findings(Symptom.NON_FINITE).get(0).cause())
                .contains("(divide)")
                .doesNotContain("(log)");
    }

    /** A mask of -infinity is none of an operation's doing, but a logarithm behind it is. */
    @Test
    void aMaskIsNoBeginning() {
        Map<String, Tensor> data = new HashMap<>(DATA);
        data.put("m", Tensor.filled(Shape.of(12, 1), Double.NEGATIVE_INFINITY));
        Ailment masked = Ailment.of("mean(exp(x @ w + m) + log(x @ w))", WEIGHT, data);

        assertThat(masked.findings(Symptom.NON_FINITE).get(0).cause()).contains("(log)");
        assertThat(masked.withFormula("mean(exp(x @ w + m) + x @ w)").findings(Symptom.NON_FINITE))
                .isEmpty();
    }

    @Test
    void findsNothingInNumbers() {
        assertThat(Ailment.of("mean(log(exp(x @ w)) + sqrt((x @ w)^2 + 1))", WEIGHT, DATA)
                        .findings(Symptom.NON_FINITE))
                .isEmpty();
    }
}
