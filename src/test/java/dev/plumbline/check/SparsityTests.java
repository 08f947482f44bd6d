package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims of which elements of a Jacobian may be other than 0. */
class SparsityTests {

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    /** A second difference: {@code y_i = x_i - 2 x_(i+1) + x_(i+2)}, three elements a row. */
    private static final String SECOND_DIFFERENCE = "x[0:4] - 2 * x[1:5] + x[2:6]^2";

    private static final Tensor X = Tensor.vector(0.3, -1.7, 2.1, 0.5, 1.1, -0.4);

    private static List<List<Integer>> band(int width) {
        List<List<Integer>> nonzeros = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            for (int k = i; k < i + width; k++) {
                nonzeros.add(List.of(i, k));
            }
        }
        return nonzeros;
    }

    private static GradientCheckReport check(String formula, Tensor x, List<List<Integer>> nonzeros) {
        return SERVICE.check(new GradientCheckRequest(
                        Formulas.source(formula),
                        null,
                        Map.of("x", x),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null)
                .claiming(List.of(new SparsityClaim("out", "x", nonzeros))));
    }

    @Test
    void aBandThatHoldsPasses() {
        GradientCheckReport report = check(SECOND_DIFFERENCE, X, band(3));
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
        SparsityReport pattern = report.jacobianSparsity().get(0);
        assertThat(pattern.claimed()).isEqualTo(12);
        assertThat(pattern.seen()).isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 11})
    void anElementOutsideIsNamed(int left) {
        List<List<Integer>> nonzeros = band(3);
        List<Integer> missing = nonzeros.remove(left);
        GradientCheckReport report = check(SECOND_DIFFERENCE, X, nonzeros);
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.jacobianSparsity().get(0).outside()).singleElement().satisfies(outside -> {
            assertThat(outside.outputIndex()).containsExactly(missing.get(0));
            assertThat(outside.byIndex()).containsExactly(missing.get(1));
        });
        assertThat(report.summary()).contains("out[%d] moves with x[%d]".formatted(missing.get(0), missing.get(1)));
    }

    /** At 0 the square does not move its element; beside it does. */
    @Test
    void whatVanishesAtThePointByChanceIsSeenBesideIt() {
        Tensor zeros = Tensor.vector(0, 0, 0, 0, 0, 0);
        GradientCheckReport report = check(SECOND_DIFFERENCE, zeros, band(2));
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.jacobianSparsity().get(0).outsideCount()).isEqualTo(4);
    }

    /** {@code x^4} moves by {@code 4 x^3}, 1e-9 of the others where x is a thousandth; one that is nearer to 0 would be lost in rounding. */
    @Test
    void whatRisesAsAFourthPowerIsSeenBesideItsZero() {
        GradientCheckReport report =
                check("x + 0 * x + x[0]^4 * [0, 1, 1, 1, 1, 1]", Tensor.vector(0, 0, 0, 0, 0, 0), diagonal());
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.jacobianSparsity().get(0).outsideCount()).isEqualTo(5);
    }

    /** A branch that is taken a hundredth away is another function's, one a ten-thousandth away is next to the point. */
    @ParameterizedTest
    @CsvSource({"1e-4, FAIL", "4e-3, PASS"})
    void branchesNextToThePointAreSeen(double away, Verdict verdict) {
        String branches = "x + relu(x[0] - " + (1 + away) + ") * [0, 1, 1, 1, 1, 1] + relu(" + (1 - away)
                + " - x[0]) * [0, 1, 1, 1, 1, 1]";
        GradientCheckReport report = check(branches, Tensor.vector(1, 1, 1, 1, 1, 1), diagonal());
        assertThat(report.verdict()).isEqualTo(verdict);
    }

    private static List<List<Integer>> diagonal() {
        return List.of(List.of(0, 0), List.of(1, 1), List.of(2, 2), List.of(3, 3), List.of(4, 4), List.of(5, 5));
    }

    /** {@code (x + 1e9) - 1e9 - x} leaves rounding, and no derivative. */
    @Test
    void whatCancelsIsNoElement() {
        GradientCheckReport report = check(
                "(x * 3 + x[1]) - x[1] / 7 * 7",
                X,
                List.of(List.of(0, 0), List.of(1, 1), List.of(2, 2), List.of(3, 3), List.of(4, 4), List.of(5, 5)));
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
    }

    /** An element below one part in 10^10 of its row is not told from rounding. */
    @ParameterizedTest
    @CsvSource({"5e-10, FAIL", "5e-11, PASS"})
    void smallElementsOfARowAreSeenDownToRounding(double small, Verdict verdict) {
        GradientCheckReport report =
                check("[x[0] + " + small + " * x[1]]", Tensor.vector(1, 1), List.of(List.of(0, 0)));
        assertThat(report.verdict()).isEqualTo(verdict);
    }

    @Test
    void refusesElementsThatTheJacobianDoesNotHave() {
        assertThatThrownBy(() -> check(SECOND_DIFFERENCE, X, List.of(List.of(4, 0))))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.pointer())
                        .isEqualTo("/jacobianSparsity/0/nonzeros/0"));
    }
}
