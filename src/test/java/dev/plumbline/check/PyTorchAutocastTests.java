package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.TorchSets.TorchSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The float32 gradients that PyTorch's autocast in bfloat16 gives: off by up to a few parts in a hundred, and right. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchAutocastTests {

    private static final String SETTINGS = "{\"precision\": \"autocastBF16\"}";

    @LocalServerPort
    private int port;

    static Stream<TorchSets> networks() {
        return TorchSets.of("autocast", "bfloat16");
    }

    /** Interpolation, sampling, choices, norms of few or distant values: kernels that are off by more than their results' rounding. */
    static Stream<TorchSets> kernels() {
        return TorchSets.of("autocast-kernels", "bfloat16");
    }

    /** Where a mistake can be seen: 1000 deviations off centre bfloat16 leaves nothing of a batch. */
    static Stream<TorchSets> telling() {
        return Stream.concat(
                networks(), kernels().filter(file -> !file.network().equals("batch-norm-far")));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void raisesNoFalseAlarmWhereKernelsAreOff(TorchSets file) {
        List<TorchSet> sets = file.sets();
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), SETTINGS);
        for (TorchSet set : sets) {
            verdicts.right(file.model(), set, TorchVerdicts.spread(set, sets), 0);
        }
        verdicts.requireNoneWrong();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void raisesNoFalseAlarmAndPassesMost(TorchSets file) {
        List<TorchSet> sets = file.sets();
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), SETTINGS);
        for (TorchSet set : sets) {
            verdicts.right(file.model(), set, TorchVerdicts.spread(set, sets), 0);
        }
        verdicts.requireNoneWrong();
        assertThat(verdicts.passed()).as("share of %s that passes", file).isGreaterThan(0.95);
    }

    /** Each in every tensor; one entry 1 % off is what bfloat16 does to any, and so is not asked for: none passes. */
    @ParameterizedTest
    @MethodSource("telling")
    void seesMistakesThatTheirPrecisionDoesNotExplain(TorchSets file) {
        List<TorchSet> sets = file.sets();
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), SETTINGS);
        Random random = new Random(17);
        for (Planted mistake : List.of(Planted.SCALED, Planted.ROW_FLIPPED, Planted.ZEROED)) {
            for (String name : sets.get(0).gradients().keySet()) {
                TorchSet set = sets.get(random.nextInt(sets.size()));
                verdicts.plantedUnconfirmed(file.model(), set, TorchVerdicts.spread(set, sets), mistake, name, random);
            }
        }
        verdicts.requireNoneWrong();
    }
}
