package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.GradientCheckReport.EntryReport;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Points where the objective has no derivative, and points so near to one that a careless step crosses it. */
class KinksTests {

    /**
     * An objective that bends by its first parameter.
     *
     * @param left the one-sided slopes by that parameter
     * @param rest the derivatives by the others
     */
    /** @param claim the whole claim for a claim of the first entry */
    private record Bend(
            String name, String formula, double[] at, double left, double right, DoubleFunction<double[]> claim) {

        Bend(String name, String formula, double[] at, double left, double right, double second) {
            this(name, formula, at, left, right, first -> new double[] {first, second});
        }

        GradientCheckReport check(double claimed, Coverage coverage) {
            Tensor whole = Tensor.vector(claim.apply(claimed));
            return Formulas.check(formula, Map.of("w", Tensor.vector(at)), Map.of("w", whole), coverage);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static double[] at(double... values) {
        return values;
    }

    static Stream<Bend> bends() {
        return Stream.of(
                new Bend("ReLU at 0", "sum(relu(w * [3, 2]))", at(0, 0.7), 0, 3, 2),
                new Bend("ReLU behind a smooth function", "sum(relu(tanh(w) * [3, 2]))", at(0, 0), 0, 3, 0),
                new Bend("abs at 0", "sum(abs(w) * [3, 2])", at(0, -0.7), -3, 3, -2),
                new Bend("leaky ReLU at 0", "sum(leakyRelu(w, 0.2) * [3, 2])", at(0, 0.7), 0.6, 3, 2),
                new Bend(
                        "the larger of two equals",
                        "2 * max(w) + w[1]",
                        at(1.5, 1.5, 0.3),
                        0,
                        2,
                        first -> at(first, 3 - first, 0)),
                new Bend("maximum with a constant", "sum(maximum(w, 0.5))^2", at(0.5, 2), 0, 5, 5));
    }

    @ParameterizedTest
    @MethodSource("bends")
    void anySubgradientIsAcceptedAndSaidToBeOne(Bend bend) {
        for (Coverage coverage : new Coverage[] {Coverage.EXHAUSTIVE, Coverage.CERTIFIED}) {
            for (double claimed : new double[] {bend.left, bend.right, (bend.left + bend.right) / 2}) {
                GradientCheckReport report = bend.check(claimed, coverage);

                assertThat(report.verdict())
                        .as(coverage + " " + claimed + ": " + report.summary())
                        .isEqualTo(Verdict.KINK);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bends")
    void whatIsNoSubgradientIsRefuted(Bend bend) {
        double width = bend.right - bend.left;
        for (Coverage coverage : new Coverage[] {Coverage.EXHAUSTIVE, Coverage.CERTIFIED}) {
            for (double claimed :
                    new double[] {bend.left - 0.01 * width, bend.right + 0.01 * width, bend.right + width}) {
                GradientCheckReport report = bend.check(claimed, coverage);

                assertThat(report.verdict())
                        .as(coverage + " " + claimed + ": " + report.summary())
                        .isEqualTo(Verdict.FAIL);
            }
        }
    }

    /** Each between its own one-sided slopes, but no choice gives both: along [1, 1] the derivative is 2, not 3. */
    @Test
    void entriesThatEachCouldBeAreRefutedWhereNoChoiceGivesThemTogether() {
        GradientCheckReport report = Formulas.check(
                "2 * max(w)",
                Map.of("w", Tensor.vector(2, 2)),
                Map.of("w", Tensor.vector(1.5, 1.5)),
                Coverage.CERTIFIED);

        assertThat(report.verdict()).as(report.summary()).isEqualTo(Verdict.FAIL);
    }

    @ParameterizedTest
    @MethodSource("bends")
    void theReportHasBothSlopes(Bend bend) {
        EntryReport entry = bend.check(bend.right, Coverage.EXHAUSTIVE).tensors().get(0).entries().stream()
                .filter(each -> each.index().equals(List.of(0)))
                .findFirst()
                .orElseThrow();

        assertThat(entry.left()).isNotNull().isCloseTo(bend.left, org.assertj.core.data.Offset.offset(1e-3));
        assertThat(entry.right()).isNotNull().isCloseTo(bend.right, org.assertj.core.data.Offset.offset(1e-3));
    }

    /** A pre-activation of 1e-8 beside parameters of size 1. */
    @ParameterizedTest
    @EnumSource(names = {"EXHAUSTIVE", "CERTIFIED"})
    void justBesideAKinkOnlyTheNearSideIsRight(Coverage coverage) {
        double[] at = {1e-8, 0.9, -1.1, 0.4};
        Tensor w = Tensor.vector(at);
        double[] right = Arrays.stream(at).map(x -> x > 0 ? 2 : 0).toArray();
        double[] wrong = right.clone();
        wrong[0] = 0;

        GradientCheckReport passes =
                Formulas.check("2 * sum(relu(w))", Map.of("w", w), Map.of("w", Tensor.vector(right)), coverage);
        GradientCheckReport fails =
                Formulas.check("2 * sum(relu(w))", Map.of("w", w), Map.of("w", Tensor.vector(wrong)), coverage);

        assertThat(passes.verdict()).as(passes.summary()).isEqualTo(Verdict.PASS);
        assertThat(fails.verdict()).as(fails.summary()).isEqualTo(Verdict.FAIL);
    }
}
