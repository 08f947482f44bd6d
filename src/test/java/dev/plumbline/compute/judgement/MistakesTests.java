package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.judgement.Mistake.Clipped;
import dev.plumbline.compute.judgement.Mistake.Kind;
import dev.plumbline.compute.judgement.Mistake.Rounded;
import dev.plumbline.compute.judgement.Mistake.Shifted;
import dev.plumbline.compute.judgement.Mistake.Slice;
import dev.plumbline.compute.judgement.Mistake.Sparse;
import dev.plumbline.compute.judgement.Mistake.Swapped;
import dev.plumbline.compute.judgement.Mistake.WeightDecay;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Planted mistakes: each kind, in each shape and datatype where it can be told, must be named every time. */
class MistakesTests {

    private static final int SEEDS = 20;
    private static final Setting SETTING = new Setting(16, 10, 6);

    private static final Shape NUMBER = Shape.SCALAR;
    private static final Shape VECTOR = Shape.of(30);
    private static final Shape SQUARE = Shape.of(8, 8);
    private static final Shape MATRIX = Shape.of(12, 10);
    private static final Shape KERNEL = Shape.of(6, 4, 3, 3);

    private static final List<Datatype> WIDE = List.of(Datatype.FP64, Datatype.FP32);
    private static final List<Datatype> ALL = List.of(Datatype.FP64, Datatype.FP32, Datatype.FP16, Datatype.BF16);

    /** Makes a wrong claim from the computed right numbers. */
    private interface Spoil {
        IntToDoubleFunction claim(Right right, double[] computed, Random random);
    }

    private record Planted(String name, Kind kind, List<Datatype> datatypes, List<Shape> shapes, Spoil spoil) {}

    private static Spoil times(double factor) {
        return (right, g, random) -> i -> factor * g[i];
    }

