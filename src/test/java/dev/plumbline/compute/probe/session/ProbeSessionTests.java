package dev.plumbline.compute.probe.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks of six tensors, 12-20-16-5, whose owner is a simulated client; tensor 2 is a matrix of 20 by 16, 3 its bias. */
class ProbeSessionTests {

    private static final int SEEDS = Integer.getInteger("plumbline.probe.seeds", 25);
    private static final int MATRIX = 2;
    private static final int BIAS = 3;

    private static Findings check(boolean relu, Datatype evaluation, long seed, Consumer<double[][]> fault) {
        Objective objective = new Networks((int) seed, relu, evaluation == Datatype.FP32, 8, 12, 20, 16, 5);
        double[][] claim =
                Arrays.stream(objective.gradient()).map(double[]::clone).toArray(double[][]::new);
        fault.accept(claim);
        return new SimulatedClient(objective, claim, Datatype.FP64, evaluation)
                .check(new Settings(seed, 0.95, 400, true));
    }

    static Stream<Arguments> networks() {
        return Stream.of(false, true)
                .flatMap(relu -> IntStream.rangeClosed(1, SEEDS).mapToObj(seed -> Arguments.of(relu, seed)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aRightGradientPassesAndLittleIsAsked(boolean relu, int seed) {
        Findings findings = check(relu, Datatype.FP64, seed, claim -> {});

        assertThat(findings.verdict()).as(findings::toString).isEqualTo(Verdict.PASS);
        assertThat(findings.evaluations()).isLessThanOrEqualTo(100);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void inFloat32ARightGradientIsNotRefuted(boolean relu, int seed) {
        Findings findings = check(relu, Datatype.FP32, seed, claim -> {});

        assertThat(findings.verdict()).as(findings::toString).isNotEqualTo(Verdict.FAIL);
    }

    private record Planted(String what, int tensor, Class<? extends Fault> fault, Consumer<double[][]> into) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static List<Planted> faults() {
        return List.of(
                new Planted("one and a half", MATRIX, Fault.Scaled.class, claim -> times(claim[MATRIX], 1.5)),
                new Planted("sign", MATRIX, Fault.Sign.class, claim -> times(claim[MATRIX], -1)),
                new Planted("no bias", BIAS, Fault.Zero.class, claim -> Arrays.fill(claim[BIAS], 0)),
                new Planted("one entry", MATRIX, Fault.Sparse.class, claim -> claim[MATRIX][37] += 0.01),
                new Planted("transposed", MATRIX, Fault.Transposed.class, claim -> {
                    double[] right = claim[MATRIX].clone();
                    Arrays.setAll(claim[MATRIX], i -> right[i % 20 * 16 + i / 20]);
                }));
    }

    /** Rows of 16 and of 5, columns of 20; what turning round leaves in its place is part of the row. */
    @ParameterizedTest
    @CsvSource({"2, 16, 3, 0", "4, 5, 7, 0", "2, 16, 5, 1", "4, 5, 2, 1", "0, 20, 11, 0", "0, 20, 4, 1"})
    void aFlippedRowIsARow(int matrix, int columns, int line, int axis) {
        for (int seed = 1; seed <= 5; seed++) {
            Findings findings = check(false, Datatype.FP64, seed, claim -> {
                double[] right = claim[matrix].clone();
                int rows = right.length / columns;
                int extent = axis == 0 ? columns : rows;
                for (int i = 0; i < extent; i++) {
                    int to = axis == 0 ? line * columns + i : i * columns + line;
                    int from = axis == 0 ? line * columns + extent - 1 - i : (extent - 1 - i) * columns + line;
                    claim[matrix][to] = right[from];
                }
            });

            assertThat(findings.verdict()).isEqualTo(Verdict.FAIL);
            assertThat(findings.tensors().get(matrix).fault()).isInstanceOfSatisfying(Fault.Slice.class, slice -> {
                Box.Span span = slice.part().spans().get(axis);
                assertThat(span).isEqualTo(new Box.Span(line, line + 1));
            });
            assertThat(findings.evaluations()).isLessThanOrEqualTo(200);
        }
    }

    /** Factors so near to 1 that half of the tensor drowns: the part that does not is no more wrong than the rest. */
    @ParameterizedTest
    @MethodSource("networks")
    void aFactorThatBarelyShowsIsNoPart(boolean relu, int seed) {
        int parts = 0;
        for (double size = 1e-9; size < 1; size *= 4) {
            double factor = 1 + size;
            for (int tensor : new int[] {MATRIX, BIAS}) {
                Findings findings = check(relu, Datatype.FP64, seed, claim -> times(claim[tensor], factor));
                Fault fault = findings.tensors().get(tensor).fault();
                boolean isPart = fault instanceof Fault.Slice
                        || fault instanceof Fault.Sparse sparse
                                && sparse.entries().size() < 16;
                parts += isPart ? 1 : 0;
            }
        }
        assertThat(parts).isLessThanOrEqualTo(1);
    }

    /** Signs, zeros and factors; 26 tensors of small layers, one after the other. */
    @Test
    void aWrongTensorOfTwentySixIsMostlyNamedAfterSixtyEvaluations() {
        int[] widths = new int[14];
        Arrays.fill(widths, 12);
        int within = 0;
        for (int seed = 1; seed <= 20; seed++) {
            Objective objective = new Networks(seed, false, false, 8, widths);
            double[][] claim =
                    Arrays.stream(objective.gradient()).map(double[]::clone).toArray(double[][]::new);
            int wrong = seed * 7 % claim.length;
            times(claim[wrong], new double[] {1.5, -1, 0}[seed % 3]);
            Findings findings = new SimulatedClient(objective, claim, Datatype.FP64, Datatype.FP64)
                    .check(new Settings(seed, 0.95, 400, true));
            assertThat(findings.tensors().get(wrong).fault()).isNotNull();
            within += findings.evaluations() <= 60 ? 1 : 0;
        }
        assertThat(within).isGreaterThanOrEqualTo(18);
    }

    @Test
    void aNormThatOverflowsIsNotAnInfiniteClaim() {
        Objective objective = new Networks(3, false, false, 8, 12, 20, 16, 5);
        Settings settings = new Settings(3, 0.95, 400, true);
        assertThat(overflowing(objective, objective.gradient()).check(settings).verdict())
                .isEqualTo(Verdict.PASS);
        double[][] wrong =
                Arrays.stream(objective.gradient()).map(double[]::clone).toArray(double[][]::new);
        times(wrong[MATRIX], 2);
        assertThat(overflowing(objective, wrong)
                        .check(settings)
                        .tensors()
                        .get(MATRIX)
                        .fault())
                .isInstanceOf(Fault.Scaled.class);
        for (double value : new double[] {Double.POSITIVE_INFINITY, Double.NaN}) {
            wrong[MATRIX][5] = value;
            Findings findings = overflowing(objective, wrong).check(settings);
            assertThat(findings.tensors().get(MATRIX).fault()).isInstanceOf(Fault.NonFinite.class);
            assertThat(findings.tensors().get(BIAS).fault()).isNull();
        }
    }

    /** A client whose norms add up squares that are not finite. */
    private static SimulatedClient overflowing(Objective objective, double[][] claim) {
        return new SimulatedClient(objective, claim, Datatype.FP64, Datatype.FP64) {
            @Override
            Subject subject(Subject.Product product) {
                Subject subject = super.subject(product);
                return subject.with(subject.tensors().stream()
                        .map(tensor -> tensor.contributing(Double.POSITIVE_INFINITY))
                        .toList());
            }
        };
    }

    private static void times(double[] values, double factor) {
        Arrays.setAll(values, i -> values[i] * factor);
    }

    static Stream<Arguments> faulty() {
        return faults().stream().flatMap(fault -> Stream.of(false, true)
                .flatMap(relu -> IntStream.rangeClosed(1, 3).mapToObj(seed -> Arguments.of(fault, relu, seed))));
    }

    @ParameterizedTest
    @MethodSource("faulty")
    void aWrongTensorIsFoundAndItsMistakeNamed(Planted planted, boolean relu, int seed) {
        Findings findings = check(relu, Datatype.FP64, seed, planted.into());

        assertThat(findings.verdict()).as(findings::toString).isEqualTo(Verdict.FAIL);
        for (int i = 0; i < findings.tensors().size(); i++) {
            assertThat(findings.tensors().get(i).verdict() == Verdict.FAIL).isEqualTo(i == planted.tensor());
        }
        assertThat(Objects.requireNonNull(
                        findings.tensors().get(planted.tensor()).fault()))
                .isInstanceOf(planted.fault());
        assertThat(findings.evaluations()).isLessThanOrEqualTo(250);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void inFloat32ATensorOneAndAHalfTimesTooLargeIsFound(boolean relu, int seed) {
        Findings findings = check(relu, Datatype.FP32, seed, claim -> times(claim[MATRIX], 1.5));

        assertThat(findings.verdict()).as(findings::toString).isEqualTo(Verdict.FAIL);
    }
}
