package dev.plumbline.compute.comparison;

import static dev.plumbline.compute.comparison.Gradients.LARGE;
import static dev.plumbline.compute.comparison.Gradients.SMALL;
import static dev.plumbline.compute.comparison.Gradients.at;
import static dev.plumbline.compute.comparison.Gradients.compare;
import static dev.plumbline.compute.comparison.Gradients.dump;
import static dev.plumbline.compute.comparison.Gradients.each;
import static dev.plumbline.compute.comparison.Gradients.noisy;
import static dev.plumbline.compute.comparison.Gradients.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two dumps, one rank each: every family of differences has its name, in tensors that are held and in larger ones. */
class DumpComparisonTests {

    private static Stream<Shape> shapes() {
        return Stream.of(SMALL, LARGE, Shape.of(300, 300), Shape.of(12, 12));
    }

    private interface Fault {
        Tensor of(Tensor right, Shape shape);
    }

    private static Arguments fault(String kind, Side side, Fault fault) {
        return Arguments.of(kind, side, fault);
    }

    private static int columns(Shape shape) {
        return shape.extent(1);
    }

    /** What is done to {@code a}; the side that is the simpler words for it. */
    private static Stream<Arguments> faults() {
        return Stream.of(
                fault("sign", Side.A, (w, shape) -> each(w, x -> -x)),
                fault("scaled", Side.A, (w, shape) -> each(w, x -> 2 * x)),
                fault("scaled", Side.A, (w, shape) -> each(w, x -> 1.001 * x)),
                fault("scaled", Side.A, (w, shape) -> each(w, x -> 65536 * x)),
                fault("zero", Side.A, (w, shape) -> each(w, x -> 0)),
                fault("offset", Side.A, (w, shape) -> each(w, x -> x + 0.01)),
                fault("clipped", Side.A, (w, shape) -> each(w, x -> Math.max(-0.005, Math.min(0.005, x)))),
                fault("rounded", Side.A, (w, shape) -> each(w, Datatype.BF16::round)),
                fault("rounded", Side.A, (w, shape) -> each(w, Datatype.FP16::round)),
                fault("sparse", Side.A, (w, shape) -> at(w, i -> i == 77 ? 3 * w.at(i) : w.at(i))),
                fault("slice", Side.A, (w, shape) -> at(w, i -> i / columns(shape) == 3 ? -w.at(i) : w.at(i))),
                fault("slice", Side.A, (w, shape) -> at(w, i -> i % columns(shape) == 5 ? 0 : w.at(i))),
                fault("nonFinite", Side.A, (w, shape) -> at(w, i -> i == 41 ? Double.NaN : w.at(i))),
                fault("nonFinite", Side.A, (w, shape) -> at(w, i -> i == 41 ? Double.POSITIVE_INFINITY : w.at(i))),
                fault("shifted", Side.A, (w, shape) -> at(w, i -> w.at((i + w.size() - columns(shape)) % w.size()))),
                fault("shifted", Side.A, (w, shape) -> at(w, i -> i % columns(shape) == 0 ? 0 : w.at(i - 1))),
                fault(
                        "shifted",
                        Side.A,
                        (w, shape) -> at(w, i -> w.at(i + columns(shape) - 1 - 2 * (i % columns(shape))))),
                fault(
                        "transposed",
                        Side.A,
                        (w, shape) -> at(w, i -> {
                            int rows = shape.extent(0);
                            return w.at(i % rows * columns(shape) + i / rows);
                        })));
    }

    private static Stream<Arguments> faultsByShape() {
        return shapes().flatMap(shape -> faults().map(Arguments::get).map(fault -> {
            return Arguments.of(shape, fault[0], fault[1], fault[2]);
        }));
    }