    private static List<Planted> planted() {
        List<Shape> many = List.of(VECTOR, SQUARE, MATRIX, KERNEL);
        List<Shape> all = List.of(NUMBER, VECTOR, SQUARE, MATRIX, KERNEL);
        List<Shape> matrices = List.of(SQUARE, MATRIX, KERNEL);
        return List.of(
                new Planted("not a number", Kind.NON_FINITE, ALL, all, (right, g, random) -> {
                    int bad = random.nextInt(g.length);
                    return i -> i == bad ? Double.NaN : g[i];
                }),
                new Planted("overflow", Kind.NON_FINITE, ALL, all, (right, g, random) -> i -> 1 / 0.0),
                new Planted("zero", Kind.ZERO, ALL, all, (right, g, random) -> i -> 0),
                new Planted("one entry off", Kind.SPARSE, ALL, many, (right, g, random) -> {
                    int bad = random.nextInt(g.length);
                    return i -> i == bad ? g[i] + 2 + random.nextDouble() : g[i];
                }),
                new Planted("one entry zero", Kind.SPARSE, WIDE, many, (right, g, random) -> {
                    int bad = random.nextInt(g.length);
                    return i -> i == bad ? 0 : g[i];
                }),
                new Planted("two entries exchanged", Kind.SPARSE, WIDE, List.of(VECTOR, KERNEL), (right, g, random) -> {
                    int one = random.nextInt(g.length / 2);
                    int other = g.length - 1 - random.nextInt(g.length / 3);
                    return i -> g[i == one ? other : i == other ? one : i];
                }),
                new Planted("a row doubled", Kind.SLICE, ALL, matrices, (right, g, random) -> {
                    int row = random.nextInt(right.shape().extent(0));
                    int length = right.shape().strides()[0];
                    return i -> i / length == row ? 2 * g[i] : g[i];
                }),
                new Planted("a column zero", Kind.SLICE, ALL, matrices, (right, g, random) -> {
                    int extent = right.shape().extent(-1);
                    int column = random.nextInt(extent);
                    return i -> i % extent == column ? 0 : g[i];
                }),
                new Planted("a column anything", Kind.SLICE, WIDE, matrices, (right, g, random) -> {
                    int extent = right.shape().extent(-1);
                    int column = random.nextInt(extent);
                    return i -> i % extent == column ? random.nextGaussian() : g[i];
                }),
                new Planted("a gate's sign", Kind.SLICE, WIDE, List.of(SQUARE, MATRIX), (right, g, random) -> {
                    int quarter = right.shape().size() / 4;
                    int gate = random.nextInt(4);
                    return i -> i / quarter == gate ? -g[i] : g[i];
                }),
                new Planted("sign", Kind.SIGN, WIDE, all, times(-1)),
                new Planted("sign, half", Kind.SIGN, ALL, many, times(-1)),
                new Planted("twice", Kind.SCALED, WIDE, all, times(2)),
                new Planted("half", Kind.SCALED, ALL, many, times(0.5)),
                new Planted("times batch", Kind.SCALED, WIDE, all, times(16)),
                new Planted("over batch", Kind.SCALED, ALL, many, times(1 / 16.0)),
                new Planted("times outputs and batch", Kind.SCALED, ALL, many, times(160)),
                new Planted("minus twice", Kind.SCALED, ALL, many, times(-2)),
                new Planted("times 7", Kind.SCALED, ALL, many, times(7)),
                new Planted("a part in a thousand", Kind.SCALED, WIDE, many, times(1.001)),
                new Planted("times pi", Kind.SCALED, ALL, many, times(Math.PI)),
                new Planted("loss scale", Kind.SCALED, WIDE, many, times(65536)),
                new Planted("transposed", Kind.TRANSPOSED, ALL, matrices, (right, g, random) -> {
                    int rank = right.shape().rank();
                    int[] order = rank == 2 ? new int[] {1, 0} : new int[] {2, 3, 1, 0};
                    return i -> g[Places.transposed(right.shape(), order).applyAsInt(i)];
                }),
                new Planted("shifted by some", Kind.SHIFTED, ALL, many, (right, g, random) -> {
                    int shift = 1 + random.nextInt(g.length - 1);
                    return i -> g[(i + shift) % g.length];
                }),
                new Planted("pushed by one", Kind.SHIFTED, ALL, many, (right, g, random) -> i -> i == 0 ? 0 : g[i - 1]),
                new Planted("shifted along the last axis", Kind.SHIFTED, ALL, many, (right, g, random) -> {
                    var source = Places.rolled(right.shape(), right.shape().rank() - 1, 1);
                    return i -> g[source.applyAsInt(i)];
                }),
                new Planted("pushed along the first axis", Kind.SHIFTED, ALL, many, (right, g, random) -> {
                    var source = Places.pushed(right.shape(), 0, -2);
                    return i -> source.applyAsInt(i) < 0 ? 0 : g[source.applyAsInt(i)];
                }),
                new Planted("kernel turned round", Kind.SHIFTED, ALL, List.of(KERNEL), (right, g, random) -> {
                    var source = Places.flipped(right.shape(), 0b1100);
                    return i -> g[source.applyAsInt(i)];
                }),
                new Planted(
                        "gates in another order", Kind.SWAPPED, ALL, List.of(SQUARE, MATRIX), (right, g, random) -> {
                            var source = Places.blocks(right.shape(), 0, new int[] {0, 2, 1, 3});
                            return i -> g[source.applyAsInt(i)];
                        }),
                new Planted(
                        "weight decay",
                        Kind.WEIGHT_DECAY,
                        WIDE,
                        many,
                        (right, g, random) -> i -> g[i] + 1e-2 * right.parameter(i)),
                new Planted(
                        "weight decay missing",
                        Kind.WEIGHT_DECAY,
                        WIDE,
                        many,
                        (right, g, random) -> i -> g[i] - 1e-4 * right.parameter(i)),
                new Planted(
                        "weight decay, half precision",
                        Kind.WEIGHT_DECAY,
                        ALL,
                        many,
                        (right, g, random) -> i -> g[i] + 0.5 * right.parameter(i)),
                new Planted(
                        "lasso",
                        Kind.WEIGHT_DECAY,
                        WIDE,
                        many,
                        (right, g, random) -> i -> g[i] + 1e-2 * Math.signum(right.parameter(i))),
                new Planted("offset", Kind.OFFSET, WIDE, many, (right, g, random) -> i -> g[i] + 0.03),
                new Planted("offset, half precision", Kind.OFFSET, ALL, many, (right, g, random) -> i -> g[i] + 1.234),
                // In bfloat16 an entry says a few bits only, and a vector has too few clipped ones.
                new Planted(
                        "clipped at one",
                        Kind.CLIPPED,
                        ALL,
                        List.of(SQUARE, MATRIX, KERNEL),
                        (right, g, random) -> i -> Math.max(-1, Math.min(1, g[i]))),
                new Planted(
                        "clipped at no round number",
                        Kind.CLIPPED,
                        WIDE,
                        many,
                        (right, g, random) -> i -> Math.max(-0.7654321, Math.min(0.7654321, g[i]))),
                new Planted("only the positive", Kind.CLIPPED, ALL, many, (right, g, random) -> i -> Math.max(0, g[i])),
                new Planted(
                        "clipped by norm",
                        Kind.CLIPPED,
                        WIDE,
                        many,
                        (right, g, random) -> i -> g[i] / (right.norm() + 1e-6)),
                new Planted(
                        "through float16",
                        Kind.ROUNDED,
                        WIDE,
                        many,
                        (right, g, random) -> i -> Datatype.FP16.round(g[i])),
                new Planted(
                        "through bfloat16",
                        Kind.ROUNDED,
                        WIDE,
                        many,
                        (right, g, random) -> i -> Datatype.BF16.round(g[i])),
                new Planted(
                        "three decimals",
                        Kind.ROUNDED,
                        WIDE,
                        many,
                        (right, g, random) -> i -> Math.rint(g[i] * 1e3) / 1e3),
                new Planted(
                        "four digits",
                        Kind.ROUNDED,
                        WIDE,
                        many,
                        (right, g, random) -> i -> Double.parseDouble("%.3e".formatted(g[i]))),
                new Planted("anything", Kind.UNKNOWN, ALL, all, (right, g, random) -> i -> 3 * random.nextGaussian()),
                new Planted(
                        "every entry 1 % off",
                        Kind.UNKNOWN,
                        WIDE,
                        many,
                        (right, g, random) -> i -> g[i] * (1 + 0.01 * random.nextGaussian())));
    }

