package dev.plumbline.compute.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowancesTests {

    private interface Formula {
        Node of(ProgramBuilder b, Node w);
    }

    private static Objective objective(Formula formula, double... w) {
        ProgramBuilder b = new ProgramBuilder();
        Program program = b.output("y", formula.of(b, b.parameter("w", Shape.of(w.length))))
                .build();
        return new Objective(program, program.output("y"), Map.of("w", Tensor.vector(w)));
    }

    private static Allowances allowances(Objective objective, Datatype datatype, long seed) {
        return Allowances.of(objective, objective.gradient(), Map.of("w", datatype), null, false, seed);
    }

    private static double gradient(Objective objective, Rounding rounding) {
        return Objects.requireNonNull(objective
                        .program()
                        .evaluate(objective.point(), rounding)
                        .gradient(objective.output())
                        .byParameter()
                        .get("w"))
                .at(0);
    }

    /** {@code (1 - cos w) / w^2}, whose gradient at 1e-3 float64 knows to 1 % only. */
    private static Node cancelling(ProgramBuilder b, Node w) {
        return b.sum(b.divide(b.subtract(b.constant(1), b.unary(UnaryFunction.COS, w)), b.square(w)));
    }

    // ── the equation ──

    /** Nothing is rounded before the last product: 6 u (m + (m + |g|)/12) + 4 u |g|, and the subnormals. */
    @ParameterizedTest
    @EnumSource(names = {"FP64", "FP32"})
    void whereNothingIsRoundedTheLastSumIsAllowedForAndFourPlaces(Datatype datatype) {
        Objective objective = objective((b, w) -> b.sum(b.multiply(w, 3)), 0.5, -2);
        double expected = datatype.unitRoundoff() * 3 * (6 * (1 + 2 / 12.0) + 4)
                + 4 * Double.MIN_VALUE
                + Underflow.allowance(datatype);
        for (double allowance :
                allowances(objective, datatype, 1).allowance("w").values()) {
            assertThat(Math.abs(allowance - expected)).isLessThanOrEqualTo(1e-15 * expected);
        }
    }

    /** Rounding a square of 404 changes exp(-w^2) by some 400 u: seen of derivatives of 1e-174 beside others of 1, too. */
    @Test
    void whatRoundingDoesToATinyEntryBesideLargeOnesIsSeen() {
        Objective objective =
                objective((b, w) -> b.sum(b.unary(UnaryFunction.EXP, b.multiply(b.square(w), -1))), 0.5, 20.1);
        Tensor allowance = allowances(objective, Datatype.FP64, 3).allowance("w");
        double exact = 40.2 * Math.exp(-20.1 * 20.1);
        assertThat(allowance.at(1) / exact / Datatype.FP64.unitRoundoff()).isBetween(200.0, 10_000.0);
    }

    /** A second look is at some parameters, and what an edge carries may reach others too. */
    @Test
    void aSecondLookAtSomeParametersKnowsItsEdges() {
        ProgramBuilder b = new ProgramBuilder();
        Node sum = b.add(b.parameter("w", Shape.of(1)), b.parameter("v", Shape.of(1)));
        Program program = b.output("y", b.sum(b.unary(UnaryFunction.RELU, sum))).build();
        Objective objective = new Objective(
                program,
                program.output("y"),
                Map.of("w", Tensor.vector(1), "v", Tensor.vector(1e-9 - 1))); // below float32's roundoff
        Map<String, Datatype> datatypes = Map.of("w", Datatype.FP32, "v", Datatype.FP32);
        Allowances first =
                Allowances.atFirst(objective, objective.gradientOfParameters(), datatypes, false, 1, () -> {});
        BitSet one = new BitSet();
        one.set(0);
        Allowances both = first.again(Map.of("w", one), datatypes, false);
        assertThat(both.allowance("w").at(0)).isGreaterThan(1); // the unit may be off
        assertThat(both.allowance("v")).isSameAs(first.allowance("v"));
    }

    /** A factor ten less, and honest float64 arithmetics would be refused. */
    @Test
    void honestGradientsThatCancelAreAllowed() {
        Objective objective = objective(AllowancesTests::cancelling, 1e-3);
        double exact = gradient(objective, Rounding.NONE);
        for (long seed = 0; seed < 20; seed++) {
            double allowance =
                    allowances(objective, Datatype.FP64, seed).allowance("w").at(0);
            double worst = LongStream.range(1000, 1100)
                    .mapToDouble(
                            other -> Math.abs(gradient(objective, Rounding.float64(objective.base(), other)) - exact))
                    .max()
                    .orElseThrow();
            assertThat(allowance).isBetween(worst, 10 * worst);
        }
    }

    /** Eight runs tell a spread to a quarter; one would be now a tenth of it, now three times as large. */
    @Test
    void theSpreadHardlyDependsOnTheSeed() {
        Objective objective = objective(AllowancesTests::cancelling, 1e-3);
        double[] spreads = LongStream.range(0, 40)
                .mapToDouble(seed -> allowances(objective, Datatype.FP64, 100 * seed)
                        .spread("w")
                        .at(0))
                .sorted()
                .toArray();
        assertThat(spreads[39]).isLessThanOrEqualTo(4 * spreads[0]);
        assertThat(Math.abs(gradient(objective, Rounding.NONE))).isGreaterThan(2 * spreads[0]);
    }

    /**
     * Sigmoids on inputs in the hundreds, most of them saturated: an entry of 1e-60 spreads by 1e-13, and that ratio must not
     * be taken over to those that matter. It was: they were allowed 1e40, and claims of 0 and of twice the gradient passed.
     */
    @Test
    void saturatedUnitsDoNotWidenWhatOtherEntriesAreAllowed() {
        Random random = new Random(3);
        for (int trial = 0; trial < 50; trial++) {
            double[] x = random.doubles(24, -1500, 1500).toArray();
            double[] w = random.doubles(12, -1, 1).toArray();
            ProgramBuilder b = new ProgramBuilder();
            Node z = b.matmul(b.constant(Tensor.of(Shape.of(8, 3), x)), b.parameter("w", Shape.of(3, 4)));
            Program program =
                    b.output("y", b.sum(b.unary(UnaryFunction.SIGMOID, z))).build();
            Objective objective =
                    new Objective(program, program.output("y"), Map.of("w", Tensor.of(Shape.of(3, 4), w)));
            Allowances allowances = allowances(objective, Datatype.FP64, trial);
            Tensor spread = allowances.spread("w");
            Tensor allowance = allowances.allowance("w");
            double largest = Arrays.stream(spread.values()).max().orElseThrow();
            for (int i = 0; i < allowance.size(); i++) {
                assertThat(allowance.at(i))
                        .as("entry " + i + " of trial " + trial)
                        .isLessThanOrEqualTo(100 * largest);
            }
        }
    }

    /**
     * The mean over 100 equal samples of {@code 1 + erf(-3)}, of which float32 keeps 5 in 100,000: an arithmetic rounds them
     * alike, and the mean is off by as much as one of them, not by a tenth.
     */
    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP64"})
    void errorsOfEqualSamplesDoNotAverageOut(Datatype datatype) {
        double one = allowanceOverEqualSamples(1, datatype);
        assertThat(allowanceOverEqualSamples(100, datatype)).isBetween(one / 2, 2 * one);
    }

    private static double allowanceOverEqualSamples(int samples, Datatype datatype) {
        Objective objective = objective(
                (b, w) -> {
                    Node all = b.multiply(w, b.constant(Tensor.filled(Shape.of(samples), -3.1)));
                    return b.mean(b.square(b.add(b.unary(UnaryFunction.ERF, all), b.constant(1))));
                },
                0.9);
        return Math.sqrt(LongStream.range(0, 20)
                .mapToDouble(seed -> allowances(objective, datatype, 100 * seed)
                        .allowance("w")
                        .at(0))
                .map(allowance -> allowance * allowance)
                .average()
                .orElseThrow());
    }

    /** Terms of 1,024 that cancel to 1: off by parts of 1,000 where they are added up in bfloat16, else by parts of 1. */
    @Test
    void smallProductsInBfloat16AddUpInIt() {
        double small = allowanceOfACancellingProduct(64);
        assertThat(small).isGreaterThan(50 * allowanceOfACancellingProduct(65));
    }

    private static double allowanceOfACancellingProduct(int rows) {
        double[] w = new double[64];
        Arrays.setAll(w, i -> i < 62 ? (i % 2 == 0 ? 1024 : -1024) : i - 62); // all of them bfloat16's
        ProgramBuilder b = new ProgramBuilder();
        Node y = b.matmul(b.constant(Tensor.filled(Shape.of(rows, 64), 1)), b.parameter("w", Shape.of(64, 1)));
        Program program = b.output("y", b.mean(b.square(y))).build();
        Objective objective = new Objective(program, program.output("y"), Map.of("w", Tensor.of(Shape.of(64, 1), w)));
        Allowances allowances = Allowances.of(
                objective, objective.gradient(), Map.of("w", Datatype.FP32), Precision.named("autocastBF16"), false, 1);
        return allowances.allowance("w").norm();
    }

    /**
     * relu(217.3 (x - mean(x))) over equal rows x = 0.3 w: another order of the sum makes it 0 or 1e-14, for all rows alike. The
     * gradient is 0 on both sides, and on one of them as much rounding.
     */
    @Test
    void whereNoiseDecidesBetweenTwoSidesEachHasItsOwnNoise() {
        Objective objective = objective(
                (b, w) -> {
                    Node x = b.multiply(w, b.constant(Tensor.filled(Shape.of(5), 0.3)));
                    Node mean = b.multiply(b.sum(x), b.constant(0.2));
                    return b.sum(b.unary(UnaryFunction.RELU, b.multiply(b.subtract(x, mean), b.constant(217.3))));
                },
                0.7);
        for (long seed = 0; seed < 20; seed++) {
            assertThat(allowances(objective, Datatype.FP64, 100 * seed)
                            .allowance("w")
                            .at(0))
                    .isBetween(1e-15, 1e-11);
        }
    }

    /** relu(3 w - 0.3) at 0.1, whose operand is 5.6e-17: float64 noise is no reason to allow another branch. */
    @Test
    void noiseInFloat64FlipsNoBranch() {
        Objective objective =
                objective((b, w) -> b.sum(b.unary(UnaryFunction.RELU, b.add(b.multiply(w, 3), b.constant(-0.3)))), 0.1);
        for (long seed = 0; seed < 20; seed++) {
            assertThat(allowances(objective, Datatype.FP64, seed).allowance("w").at(0))
                    .isLessThan(1e-14);
        }
    }

    /** A unit at the edge of its own rounding: a float32 machine may flip it, whichever seed we have. */
    @Test
    void aFloat32MachineMayFlipABranch() {
        Objective objective = objective(
                (b, w) -> b.sum(b.unary(UnaryFunction.RELU, b.add(b.multiply(w, 3), b.constant(-0.3)))), 0.1 + 1e-9);
        for (long seed = 0; seed < 20; seed++) {
            assertThat(allowances(objective, Datatype.FP32, seed).allowance("w").at(0))
                    .isGreaterThan(3);
        }
    }

    @Test
    void theSameSeedGivesTheSameBits() {
        Objective objective = objective(AllowancesTests::cancelling, 1e-3, 0.4, 2);
        assertThat(allowances(objective, Datatype.FP32, 3).allowance("w"))
                .isEqualTo(allowances(objective, Datatype.FP32, 3).allowance("w"))
                .isNotEqualTo(allowances(objective, Datatype.FP32, 4).allowance("w"));
    }

    // ── datatypes ──

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void aGradientBelowTheSmallestSubnormalMayBeZero(Datatype datatype) {
        double tiny = Underflow.allowance(datatype);
        Objective objective = objective((b, w) -> b.sum(b.multiply(w, tiny)), 1);
        assertThat(allowances(objective, datatype, 1).allowance("w").at(0)).isGreaterThanOrEqualTo(tiny);
        assertThat(Underflow.explains(datatype, 0, tiny)).isTrue();
        assertThat(Underflow.explains(datatype, 0, 2 * Underflow.smallestNormal(datatype)))
                .isFalse();
        assertThat(Underflow.explains(datatype, 0, 0)).isFalse();
        assertThat(datatype.round(2 * tiny)).isEqualTo(2 * tiny);
        assertThat(datatype.round(tiny)).isZero();
        assertThat(datatype.round(Underflow.smallestNormal(datatype))).isEqualTo(Underflow.smallestNormal(datatype));
    }

    /** The narrow type as a suitcase: float32's allowance and one rounding, against arithmetic in it throughout. */
    @ParameterizedTest
    @EnumSource(names = {"FP16", "BF16"})
    void aNarrowClaimIsAllowedOneRoundingFirst(Datatype datatype) {
        PyTorchNets net = PyTorchNets.read("bn_10");
        Allowances narrow = net.allowances(datatype, null, false, 1);
        Allowances single = net.allowances(Datatype.FP32, null, false, 1);
        net.claims().forEach((name, claim) -> {
            Tensor allowance = narrow.allowance(name);
            Tensor throughout = Objects.requireNonNull(narrow.narrowThroughout(name));
            Tensor right = Objects.requireNonNull(net.reference().get(name));
            for (int i = 0; i < claim.size(); i++) {
                double float32 = single.allowance(name).at(i);
                double u = datatype.unitRoundoff();
                double expected = float32 + u * (Math.abs(right.at(i)) + float32) + Underflow.allowance(datatype);
                assertThat(Math.abs(allowance.at(i) - expected)).isLessThanOrEqualTo(1e-15 * expected);
                assertThat(throughout.at(i)).isGreaterThan(allowance.at(i));
                assertThat(Math.abs(datatype.round(claim.at(i)) - right.at(i))).isLessThanOrEqualTo(allowance.at(i));
            }
        });
        assertThat(single.narrowThroughout("net.0.weight")).isNull();
        assertThat(net.worst("net.0.weight", narrow.allowance("net.0.weight"), a -> 1.5 * datatype.round(a)))
                .isGreaterThan(10);
        double[] row = Arrays.copyOf(narrow.allowance("net.0.weight").values(), 6);
        assertThat(DoubleStream.of(row).max().orElseThrow())
                .isLessThan(2
                        * Objects.requireNonNull(net.reference().get("net.0.weight"))
                                .norm());
    }

    @Test
    void eachTensorHasItsOwnDatatype() {
        PyTorchNets net = PyTorchNets.read("bn_0");
        Map<String, Datatype> datatypes = Map.of("net.0.weight", Datatype.FP64, "net.3.weight", Datatype.FP32);
        Allowances mixed = Allowances.of(net.objective(), net.objective().gradient(), datatypes, null, false, 1);
        assertThat(mixed.allowance("net.0.weight"))
                .isEqualTo(net.allowances(Datatype.FP64, null, false, 1).allowance("net.0.weight"));
        assertThat(mixed.allowance("net.3.weight"))
                .isEqualTo(net.allowances(Datatype.FP32, null, false, 1).allowance("net.3.weight"));
        assertThat(mixed.float64("net.3.weight").norm())
                .isLessThan(1e-8 * mixed.allowance("net.3.weight").norm());
    }

    // ── PyTorch's own gradients ──

    /** Batch normalisation in training mode, off centre: no seed makes PyTorch's own gradients wrong. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bn_0",
                "bn_3",
                "bn_10",
                "bn_100",
                "bn_2000",
                "bn_0_f64",
                "bn_3_f64",
                "bn_10_f64",
                "bn_100_f64",
                "bn_2000_f64"
            })
    void normalisationOffCentreRaisesNoFalseAlarm(String name) {
        PyTorchNets net = PyTorchNets.read(name);
        for (long seed = 0; seed < 20; seed++) {
            Allowances allowances = net.allowances(null, null, false, seed);
            assertThat(net.claims().keySet())
                    .allMatch(tensor -> net.worst(tensor, allowances.allowance(tensor), a -> a) <= 1);
        }
    }

    /** One per cent is seen wherever less than half of the tensor drowns, in its largest entries at least. */
    @ParameterizedTest
    @ValueSource(strings = {"bn_0", "bn_3", "bn_10", "bn_0_f64", "bn_2000_f64"})
    void onePerCentIsSeenAllTheSame(String name) {
        PyTorchNets net = PyTorchNets.read(name);
        Allowances allowances = net.allowances(null, null, false, 1);
        for (String tensor : net.claims().keySet()) {
            if (!tensor.equals("net.0.bias")) { // 0 but for rounding
                assertThat(net.drowned(tensor, allowances)).isLessThan(0.1);
                assertThat(net.worst(tensor, allowances.allowance(tensor), a -> 1.01 * a))
                        .isGreaterThan(1);
            }
        }
    }

    /** At 2,000 deviations a factor 1.5 passes for rounding in the first weight, and that is said. */
    @Test
    void whatDrownsIsSaid() {
        PyTorchNets net = PyTorchNets.read("bn_2000");
        Allowances allowances = net.allowances(null, null, false, 1);
        assertThat(net.drowned("net.0.weight", allowances)).isEqualTo(1);
        assertThat(net.drowned("net.3.bias", allowances)).isLessThan(0.5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixed_mlp", "mixed_cnn", "mixed_layernorm", "mixed_attention", "mixed_embedding"})
    void autocastRaisesNoFalseAlarmAndHalfAsMuchAgainIsSeen(String name) {
        PyTorchNets net = PyTorchNets.read(name);
        for (long seed = 0; seed < 10; seed++) {
            Allowances allowances = net.allowances(null, Precision.named("autocastBF16"), false, seed);
            for (String tensor : net.claims().keySet()) {
                assertThat(net.worst(tensor, allowances.allowance(tensor), a -> a))
                        .as(tensor)
                        .isLessThanOrEqualTo(1);
                if (net.drowned(tensor, allowances) < 0.1) {
                    assertThat(net.worst(tensor, allowances.allowance(tensor), a -> 1.5 * a))
                            .isGreaterThan(1);
                }
            }
            assertThat(net.claims().keySet()).anyMatch(tensor -> net.drowned(tensor, allowances) < 0.1);
            Allowances single = net.allowances(null, null, false, seed);
            assertThat(net.claims().keySet())
                    .anyMatch(tensor -> net.worst(tensor, single.allowance(tensor), a -> a) > 100);
        }
    }

    /**
     * Eight constants that a file shortened: the gradient with all their digits, 2 w sum of squares, lies within what moving
     * them together at random says, and that is not much more than it takes.
     */
    @Test
    void manyShortenedConstantsAreAllowedForTogether() {
        Random random = new Random(5);
        int tight = 0;
        for (int trial = 0; trial < 100; trial++) {
            double[] constants = random.doubles(8, 0.1, 1).toArray();
            Objective objective = objective(
                    (b, w) -> {
                        Node sum = b.constant(0);
                        for (double constant : constants) {
                            sum = b.add(sum, b.square(b.multiply(w, b.constant((float) constant))));
                        }
                        return b.sum(sum);
                    },
                    0.7);
            Allowances allowances =
                    Allowances.of(objective, objective.gradient(), Map.of("w", Datatype.FP64), null, true, 10 * trial);
            double right = Arrays.stream(constants).map(c -> 2 * 0.7 * c * c).sum();
            double off = Math.abs(right - gradient(objective, Rounding.NONE));
            double allowance = allowances.allowance("w").at(0);
            assertThat(off).isLessThanOrEqualTo(allowance);
            tight += allowance <= 30 * off ? 1 : 0;
        }
        assertThat(tight).isGreaterThan(50); // of 100
    }

    @ParameterizedTest
    @ValueSource(strings = {"constant_hardsigmoid", "constant_leaky_third"})
    void constantsThatTheFileShortenedAreAllowedForAndNamed(String name) {
        PyTorchNets net = PyTorchNets.read(name);
        Allowances without = net.allowances(null, null, false, 1);
        Allowances with = net.allowances(null, null, true, 1);
        assertThat(net.claims().keySet())
                .allMatch(tensor -> net.worst(tensor, with.allowance(tensor), a -> a) <= 1)
                .anyMatch(tensor -> net.worst(tensor, without.allowance(tensor), a -> a) > 1000)
                .allMatch(tensor -> net.worst(tensor, with.allowance(tensor), a -> (1 + 1e-6) * a) > 1);
        assertThat(without.constants()).isEmpty();
        assertThat(with.constants()).singleElement().satisfies(constant -> {
            assertThat(constant.value()).isIn(0.16666667, 0.33333334);
            assertThat(constant.effect()).isBetween(1e-9, 1e-7);
            assertThat(constant.labels()).isNotEmpty();
        });
        assertThat(net.allowances(Datatype.FP32, null, true, 1).constants()).isEmpty();
    }

    /**
     * {@code relu(w - c)} of a file whose c is 1/3 in float32. Where the pipeline had 1/3 itself, half a float32 spacing away, or
     * what it made of a constant so rounded, rounding decides the side; ten such halves away it does not.
     */
    @ParameterizedTest
    @CsvSource({"1, true", "-1, true", "2, true", "10, false", "-10, false"})
    void anEdgeMayLieWhereThePipelinesConstantWas(double halves, boolean mayBeThere) {
        double third = 1.0f / 3;
        double away = halves * Math.ulp(1.0f / 3) / 2;
        Objective objective =
                objective((b, w) -> b.sum(b.unary(UnaryFunction.RELU, b.subtract(w, b.constant(third)))), third + away);
        Node operand = objective.program().nodes().stream()
                .filter(node -> node.op() instanceof Unary)
                .findFirst()
                .orElseThrow()
                .inputs()
                .get(0);
        for (long seed = 0; seed < 5; seed++) {
            Allowances allowances =
                    Allowances.of(objective, objective.gradient(), Map.of("w", Datatype.FP64), null, true, seed);
            double spread = Objects.requireNonNull(allowances.spreads().spread(operand))[0];
            assertThat(Math.abs(away) <= 1.5 * spread).isEqualTo(mayBeThere);
        }
    }

    @Test
    void aCheckCostsAtMostFortyForwardPasses() {
        PyTorchNets net = PyTorchNets.read("constant_leaky_third");
        assertThat(net.allowances(Datatype.FP32, null, true, 1).passes()).isEqualTo(36);
        assertThat(net.allowances(Datatype.FP64, null, true, 1).passes()).isEqualTo(35);
    }
}