    @ParameterizedTest
    @MethodSource("faultsByShape")
    void namesEveryFaultInBothDirections(Shape shape, String kind, Side side, Fault fault) {
        Tensor right = random(3, shape);
        Tensor wrong = fault.of(right, shape);
        TensorComparison forth = compare(wrong, right);
        assertThat(forth.relation()).isEqualTo(Relation.DIFFERENT);
        assertThat(forth.differences())
                .extracting(Difference::kind)
                .as(forth.toString())
                .containsExactly(kind);
        assertThat(forth.differences().get(0).side()).isEqualTo(side);
        TensorComparison back = compare(right, wrong);
        assertThat(back.differences())
                .extracting(Difference::kind)
                .as(back.toString())
                .containsExactly(kind);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void namesOneSideZeroRoundedOrClippedAsThatSide(Shape shape) {
        Tensor right = random(4, shape);
        for (Tensor wrong : List.of(
                each(right, x -> 0),
                each(right, Datatype.BF16::round),
                each(right, x -> Math.max(-0.005, Math.min(0.005, x))))) {
            Difference difference = compare(right, wrong).differences().get(0);
            assertThat(difference.side()).as(difference.words()).isEqualTo(Side.B);
            assertThat(difference.words()).startsWith("b is ");
        }
    }

    @Test
    void saysByHowMuchAndWhere() {
        Tensor right = random(5, SMALL);
        assertThat(words(each(right, x -> 8 * x), right)).isEqualTo("a is 8 times b");
        assertThat(words(right, each(right, x -> 8 * x))).isEqualTo("a is b divided by 8");
        assertThat(words(each(right, x -> 65536 * x), right))
                .isEqualTo("a is 65536 times b, a power of two, as loss scales are");
        assertThat(words(at(right, i -> i / 16 == 3 ? 2 * right.at(i) : right.at(i)), right))
                .isEqualTo("only [3, :] differs, where a is 2 times b");
        Tensor large = random(6, LARGE);
        assertThat(words(at(large, i -> i / 320 == 3 ? 2 * large.at(i) : large.at(i)), large))
                .isEqualTo("only [3, :] differs, where a is 2 times b");
        assertThat(words(at(large, i -> i == 100_000 ? 1 : large.at(i)), large))
                .isEqualTo("only some entries differ: [[312, 160]]");
    }

    private static Tally tally(TensorComparison compared) {
        return Objects.requireNonNull(compared.tally());
    }

    private static Mistake mistake(TensorComparison compared) {
        return Objects.requireNonNull(compared.differences().get(0).mistake());
    }

    private static String words(Tensor a, Tensor b) {
        return compare(a, b).differences().get(0).words();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void findsWhatIsExchangedWithAnotherTensor(Shape shape) {
        Tensor one = random(7, shape);
        Tensor two = random(8, shape);
        Tensor three = random(9, shape);
        List<TensorComparison> compared =
                compare(dump("one", one, "two", two, "three", three), dump("one", two, "two", one, "three", three));
        assertThat(compared.get(0).differences()).extracting(Difference::kind).containsExactly("swapped");
        assertThat(compared.get(1).differences()).extracting(Difference::kind).containsExactly("swapped");
        assertThat(compared.get(0).differences().get(0).words()).isEqualTo("a has here what b calls two");
        assertThat(compared.get(2).relation()).isEqualTo(Relation.EQUAL);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void knowsTheEarlierGradient(Shape shape) {
        Tensor right = random(10, shape);
        Tensor earlier = random(11, shape);
        Tensor sum = at(right, i -> right.at(i) + earlier.at(i));
        for (Map.Entry<String, Tensor> wrong :
                Map.of("stale", earlier, "accumulated", sum).entrySet()) {
            Dumps dumps = new Dumps(
                    List.of(dump("w", wrong.getValue())),
                    List.of(dump("w", right)),
                    List.of(),
                    dump("w", earlier),
                    Map.of(),
                    null);
            assertThat(DumpComparison.of(dumps, () -> {}).get(0).differences())
                    .extracting(Difference::kind)
                    .containsExactly(wrong.getKey());
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void roundingOfAFewDozenUlpsIsNoDifference(Shape shape) {
        Tensor right = random(12, shape);
        assertThat(compare(right, right).relation()).isEqualTo(Relation.EQUAL);
        assertThat(compare(noisy(right, 4e-7, 1), right).relation()).isEqualTo(Relation.WITHIN_ROUNDING);
        // ten times the constant would not see this, a tenth of it would see the one above
        assertThat(compare(noisy(right, 1e-5, 1), right).relation()).isEqualTo(Relation.DIFFERENT);
        assertThat(compare(right.as(Datatype.BF16), right).relation()).isEqualTo(Relation.WITHIN_ROUNDING);
        assertThat(compare(each(right, x -> 1.08 * x).as(Datatype.BF16), right).relation())
                .isEqualTo(Relation.DIFFERENT);
        assertThat(compare(right.as(Datatype.FP64), right).relation()).isEqualTo(Relation.EQUAL);
    }

    /** No entry is far off by itself where numbers are of many sizes, but one is beside its neighbours. */
    @Test
    void seesOneEntryOfAMillionThatIsOffByAThousandth() {
        Tensor right = random(13, Shape.of(1000, 1000));
        Tensor wrong = at(right, i -> i == 654_321 ? right.at(i) + 1e-5 : right.at(i));
        TensorComparison compared = compare(wrong, right);
        assertThat(tally(compared).relativeDistance()).isLessThan(2e-6);
        assertThat(((Mistake.Sparse) mistake(compared)).entries()).containsExactly(List.of(654, 321));
    }

    /** Nobody can tell these, and no name is made up. */
    @ParameterizedTest
    @MethodSource("shapes")
    void hasNoNameForUnrelatedTensors(Shape shape) {
        for (long seed = 0; seed < 20; seed++) {
            List<TensorComparison> compared = compare(
                    dump(
                            "w",
                            random(seed, shape),
                            "b",
                            random(50 + seed, Shape.of(3)),
                            "c",
                            random(seed, Shape.SCALAR)),
                    dump(
                            "w",
                            random(100 + seed, shape),
                            "b",
                            random(150 + seed, Shape.of(3)),
                            "c",
                            random(200 + seed, Shape.SCALAR)));
            assertThat(compared).allSatisfy(tensor -> assertThat(tensor.differences())
                    .extracting(Difference::kind)
                    .as(tensor.toString())
                    .containsExactly("unknown"));
        }
    }

    @Test
    void aScalarTakesOverTheFactorOfTheOthers() {
        Tensor w = random(14, SMALL);
        Tensor b = random(15, Shape.SCALAR);
        List<TensorComparison> compared =
                compare(dump("b", each(b, x -> 3.7 * x), "w", each(w, x -> 3.7 * x)), dump("b", b, "w", w));
        assertThat(compared).allSatisfy(tensor -> assertThat(tensor.differences())
                .extracting(Difference::kind)
                .containsExactly("scaled"));
    }

    @Test
    void saysWhatIsInOneDumpOnlyOrOfAnotherShape() {
        Tensor w = random(16, SMALL);
        Tensor turned = Tensor.of(
                Shape.of(16, 24),
                Datatype.FP32,
                at(w, i -> w.at(i % 24 * 16 + i / 24)).values());
        List<TensorComparison> compared = compare(
                dump(
                        "w",
                        w,
                        "mine",
                        w,
                        "t",
                        turned,
                        "flat",
                        w.reshape(Shape.of(384)),
                        "longer",
                        random(1, Shape.of(5))),
                dump("w", w, "yours", w, "t", w, "flat", w, "longer", random(1, Shape.of(4))));
        assertThat(compared)
                .extracting(TensorComparison::name)
                .containsExactly("w", "mine", "t", "flat", "longer", "yours");
        assertThat(compared.subList(1, 6))
                .extracting(tensor -> tensor.differences().get(0).words())
                .containsExactly(
                        "it is in a only",
                        "a is b with its axes in another order",
                        "a has shape [384], b has [24, 16]; the numbers are the same",
                        "a has shape [5], b has [4]",
                        "it is in b only");
    }

    @Test
    void whatIsNotFiniteInBothIsTheSame() {
        Tensor right = random(17, SMALL);
        Tensor broken = at(right, i -> i == 3 ? Double.NaN : i == 4 ? Double.NEGATIVE_INFINITY : right.at(i));
        assertThat(compare(broken, broken).relation()).isEqualTo(Relation.EQUAL);
        assertThat(tally(compare(broken, broken)).nonFiniteA()).isEqualTo(2);
        assertThat(compare(each(broken, x -> 2 * x), broken).differences())
                .extracting(Difference::kind)
                .containsExactly("scaled");
        assertThat(compare(each(broken, x -> -x), broken).differences())
                .extracting(Difference::kind)
                .containsExactly("nonFinite");
    }

    @Test
    void emptyTensorsAndThoseOfAnySizeAreCompared() {
        Tensor empty = Tensor.of(Shape.of(0, 3), Datatype.FP32, new double[0]);
        assertThat(compare(empty, empty).relation()).isEqualTo(Relation.EQUAL);
        for (double size : new double[] {1e-300, 1e-200, 1e200, 1e308}) {
            Tensor right = Tensor.vector(size, -0.5 * size, 0.3 * size, 0.9 * size, -0.1 * size);
            assertThat(compare(right, right).relation()).isEqualTo(Relation.EQUAL);
            TensorComparison twice = compare(right.map(x -> x / 2), right);
            assertThat(twice.differences())
                    .extracting(Difference::kind)
                    .as("%s", size)
                    .containsExactly("scaled");
            assertThat(tally(twice).relativeDistance()).isCloseTo(0.5, Offset.offset(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theRunToRunNoiseOfAIsRespected(int repeats) {
        int alarms = 0;
        for (long seed = 0; seed < 200; seed++) {
            Map<String, TensorSource> right = dump(
                    "w", random(seed, SMALL),
                    "b", random(1000 + seed, Shape.of(16)),
                    "s", random(2000 + seed, Shape.of(3)),
                    // noise in a few rows only, as of an embedding
                    "e", random(3000 + seed, Shape.of(64, 8)));
            long first = 100 * seed;
            List<Map<String, TensorSource>> repeated = Stream.iterate(1L, k -> k + 1)
                    .limit(repeats)
                    .map(k -> run(right, first + k))
                    .toList();
            Dumps dumps = new Dumps(
                    List.of(run(right, 100 * seed)),
                    List.of(run(right, 100 * seed + 99)),
                    repeated,
                    Map.of(),
                    Map.of(),
                    null);
            alarms += (int) DumpComparison.of(dumps, () -> {}).stream()
                    .filter(tensor -> tensor.relation() == Relation.DIFFERENT)
                    .count();
        }
        // of 800
        assertThat(alarms).isLessThanOrEqualTo(4);
    }

    private static Map<String, TensorSource> run(Map<String, TensorSource> right, long seed) {
        Map<String, TensorSource> run = dump();
        right.forEach((name, tensor) -> run.put(name, noisy(tensor.tensor(), name.equals("e") ? 0 : 1e-3, seed)));
        Tensor still = Objects.requireNonNull(right.get("e")).tensor();
        Tensor rows = noisy(still, 1e-2, seed);
        run.put("e", at(rows, i -> i / 8 % 20 == 3 ? rows.at(i) : still.at(i)));
        return run;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void whatIsBeyondTheNoiseIsFoundAndNamed(Shape shape) {
        Tensor right = random(20, shape);
        List<Map<String, TensorSource>> repeats = List.of(dump("w", noisy(right, 1e-3, 2)));
        for (Map.Entry<String, Tensor> wrong : Map.of(
                        "sign", each(right, x -> -x),
                        "scaled", each(right, x -> 2 * x),
                        "sparse", at(right, i -> i == 9 ? right.at(i) + 0.02 : right.at(i)))
                .entrySet()) {
            Dumps dumps = new Dumps(
                    List.of(dump("w", noisy(right, 1e-3, 1))),
                    List.of(dump("w", noisy(wrong.getValue(), 1e-3, 3))),
                    repeats,
                    Map.of(),
                    Map.of(),
                    null);
            TensorComparison compared = DumpComparison.of(dumps, () -> {}).get(0);
            assertThat(compared.differences())
                    .extracting(Difference::kind)
                    .as(compared.toString())
                    .containsExactly(wrong.getKey());
        }
    }

    /** Each entry is within what rounding does to one; all of them together are not. */
    @ParameterizedTest
    @CsvSource({"BF16, 1.012", "FP16, 1.0014", "BF16, 0.988"})
    void roundingToSixteenBitsLeavesNoFactor(Datatype half, double factor) {
        for (Shape shape : List.of(SMALL, LARGE, Shape.of(300, 300))) {
            Tensor right = random(31, shape);
            Tensor rounded = right.as(half);
            assertThat(compare(rounded, right).relation()).isEqualTo(Relation.WITHIN_ROUNDING);
            Tensor common =
                    right.map(value -> (1 + half.unitRoundoff()) * value).as(half);
            assertThat(compare(common, right).relation()).isEqualTo(Relation.WITHIN_ROUNDING);
            TensorComparison wrong = compare(right.map(value -> factor * value).as(half), right);
            assertThat(wrong.relation()).as("%s %s", shape, wrong).isEqualTo(Relation.DIFFERENT);
            assertThat(mistake(wrong))
                    .as("%s", wrong)
                    .isInstanceOfSatisfying(Mistake.Scaled.class, scaled -> assertThat(scaled.factor())
                            .isCloseTo(factor, within(half.unitRoundoff())));
        }
    }

    /** One entry of weight among many small ones has a factor of its own: its rounding. */
    @Test
    void fewEntriesOfWeightHaveNoFactorInCommon() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            double[] values = new double[10_000];
            Arrays.setAll(values, i -> 1e-4 * random.nextGaussian());
            values[17] = 1 + random.nextDouble();
            Tensor right = Tensor.of(Shape.of(10_000), values);
            double u = Datatype.BF16.unitRoundoff();
            Tensor rounded = right.map(value -> value * (1 + 2.9 * u * (2 * random.nextDouble() - 1)))
                    .as(Datatype.BF16);
            assertThat(compare(rounded, right).relation()).isNotEqualTo(Relation.DIFFERENT);
        }
    }

    @Test
    void aToleranceIsTheCallersOwn() {
        Tensor right = random(21, SMALL);
        Dumps dumps = new Dumps(
                List.of(dump("w", noisy(right, 1e-4, 1))),
                List.of(dump("w", right)),
                List.of(),
                Map.of(),
                Map.of(),
                new Nearness(1e-3, 0, 0));
        assertThat(DumpComparison.of(dumps, () -> {}).get(0).relation()).isEqualTo(Relation.WITHIN_ROUNDING);
    }

    @Test
    void noMoreEntriesAreListedThanElsewhere() {
        Tensor right = random(22, LARGE);
        Tensor wrong = at(right, i -> i % 5000 == 17 ? 1 : right.at(i));
        TensorComparison compared = compare(wrong, right);
        assertThat(compared.differences().get(0).words()).contains("25 of 122880 entries are apart");
        Tensor fewer = at(right, i -> i % 8000 == 17 ? 1 : right.at(i));
        assertThat(((Mistake.Sparse) mistake(compare(fewer, right))).entries())
                .hasSize(16)
                .hasSizeLessThanOrEqualTo(Mistake.LISTED);
    }
}