    static Stream<Arguments> plantedMistakes() {
        return planted().stream().map(one -> Arguments.of(one.name, one));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plantedMistakes")
    void namesEachPlantedMistakeEveryTime(String name, Planted planted) {
        List<String> misnamed = new ArrayList<>();
        for (Shape shape : planted.shapes) {
            for (Datatype datatype : planted.datatypes) {
                for (long seed = 1; seed <= SEEDS; seed++) {
                    Right right = Right.of(shape, datatype, seed);
                    IntToDoubleFunction claim = planted.spoil.claim(right, right.computed(), new Random(seed + 99));
                    Comparison comparison = right.claiming(claim);
                    if (comparison.verdict() == Verdict.PASS) {
                        misnamed.add(shape + " " + datatype + " " + seed + ": PASS");
                        continue;
                    }
                    Mistake mistake = only(comparison, right);
                    if (mistake.kind() != planted.kind) {
                        misnamed.add(
                                shape + " " + datatype + " " + seed + ": " + mistake.kind() + " " + mistake.advice());
                    }
                }
            }
        }
        assertThat(misnamed).isEmpty();
    }

    private static <M extends Mistake> M only(Class<M> kind, Spoil spoil, Right right) {
        return kind.cast(only(spoil, right));
    }

    private static Mistake only(Comparison comparison, Right right) {
        return Objects.requireNonNull(
                Mistakes.name(List.of(comparison), right.parameters(), SETTING).get("w"));
    }

    private static Mistake only(Spoil spoil, Right right) {
        return only(right.claiming(spoil.claim(right, right.computed(), new Random(5))), right);
    }

    private static Map<String, Mistake> all(List<Comparison> comparisons, Map<String, Tensor> parameters) {
        return Mistakes.name(comparisons, parameters, SETTING);
    }

    private static Comparison compare(String name, double[] claimed, double[] reference) {
        Shape shape = Shape.of(reference.length);
        return new Comparison(
                name,
                Tensor.of(shape, claimed),
                Tensor.of(shape, reference),
                Tensor.of(shape, reference).map(n -> 1e-14 * Math.abs(n)));
    }

    private static Mistake alone(double[] claimed, double[] reference, Map<String, Tensor> parameters) {
        return Objects.requireNonNull(
                all(List.of(compare("w", claimed, reference)), parameters).get("w"));
    }

    private static double[] numbers(double... values) {
        return values;
    }

    @Test
    void aRightGradientHasNoMistake() {
        for (Datatype datatype : ALL) {
            for (Shape shape : List.of(NUMBER, VECTOR, MATRIX, KERNEL)) {
                for (long seed = 1; seed <= 100; seed++) {
                    Right right = Right.of(shape, datatype, seed);
                    double[] computed = right.computed();
                    Comparison comparison = right.claiming(i -> computed[i]);
                    assertThat(comparison.verdict()).isEqualTo(Verdict.PASS);
                    assertThat(all(List.of(comparison), right.parameters())).isEmpty();
                }
            }
        }
    }

    /** A name given by chance is worse than none; the small tensors are where chance lives. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 10})
    void namesNoMoreThanOneInAThousandRandomClaims(int size) {
        for (Datatype datatype : ALL) {
            int named = 0;
            for (long seed = 1; seed <= 3000; seed++) {
                Right right = Right.of(Shape.of(size), datatype, seed);
                Random random = new Random(-seed);
                Comparison comparison = right.claiming(i -> 2 * random.nextGaussian());
                if (comparison.verdict() == Verdict.FAIL) {
                    named += only(comparison, right).kind() == Kind.UNKNOWN ? 0 : 1;
                }
            }
            assertThat(named).as(datatype.toString()).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void saysByHowMuchAndWhy() {
        Right right = Right.of(MATRIX, Datatype.FP32, 1);

        assertThat(only(times(-1), right).multiple()).isEqualTo(-1.0);
        Mistake batch = only(times(16), right);
        assertThat(batch.multiple()).isEqualTo(16.0);
        assertThat(batch.advice())
                .isEqualTo(
                        "The claim is 16 times the reference. The loss is averaged over the 16 samples of the batch, your"
                                + " backward pass sums over them: divide by 16.");
        Mistake both = only(times(1 / 160.0), right);
        assertThat(both.multiple()).isEqualTo(1 / 160.0);
        assertThat(both.advice())
                .contains("summed over the 16 samples of the batch x 10 outputs")
                .contains("multiply by 160");
        assertThat(only(times(2), right).advice()).contains("square").contains("zeroed in between");
        assertThat(only(times(-6), right).advice()).contains("6 time steps").contains("turned round");
        assertThat(only(times(65536), right).advice()).contains("loss scale");
        assertThat(only(times(1.001), right).multiple()).isCloseTo(1.001, within(1e-6));
    }

    @Test
    void saysBothMeaningsOfAFactorThatHasTwo() {
        Right right = Right.of(MATRIX, Datatype.FP64, 1);
        double[] computed = right.computed();
        Comparison doubled = right.claiming(i -> 2 * computed[i]);

        Mistake mistake = Objects.requireNonNull(
                Mistakes.name(List.of(doubled), Map.of(), new Setting(2, 2, 1)).get("w"));
        assertThat(mistake.advice())
                .contains("square")
                .contains("Or: The loss is averaged over the 2 samples of the batch (or the 2 outputs)");
    }

    /** The mean of squares over 3 samples, differentiated as half their sum, and the other way round. */
    @Test
    void knowsTheUsualFactorsOfAMeanSquare() {
        Setting three = new Setting(3, 1, 1);
        List<Comparison> tooLarge = List.of(compare("w", numbers(1.5 * 0.3, 1.5 * -1.2), numbers(0.3, -1.2)));
        List<Comparison> tooSmall = List.of(compare("b", numbers(2 / 3.0 * 0.7), numbers(0.7)));

        assertThat(Mistakes.name(tooLarge, Map.of(), three).get("w"))
                .extracting(Mistake::kind, Mistake::multiple)
                .containsExactly(Kind.SCALED, 1.5);
        Mistake small =
                Objects.requireNonNull(Mistakes.name(tooSmall, Map.of(), three).get("b"));
        assertThat(small.multiple()).isEqualTo(2 / 3.0);
        assertThat(small.advice())
                .contains("multiply by 3. And: The factor 2 of a square's derivative is there twice.");
    }

    @Test
    void findsTheCoefficientOfWeightDecay() {
        Right right = Right.of(MATRIX, Datatype.FP32, 3);
        Spoil extra = (r, g, random) -> i -> g[i] + 1e-2 * r.parameter(i);
        Spoil missing = (r, g, random) -> i -> g[i] - 5e-4 * r.parameter(i);
        Spoil lasso = (r, g, random) -> i -> g[i] + 1e-2 * Math.signum(r.parameter(i));

        assertThat(only(WeightDecay.class, extra, right).lambda()).isEqualTo(1e-2);
        assertThat(only(extra, right).advice()).contains("plus 0.01 w").contains("does not have");
        assertThat(only(WeightDecay.class, missing, right).lambda()).isCloseTo(-5e-4, within(1e-6));
        assertThat(only(missing, right).advice()).contains("your gradient lacks");
        assertThat(only(WeightDecay.class, lasso, right).lambda()).isEqualTo(1e-2);
        assertThat(only(lasso, right).advice()).contains("sign(w)").contains("L1");
    }

    @ParameterizedTest
    @CsvSource({"-0.01, gradient lacks it", "0.01, twice", "-0.02, wrong sign", "-0.005, half of the loss's term"})
    void holdsWeightDecayAgainstTheLossesOwn(double lambda, String words) {
        Right right = Right.of(MATRIX, Datatype.FP64, 3);
        double[] computed = right.computed();
        Comparison comparison = right.claiming(i -> computed[i] + lambda * right.parameter(i));

        Mistake mistake = Objects.requireNonNull(
                Mistakes.name(List.of(comparison), right.parameters(), new Setting(1, 1, 1, 0, 0.01))
                        .get("w"));
        assertThat(((WeightDecay) mistake).lambda()).isEqualTo(lambda);
        assertThat(mistake.advice()).contains(words);
    }

    @Test
    void saysWhichSliceAndWhatIsWrongThere() {
        Right right = Right.of(MATRIX, Datatype.FP64, 2);
        Slice column = only(Slice.class, (r, g, random) -> i -> i % 10 == 3 ? -g[i] : g[i], right);
        Slice gate = only(Slice.class, (r, g, random) -> i -> i / 30 == 1 ? 0 : g[i], right);
        Slice kernel =
                only(Slice.class, (r, g, random) -> i -> i / 9 == 7 ? i : g[i], Right.of(KERNEL, Datatype.FP64, 2));

        assertThat(column.slice()).isEqualTo("[:, 3]");
        assertThat(column.multiple()).isEqualTo(-1.0);
        assertThat(column.advice()).isEqualTo("Only [:, 3] is wrong, and all of it. There the sign is wrong.");
        assertThat(gate.slice()).isEqualTo("[3:6, :]");
        assertThat(gate.advice()).contains("There the claim is zero");
        assertThat(kernel.slice()).isEqualTo("[1, 3, :, :]");
        assertThat(kernel.multiple()).isNull();
    }

    @Test
    void aSliceMayHaveHolesWhereTheGradientIsZeroAnyway() {
        double[] reference = new double[100];
        double[] claimed = new double[100];
        for (int i = 0; i < 100; i++) {
            reference[i] = i % 3 == 0 ? 0 : i + 1; // dead units
            claimed[i] = i / 10 == 4 ? 0 : reference[i];
        }
        Tensor n = Tensor.of(Shape.of(10, 10), reference);
        Comparison comparison = new Comparison("w", Tensor.of(n.shape(), claimed), n, n.map(x -> 1e-12 * Math.abs(x)));

        assertThat(all(List.of(comparison), Map.of()).get("w"))
                .isInstanceOfSatisfying(
                        Slice.class, mistake -> assertThat(mistake.slice()).isEqualTo("[4, :]"));
    }

    @Test
    void listsSparseMistakes() {
        Right right = Right.of(KERNEL, Datatype.FP64, 2);
        Sparse mistake = only(Sparse.class, (r, g, random) -> i -> i == 40 || i == 100 ? 0 : g[i], right);

        assertThat(mistake.entries()).containsExactly(List.of(1, 0, 1, 1), List.of(2, 3, 0, 1));
        assertThat(mistake.advice()).contains("2 of 216 entries are wrong").contains("There the claim is zero");
        assertThat(only((r, g, random) -> i -> g[i == 40 ? 100 : i == 100 ? 40 : i], right)
                        .advice())
                .contains("exchanged");
    }

    @Test
    void saysHowFarItIsShifted() {
        Right right = Right.of(MATRIX, Datatype.FP64, 2);
        Shifted flat = only(Shifted.class, (r, g, random) -> i -> g[(i + 120 - 3) % 120], right);
        Shifted along = only(
                Shifted.class,
                (r, g, random) -> i -> g[Places.rolled(MATRIX, 0, -1).applyAsInt(i)],
                right);
        Shifted flipped = only(Shifted.class, (r, g, random) -> i -> g[119 - i], right);

        assertThat(flat.shift()).isEqualTo(3);
        assertThat(flat.axis()).isNull();
        assertThat(along.shift()).isEqualTo(-1);
        assertThat(along.axis()).isEqualTo(0);
        assertThat(flipped.shift()).isNull();
        assertThat(flipped.advice()).contains("backwards along axes [0, 1]");
    }

    @Test
    void saysWhichTensorsAreExchanged() {
        Right one = Right.of(MATRIX, Datatype.FP32, 1);
        Right other = Right.of(MATRIX, Datatype.FP32, 2);
        Comparison w1 = one.named("w1", other.computed());
        Comparison w2 = other.named("w2", one.computed());
        Comparison bystander = Right.of(MATRIX, Datatype.FP32, 3)
                .named("w3", Right.of(MATRIX, Datatype.FP32, 3).computed());

        Map<String, Mistake> exchanged = all(List.of(w1, w2, bystander), Map.of());
        assertThat(exchanged).containsOnlyKeys("w1", "w2");
        assertThat(exchanged.values())
                .extracting(mistake -> ((Swapped) mistake).tensor())
                .containsExactly("w2", "w1");
        assertThat(exchanged.values()).extracting(Mistake::advice).allMatch(advice -> advice.contains("exchanged"));

        Comparison right = other.named("w2", other.computed());
        assertThat(all(List.of(w1, right), Map.of()).values())
                .extracting(Mistake::advice)
                .containsExactly("The claim for w1 is the gradient of w2.");
    }

    @Test
    void oneFactorForAllTensorsAndARoundNormIsClipping() {
        Right one = Right.of(MATRIX, Datatype.FP32, 1);
        Right other = Right.of(VECTOR, Datatype.FP32, 2);
        double factor = 0.5 / (Math.hypot(one.norm(), other.norm()) + 1e-6);
        double[] g1 = one.computed();
        double[] g2 = other.computed();
        Comparison w = one.claiming(i -> factor * g1[i]);
        Comparison b = other.named("b", Arrays.stream(g2).map(g -> factor * g).toArray());

        Map<String, Mistake> named = all(List.of(w, b), Map.of());
        assertThat(named.values())
                .extracting(mistake -> ((Clipped) mistake).limit())
                .containsExactly(0.5, 0.5);

        Comparison rightB = other.named("b", g2);
        assertThat(all(List.of(w, rightB), Map.of()).values())
                .extracting(Mistake::kind)
                .containsExactly(Kind.SCALED);
    }

    @Test
    void saysWhatItWasRoundedTo() {
        Right right = Right.of(MATRIX, Datatype.FP64, 1);

        assertThat(only(Rounded.class, (r, g, random) -> i -> (float) g[i], right)
                        .datatype())
                .isEqualTo(Datatype.FP32);
        assertThat(only(Rounded.class, (r, g, random) -> i -> Datatype.FP16.round(g[i]), right)
                        .datatype())
                .isEqualTo(Datatype.FP16);
        assertThat(only(Rounded.class, (r, g, random) -> i -> Datatype.BF16.round(g[i]), right)
                        .datatype())
                .isEqualTo(Datatype.BF16);
        assertThat(only((r, g, random) -> i -> Math.rint(g[i] * 100) / 100, right)
                        .advice())
                .contains("2 decimal places");
        assertThat(only((r, g, random) -> i -> Double.parseDouble("%.2e".formatted(g[i])), right)
                        .advice())
                .contains("3 significant digits");
        Rounded computed = only(
                Rounded.class,
                (r, g, random) -> i -> Datatype.BF16.round(g[i] * (1 + 0.02 * random.nextGaussian())),
                right);
        assertThat(computed.datatype()).isEqualTo(Datatype.BF16);
        assertThat(computed.advice()).contains("computing in that type");
    }

    @Test
    void aNumberHasNoPatternButPlainOnes() {
        Map<String, Tensor> parameters = Map.of("w", Tensor.vector(2));

        assertThat(alone(numbers(3.7), numbers(1), parameters).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(alone(numbers(-1), numbers(1), parameters).kind()).isEqualTo(Kind.SIGN);
        assertThat(alone(numbers(2), numbers(1), parameters).kind()).isEqualTo(Kind.SCALED);
        assertThat(alone(numbers(0), numbers(1), parameters).kind()).isEqualTo(Kind.ZERO);
    }

    /** What a loss with some cancellation leaves of a lone number of float32: five digits. */
    @Test
    void aLoneNumberOfFloat32IsCalledTwiceOnlyWhereItIsThat() {
        for (double factor : new double[] {2, 0.5, -2}) {
            assertThat(lone(factor).kind()).as("%s", factor).isEqualTo(Kind.SCALED);
            assertThat(lone(factor).multiple()).isEqualTo(factor);
        }
        for (double factor : new double[] {1.99, 2.001, 0.5002, 1.5, 0.3}) {
            assertThat(lone(factor).kind()).as("%s", factor).isEqualTo(Kind.UNKNOWN);
        }
    }

    private static Mistake lone(double factor) {
        Shape shape = Shape.of(1);
        Tensor reference = Tensor.of(shape, 0.12625998155);
        Tensor claimed = Tensor.of(shape, factor * 0.12625996768).as(Datatype.FP32);
        return Objects.requireNonNull(
                all(List.of(new Comparison("w", claimed, reference, Tensor.of(shape, 5.7e-7))), Map.of())
                        .get("w"));
    }

    /** A bias of which one entry alone is not zero is twice what it should be where all other tensors are. */
    @Test
    void aTensorWithOneNumberTakesOverTheLawOfTheOthers() {
        Right right = Right.of(MATRIX, Datatype.FP32, 1);
        double[] g = right.computed();
        Comparison scaled = right.claiming(i -> 3.7123 * g[i]);
        double[] reference = {0, 0, 0.7, 0, 0, 0, 0, 0};
        double[] claimed = Arrays.stream(reference).map(n -> 3.7123 * n).toArray();
        double[] other = Arrays.stream(reference).map(n -> 3.9123 * n).toArray();

        Map<String, Mistake> alike = all(List.of(compare("b", claimed, reference), scaled), right.parameters());
        Map<String, Mistake> apart = all(List.of(compare("b", other, reference), scaled), right.parameters());

        assertThat(alike.get("b")).isNotNull().extracting(Mistake::kind).isEqualTo(Kind.SCALED);
        assertThat(apart.get("b")).isNotNull().extracting(Mistake::kind).isNotEqualTo(Kind.SCALED);
    }

    @Test
    void aNumberTakesOverTheLawOfTheOtherTensors() {
        Right right = Right.of(MATRIX, Datatype.FP64, 1);
        double[] g = right.computed();
        Comparison scaled = right.claiming(i -> 3.7123 * g[i]);
        Comparison decayed = right.claiming(i -> g[i] + 0.0123 * right.parameter(i));
        Map<String, Tensor> parameters = Map.of("w", right.parameter(), "b", Tensor.vector(2));

        Mistake factor = all(List.of(compare("b", numbers(3.7123), numbers(1)), scaled), parameters)
                .get("b");
        Mistake lambda = all(List.of(compare("b", numbers(1.0246), numbers(1)), decayed), parameters)
                .get("b");
        Mistake neither = all(List.of(compare("b", numbers(1.03), numbers(1)), decayed), parameters)
                .get("b");

        assertThat(factor).isNotNull().extracting(Mistake::kind).isEqualTo(Kind.SCALED);
        assertThat(lambda).isNotNull().extracting(Mistake::kind).isEqualTo(Kind.WEIGHT_DECAY);
        assertThat(neither).isNotNull().extracting(Mistake::kind).isEqualTo(Kind.UNKNOWN);
    }

    /** The gains of a normalisation all start at 1, so weight decay adds the same to each of them. */
    @Test
    void decayOfEqualWeightsIsToldFromAnOffsetByAnotherTensorOnly() {
        double[] reference = numbers(0.3, -1.2, 0.7, 2.2, -0.4);
        double[] claimed = Arrays.stream(reference).map(n -> n + 0.0123).toArray();
        Comparison gains = compare("gains", claimed, reference);
        Right right = Right.of(MATRIX, Datatype.FP64, 1);
        double[] g = right.computed();
        Comparison decayed = right.claiming(i -> g[i] + 0.0123 * right.parameter(i));
        Map<String, Tensor> parameters = Map.of("gains", Tensor.vector(1, 1, 1, 1, 1), "w", right.parameter());

        Mistake ambiguous =
                Objects.requireNonNull(all(List.of(gains), parameters).get("gains"));
        assertThat(ambiguous.kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(ambiguous.advice()).contains("weight decay").contains("constant");
        assertThat(all(List.of(gains, decayed), parameters).values())
                .extracting(Mistake::kind)
                .containsOnly(Kind.WEIGHT_DECAY);
    }

    @Test
    void equalEntriesDoNotTellAFactorFromAnOffset() {
        double[] reference = numbers(1, 1, 1, 1);

        assertThat(alone(numbers(1.7123, 1.7123, 1.7123, 1.7123), reference, Map.of())
                        .kind())
                .isEqualTo(Kind.UNKNOWN);
        assertThat(alone(numbers(2, 2, 2, 2), reference, Map.of()).kind()).isEqualTo(Kind.SCALED);
    }

    /** {@code sum(w^2)}: half the gradient is also the gradient less w. The factor needs no parameters. */
    @Test
    void theSimplerOfTwoExplanationsIsNamed() {
        double[] w = numbers(1.3, -0.2, 4.1, 0.9);
        double[] reference = Arrays.stream(w).map(x -> 2 * x).toArray();
        Map<String, Tensor> parameters = Map.of("w", Tensor.vector(w));

        assertThat(alone(w, reference, parameters).kind()).isEqualTo(Kind.SCALED);
        double[] odd = Arrays.stream(w).map(x -> 0.61803 * x).toArray();
        assertThat(alone(odd, reference, parameters).kind()).isEqualTo(Kind.UNKNOWN);
    }

    @Test
    void aGradientThatIsNothingButRoundingIsNotNamed() {
        Random random = new Random(1);
        Tensor n = Tensor.zeros(Shape.of(64)).map(zero -> 1e-9 * random.nextGaussian());
        Tensor claimed = n.map(x -> 1.5e-7 * random.nextGaussian());
        Comparison keys = new Comparison("keys", claimed, n, Tensor.filled(n.shape(), 1e-7));

        assertThat(keys.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Objects.requireNonNull(all(List.of(keys), Map.of()).get("keys"))
                        .kind())
                .isEqualTo(Kind.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-200, 1e-20, 1e150})
    void namesMistakesAtEveryScale(double scale) {
        Random random = new Random(4);
        double[] reference = random.doubles(50, -scale, scale).toArray();
        double[] turned = Arrays.stream(reference).map(n -> -n).toArray();
        double[] shrunk = Arrays.stream(reference).map(n -> 1e-12 * n).toArray();

        assertThat(alone(turned, reference, Map.of()).kind()).isEqualTo(Kind.SIGN);
        assertThat(alone(shrunk, reference, Map.of()).multiple()).isCloseTo(1e-12, within(1e-24));
    }

    @Test
    void nothingIsNamedWhereTheReferenceIsNotFinite() {
        Comparison comparison = compare("w", numbers(2, 2, 4), numbers(1, Double.NaN, 2));

        assertThat(Objects.requireNonNull(all(List.of(comparison), Map.of()).get("w"))
                        .kind())
                .isEqualTo(Kind.UNKNOWN);
    }
}
