package dev.plumbline.compute.comparison;

import static dev.plumbline.compute.comparison.Gradients.LARGE;
import static dev.plumbline.compute.comparison.Gradients.SMALL;
import static dev.plumbline.compute.comparison.Gradients.compare;
import static dev.plumbline.compute.comparison.Gradients.dump;
import static dev.plumbline.compute.comparison.Gradients.each;
import static dev.plumbline.compute.comparison.Gradients.noisy;
import static dev.plumbline.compute.comparison.Gradients.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.comparison.Placement.Partial;
import dev.plumbline.compute.comparison.Placement.Replicate;
import dev.plumbline.compute.comparison.Placement.Shard;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Eight ranks, three layouts, beside a single device. */
class RankChecksTests {

    private static final int RANKS = 8;
    private static final Map<String, Placement> REPLICATE = Map.of("*", new Replicate());
    private static final Map<String, Placement> PARTIAL = Map.of("*", new Partial(false));

    private static Stream<Shape> shapes() {
        return Stream.of(SMALL, LARGE);
    }

    private static Map<String, Placement> shard(int axis) {
        return Map.of("w", new Shard(axis));
    }

    private static List<Tensor> copies(Tensor tensor) {
        return new ArrayList<>(
                IntStream.range(0, RANKS).mapToObj(rank -> tensor).toList());
    }

    private static List<Tensor> shards(Tensor tensor, int axis) {
        List<Tensor> shards = new ArrayList<>();
        int extent = tensor.shape().extent(axis) / RANKS;
        for (int rank = 0; rank < RANKS; rank++) {
            Slab slab = Slab.of(Numbers.of(tensor), axis, rank * extent, (rank + 1) * extent);
            shards.add(Tensor.of(slab.shape(), Datatype.FP32, slab.all()));
        }
        return shards;
    }

    /** Terms whose sum is the tensor to rounding. */
    private static List<Tensor> terms(Tensor tensor) {
        List<Tensor> terms = new ArrayList<>();
        double[] rest = tensor.values().clone();
        for (int rank = 1; rank < RANKS; rank++) {
            Tensor term = random(100 + rank, tensor.shape());
            terms.add(term);
            for (int i = 0; i < rest.length; i++) {
                rest[i] -= term.at(i);
            }
        }
        terms.add(each(Tensor.of(tensor.shape(), rest), x -> x));
        return terms;
    }

