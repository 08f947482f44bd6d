package dev.plumbline.check;

import dev.plumbline.check.TorchSets.TorchSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** PyTorch's own gradients of a transformer block, of recurrent networks of sums of equal terms and of paths that cancel, right and with mistakes planted. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchGradientsTests {

    private static final double SHARP = 1e-4;

    @LocalServerPort
    private int port;

    static Stream<TorchSets> files() {
        return Stream.of("sequences", "equal-terms", "cancelling-paths")
                .flatMap(suite -> TorchSets.of(suite, "float32", "float64"));
    }

    /** Every set is certified, and every fifth differenced in every entry too. */
    @ParameterizedTest
    @MethodSource("files")
    void raisesNoFalseAlarm(TorchSets file) {
        TorchVerdicts certified = new TorchVerdicts(new Caller(port), "{\"coverage\": \"certified\"}");
        TorchVerdicts exhaustive = new TorchVerdicts(new Caller(port), "{\"coverage\": \"exhaustive\"}");
        List<TorchSet> sets = file.sets();
        for (int k = 0; k < sets.size(); k++) {
            Map<String, Double> spread = TorchVerdicts.spread(sets.get(k), sets);
            certified.right(file.model(), sets.get(k), spread, SHARP);
            if (k % 5 == 0) {
                exhaustive.right(file.model(), sets.get(k), spread, SHARP);
            }
        }
        certified.requireNoneWrong();
        exhaustive.requireNoneWrong();
    }

    /** In each set an entry among the largest tenth of some tensor is 1 % off; in every fourth another mistake is made too. */
    @ParameterizedTest
    @MethodSource("files")
    void seesEveryPlantedMistake(TorchSets file) {
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), "{\"coverage\": \"certified\"}");
        Random random = new Random(11);
        List<TorchSet> sets = file.sets();
        for (int k = 0; k < sets.size(); k++) {
            TorchSet set = sets.get(k);
            Map<String, Double> spread = TorchVerdicts.spread(set, sets);
            List<String> names = List.copyOf(set.gradients().keySet());
            String name = names.get(random.nextInt(names.size()));
            verdicts.planted(file.model(), set, spread, Planted.ENTRY_OFF, name, random);
            if (k % 4 == 0) {
                Planted other = Planted.values()[k / 4 % 4];
                verdicts.planted(file.model(), set, spread, other, names.get(k % names.size()), random);
            }
        }
        verdicts.requireNoneWrong();
    }
}
