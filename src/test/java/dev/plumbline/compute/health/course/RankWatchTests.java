package dev.plumbline.compute.health.course;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.health.TensorNorms;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks of runs that PyTorch ran ({@code fixtures/runs/make_runs.py}), and made ones. */
@SuppressWarnings("NullAway") // what is missing fails the test
class RankWatchTests {

    private final List<RunFinding> arisen = new ArrayList<>();
    private final List<RunFinding> open = new ArrayList<>();
    private final List<RunFinding> ended = new ArrayList<>();
    private List<Apart> earlier = new ArrayList<>();

    private void post(List<Snapshot> ranks) {
        RankWatch watch = RankWatch.advance(ranks, earlier, open, arisen.size());
        watch.changed().forEach(changed -> {
            open.removeIf(known -> known.number() == changed.number());
            (changed.open() ? open : ended).add(changed);
        });
        arisen.addAll(watch.arisen());
        open.addAll(watch.arisen());
        earlier.add(watch.apart());
        if (earlier.size() > RankWatch.BASELINE + Pipeline.WINDOW) {
            earlier.remove(RankWatch.BASELINE);
        }
    }

    private void postRun(String run) throws IOException {
        Map<String, Tensor> rows = RealRunsTests.read("ranks-" + run);
        for (int step = 0; step < 1000; step++) {
            List<Snapshot> ranks = new ArrayList<>();
            for (int rank = 0; rank < 4; rank++) {
                Map<String, TensorNorms> norms = new LinkedHashMap<>();
                for (int i = 0; i < 6; i++) {
                    norms.put(
                            "t" + i,
                            new TensorNorms(rows.get("gradients").at((step * 4 + rank) * 6 + i), null, null, null));
                }
                ranks.add(Snapshot.of(step, rows.get("loss").at(step * 4 + rank), norms));
            }
            post(ranks);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void findsNothingInRanksThatScatter(int seed) throws IOException {
        postRun("scatter-" + seed);

        assertThat(arisen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void namesTheRankWhoseDataWentAway(int seed) throws IOException {
        postRun("shifted-" + seed);

        assertThat(arisen).hasSize(1);
        RunFinding found = arisen.get(0);
        assertThat(found.tensors()).containsExactly("rank 2");
        assertThat(found.since()).isBetween(595L, 605L);
        assertThat(found.step()).isBetween(600L, 640L);
        assertThat(found.confidence().low()).isPositive();
        assertThat(found.confidence().pValue()).isLessThan(1e-10);
        assertThat(open).hasSize(1); // it does not pass by having lasted for a window
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void namesTheRankWhoseGradientsWereNotReduced(int seed) throws IOException {
        postRun("reduced-" + seed);

        assertThat(arisen).hasSize(1);
        assertThat(arisen.get(0).tensors()).containsExactly("rank 3");
        assertThat(arisen.get(0).step()).isEqualTo(700);
        assertThat(arisen.get(0).since()).isEqualTo(700);
        assertThat(arisen.get(0).cause()).contains("of t2 on rank 3");
        assertThat(open.get(0).last()).isEqualTo(999);
    }

    private static List<Snapshot> ranks(long step, double... norms) {
        List<Snapshot> ranks = new ArrayList<>();
        for (double norm : norms) {
            ranks.add(Snapshot.of(step, null, Pipeline.norms(norm)));
        }
        return ranks;
    }

    @ParameterizedTest
    @CsvSource({"1.000099, 0", "1.000101, 1", "1.001, 1", "NaN, 1"})
    void takesNormsForEqualWithinATenThousandth(double norm, int found) {
        post(ranks(0, 1, 1, norm));

        assertThat(arisen).hasSize(found);
    }

    @Test
    void namesBothOfTwoThatWereEqual() {
        for (int step = 0; step < 20; step++) {
            post(ranks(step, 2, step < 15 ? 2 : 3));
        }

        assertThat(arisen).hasSize(1);
        assertThat(arisen.get(0).tensors()).containsExactlyInAnyOrder("rank 0", "rank 1");
        assertThat(arisen.get(0).since()).isEqualTo(15);
    }

    @Test
    void takesTwoThatWereEqualForFiveStepsForNothing() {
        for (int step = 0; step < 30; step++) {
            post(ranks(step, 2, step < 5 ? 2 : 3));
        }

        assertThat(arisen).isEmpty();
    }

    @Test
    void saysWhenARankIsBack() {
        for (int step = 0; step < 60; step++) {
            post(ranks(step, 2, 2, step == 15 ? 3 : 2));
            assertThat(ended).hasSize(step < 35 ? 0 : 1);
        }

        assertThat(ended).hasSize(1);
        assertThat(ended.get(0).cause()).contains("It is over: it was seen at step 15, and not since.");
    }

    /** A rank may always have been harder than the others. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void findsNothingInARankThatIsAlwaysAway(int seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 400; step++) {
            double[] norms =
                    random.doubles(8).map(value -> Math.exp(0.6 * value)).toArray();
            norms[5] *= 1.7;
            post(ranks(step, norms));
        }

        assertThat(arisen).isEmpty();
    }

    @Test
    void findsASlowDrift() {
        Random random = new Random(1);
        for (int step = 0; step < 600; step++) {
            double[] norms =
                    random.doubles(8).map(value -> Math.exp(0.3 * value)).toArray();
            norms[5] *= Math.exp(Math.max(step - 300, 0) / 300.0);
            post(ranks(step, norms));
        }

        assertThat(arisen).extracting(RunFinding::tensors).containsExactly(List.of("rank 5"));
        assertThat(arisen.get(0).since()).isBetween(300L, 420L);
    }
}
