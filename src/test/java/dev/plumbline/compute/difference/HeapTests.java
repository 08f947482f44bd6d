package dev.plumbline.compute.difference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.program.Objective;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An exhaustive gradient in pieces, done in any order and anywhere, has the bits of one that was done here in one go. */
class HeapTests {

    static Collection<String> nets() {
        return Nets.all().keySet();
    }

    private static Objective net(String name) {
        return Objects.requireNonNull(Nets.all().get(name));
    }

    private static Map<String, NumericTensor> gradient(Objective objective, Crew crew) {
        return ExhaustiveGradient.of(objective, 5, new Progress() {
            @Override
            public void at(Phase phase, long done, long total, long evaluations) {}

            @Override
            public Crew crew() {
                return crew;
            }
        });
    }

    private static void assertSameBits(Map<String, NumericTensor> got, Map<String, NumericTensor> expected) {
        assertThat(got.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, tensor) -> {
            NumericTensor own = Objects.requireNonNull(got.get(name));
            assertThat(own.values()).as(name).isEqualTo(tensor.values());
            assertThat(own.bounds()).as(name).isEqualTo(tensor.bounds());
            assertThat(own.kinkRadii()).as(name).isEqualTo(tensor.kinkRadii());
            assertThat(own.evaluations()).isEqualTo(tensor.evaluations());
        });
    }

    /** Pieces of one to five tiles, in random order; each is done on an objective that was read anew, as on another machine. */
    @ParameterizedTest
    @MethodSource("nets")
    void piecesInAnyOrderGiveTheSameBits(String name) {
        Map<String, NumericTensor> direct = gradient(net(name), Crew.HERE);
        Map<String, double[]> elsewhere = new HashMap<>();
        Random random = new Random(7);
        gradient(net(name), heap -> {
            List<Integer> tiles = new ArrayList<>();
            for (int i = 0; i < heap.tiles(); i++) {
                tiles.add(i);
            }
            Collections.shuffle(tiles, random);
            tiles.forEach(i -> heap.move(i, i + 1));
            tiles.forEach(i -> elsewhere.put(heap.name() + " " + i, heap.changes(i, i + 1)));
        });

        Map<String, NumericTensor> merged = gradient(net(name), heap -> {
            for (int from = 0; from < heap.tiles(); ) {
                int to = Math.min(heap.tiles(), from + 1 + random.nextInt(5));
                if (random.nextBoolean()) {
                    heap.move(from, to);
                } else {
                    for (int i = from; i < to; i++) {
                        heap.put(i, i + 1, Objects.requireNonNull(elsewhere.get(heap.name() + " " + i)));
                    }
                }
                from = to;
            }
        });

        assertSameBits(merged, direct);
    }

    /** A pilot's pieces are done here, and come from a volunteer too. */
    @Test
    void whatIsDoneTwiceIsToldOnce() {
        long[] told = new long[2];
        ExhaustiveGradient.of(net(nets().iterator().next()), 5, new Progress() {
            @Override
            public void at(Phase phase, long done, long total, long evaluations) {
                if (phase == Phase.EXHAUSTIVE) {
                    told[0] = Math.max(told[0], done);
                    told[1] = total;
                }
            }

            @Override
            public Crew crew() {
                return heap -> {
                    heap.move(0, heap.tiles());
                    heap.put(0, heap.tiles(), heap.changes(0, heap.tiles()));
                };
            }
        });
        assertThat(told[0]).isPositive().isEqualTo(told[1]);
    }

    @Test
    void saysWhatItCostsAndRefusesWhatIsNotItsOwn() {
        Objective objective = net(nets().iterator().next());
        List<Double> seconds = new ArrayList<>();
        gradient(objective, heap -> {
            for (int i = 0; i < heap.tiles(); i++) {
                seconds.add(heap.seconds(i));
            }
            assertThatThrownBy(() -> heap.put(0, 1, new double[heap.numbers(0) + 1]))
                    .isInstanceOf(IllegalArgumentException.class);
            heap.move(0, heap.tiles());
        });
        double all = ExhaustiveGradient.seconds(objective, Double.POSITIVE_INFINITY);
        // The steps of the suffixes come on top of the tiles; what is moved again at smaller steps is nobody's
        // estimate.
        assertThat(seconds).allMatch(one -> one > 0);
        assertThat(seconds.stream().mapToDouble(one -> one).sum()).isBetween(0.2 * all, 7 * all);
    }
}
