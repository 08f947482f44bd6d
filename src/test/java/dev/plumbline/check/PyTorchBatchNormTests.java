package dev.plumbline.check;

import dev.plumbline.check.TorchSets.TorchSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * PyTorch's own float32 gradients through batch normalisation in training mode, at inputs ever further off centre: what
 * its float32 arithmetic loses is no mistake, and hides only mistakes of its own size.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchBatchNormTests {

    /** Of the largest entry: a tensor that float32 spreads no wider has something to say, and must PASS. */
    private static final double SHARP = 1e-4;

    /** Here rounding explains no mistake that is planted; further out ReLUs flip, and it may. */
    private static final Set<String> NEAR = Set.of("offset-0", "offset-3");

    @LocalServerPort
    private int port;

    static Stream<TorchSets> offsets() {
        return TorchSets.of("batch-norm-offsets", "offset-0", "offset-3", "offset-10", "offset-100", "offset-2000");
    }

    @ParameterizedTest
    @MethodSource("offsets")
    void raisesNoFalseAlarmAtAnyOffset(TorchSets file) {
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), "{}");
        List<TorchSet> sets = file.sets();
        for (TorchSet set : sets) {
            verdicts.right(file.model(), set, TorchVerdicts.spread(set, sets), SHARP);
        }
        verdicts.requireNoneWrong();
    }

    /** Every mistake in every set, in a tensor drawn anew. */
    @ParameterizedTest
    @MethodSource("offsets")
    void seesWhatRoundingDoesNotExplain(TorchSets file) {
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), "{\"coverage\": \"certified\"}");
        Random random = new Random(7);
        List<TorchSet> sets = file.sets();
        for (int k = 0; k < sets.size(); k++) {
            TorchSet set = sets.get(k);
            List<String> names = List.copyOf(set.gradients().keySet());
            String name = names.get(random.nextInt(names.size()));
            Planted mistake = k % 2 == 0 ? Planted.ENTRY_OFF : Planted.values()[k / 2 % 4];
            Map<String, Double> spread = TorchVerdicts.spread(set, sets);
            if (NEAR.contains(file.label())) {
                verdicts.planted(file.model(), set, spread, mistake, name, random);
            } else {
                verdicts.plantedUnconfirmed(file.model(), set, spread, mistake, name, random);
            }
        }
        verdicts.requireNoneWrong();
    }
}