    private static TensorComparison beside(Tensor whole, List<Tensor> ranks, Map<String, Placement> layout) {
        List<Map<String, TensorSource>> dumps = new ArrayList<>();
        ranks.forEach(tensor -> dumps.add(tensor == null ? dump() : dump("w", tensor)));
        TensorComparison forth =
                compare(dumps, List.of(dump("w", whole)), layout).get(0);
        TensorComparison back =
                compare(List.of(dump("w", whole)), dumps, layout).get(0);
        assertThat(back.relation()).as(back.toString()).isEqualTo(forth.relation());
        assertThat(back.differences())
                .extracting(Difference::kind)
                .as(back.toString())
                .isEqualTo(forth.differences().stream().map(Difference::kind).toList());
        return forth;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void whatIsCutOrCopiedOrSplitRightIsTheSame(Shape shape) {
        Tensor w = random(1, shape);
        assertThat(beside(w, copies(w), REPLICATE).relation()).isEqualTo(Relation.EQUAL);
        assertThat(beside(w, shards(w, 0), shard(0)).relation()).isEqualTo(Relation.EQUAL);
        assertThat(beside(w, shards(w, 1), shard(1)).relation()).isEqualTo(Relation.EQUAL);
        assertThat(beside(w, terms(w), PARTIAL).relation()).isEqualTo(Relation.WITHIN_ROUNDING);
        List<Tensor> eightfold =
                terms(w).stream().map(term -> each(term, x -> 8 * x)).toList();
        assertThat(beside(w, eightfold, Map.of("w", new Partial(true))).relation())
                .isEqualTo(Relation.WITHIN_ROUNDING);
        // nobody says the layout
        assertThat(beside(w, copies(w), Map.of()).relation()).isEqualTo(Relation.EQUAL);
        TensorComparison guessed = beside(w, shards(w, 1), Map.of());
        assertThat(guessed.relation()).isEqualTo(Relation.EQUAL);
        assertThat(guessed.placement()).isEqualTo(new Shard(1));
        assertThat(guessed.isGuessed()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aReplicaThatDiffersIsNamedWithItsRank(Shape shape) {
        Tensor w = random(2, shape);
        for (int odd : new int[] {0, 3, 7}) {
            List<Tensor> ranks = copies(w);
            ranks.set(odd, each(w, x -> 0));
            Difference zero = beside(w, ranks, REPLICATE).differences().get(0);
            assertThat(zero.kind()).isEqualTo("replicas");
            assertThat(zero.ranks()).containsExactly(odd);
            assertThat(zero.words()).startsWith("a[" + odd + "] is zero throughout");
        }
        List<Tensor> two = copies(w);
        two.set(2, each(w, x -> 2 * x));
        two.set(5, each(w, x -> 2 * x));
        TensorComparison compared = beside(w, two, REPLICATE);
        assertThat(compared.differences()).hasSize(1);
        assertThat(compared.differences().get(0).words()).isEqualTo("a[2] is 2 times a[0]; the same of ranks 2, 5");
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void termsThatWereNeverReducedAreNoReplicas(Shape shape) {
        Tensor w = random(3, shape);
        TensorComparison sum = beside(w, terms(w), REPLICATE);
        assertThat(sum.differences()).extracting(Difference::kind).containsExactly("notReduced");
        assertThat(sum.differences().get(0).words())
                .isEqualTo("the ranks of a hold their own terms, never reduced: their sum is b");
        TensorComparison mean =
                beside(w, terms(w).stream().map(term -> each(term, x -> 8 * x)).toList(), Map.of());
        assertThat(mean.differences().get(0).words()).endsWith("their mean is b");
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void summedInsteadOfAveragedIsTheNumberOfRanks(Shape shape) {
        Tensor w = random(4, shape);
        Tensor eight = each(w, x -> 8 * x);
        for (TensorComparison compared : List.of(
                beside(w, copies(eight), REPLICATE),
                beside(w, shards(eight, 0), shard(0)),
                beside(w, terms(eight), PARTIAL))) {
            assertThat(compared.differences()).extracting(Difference::kind).containsExactly("scaled");
            assertThat(compared.differences().get(0).words())
                    .isEqualTo("a is 8 times b, the number of ranks: a is summed over them, b averaged");
        }
        TensorComparison loss = beside(w, copies(each(w, x -> 1024 * x)), REPLICATE);
        assertThat(loss.differences().get(0).words()).contains("a power of two, as loss scales are");
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aShardThatIsMissingIsFound(Shape shape) {
        Tensor w = random(5, shape);
        for (int axis = 0; axis < 2; axis++) {
            for (int lost : new int[] {0, 4, 7}) {
                int extent = shape.extent(axis) / RANKS;
                List<Tensor> known = shards(w, axis);
                known.set(lost, null);
                TensorComparison without = beside(w, known, shard(axis));
                assertThat(without.differences()).extracting(Difference::kind).containsExactly("missing");
                assertThat(without.differences().get(0).ranks()).containsExactly(lost);
                // the whole file is not there, and nobody says of which rank
                List<Tensor> fewer = shards(w, axis);
                fewer.remove(lost);
                Difference gap = beside(w, fewer, shard(axis)).differences().get(0);
                assertThat(gap.words())
                        .isEqualTo("a shard is missing: %d to %d along axis %d"
                                .formatted(lost * extent, (lost + 1) * extent, axis));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shardsOfOtherRanksAndWrongShardsAreNamed(Shape shape) {
        Tensor w = random(6, shape);
        for (int axis = 0; axis < 2; axis++) {
            List<Tensor> exchanged = shards(w, axis);
            exchanged.set(2, shards(w, axis).get(6));
            exchanged.set(6, shards(w, axis).get(2));
            Difference order = beside(w, exchanged, shard(axis)).differences().get(0);
            assertThat(order.kind()).isEqualTo("shardOrder");
            assertThat(order.ranks()).containsExactly(2, 6);
            List<Tensor> turned = shards(w, axis);
            turned.set(5, each(turned.get(5), x -> -x));
            Difference sign = beside(w, turned, shard(axis)).differences().get(0);
            assertThat(sign.kind()).isEqualTo("sign");
            assertThat(sign.ranks()).containsExactly(5);
            assertThat(sign.words()).startsWith("a[5] is b[" + (axis == 0 ? "" : ":, "));
        }
    }

    @Test
    void aPartThatIsZeroIsSaid() {
        Tensor w = random(7, SMALL);
        List<Tensor> terms = terms(w);
        terms.set(3, each(w, x -> 0));
        TensorComparison compared = beside(w, terms, PARTIAL);
        assertThat(compared.differences().get(0).kind()).isEqualTo("missing");
        assertThat(compared.differences().get(0).words()).isEqualTo("the part of rank 3 is zero");
    }

    @Test
    void ranksThatDoNotFitAreSaid() {
        List<Tensor> ranks = copies(random(8, SMALL));
        ranks.set(1, random(8, Shape.of(24, 15)));
        TensorComparison compared = beside(random(8, SMALL), ranks, REPLICATE);
        assertThat(compared.differences().get(0).words())
                .isEqualTo("the ranks' shapes do not fit together: [24, 16], [24, 15]");
    }

    /** The noise of a, which its repeats show, is that of all ranks together. */
    @Test
    void shardsAreHeldAgainstTheNoiseOfTheWhole() {
        Tensor w = random(9, SMALL);
        List<Map<String, TensorSource>> ranks = shards(noisy(w, 1e-3, 1), 0).stream()
                .map(shard -> dump("w", shard))
                .toList();
        Dumps dumps = new Dumps(
                ranks,
                List.of(dump("w", noisy(w, 1e-3, 2))),
                List.of(dump("w", noisy(w, 1e-3, 3))),
                Map.of(),
                Map.of(),
                null);
        assertThat(DumpComparison.of(dumps, () -> {}).get(0).relation()).isEqualTo(Relation.WITHIN_NOISE);
    }
}
