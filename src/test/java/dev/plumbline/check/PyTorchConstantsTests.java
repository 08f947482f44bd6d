package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.TorchSets.TorchSet;
import java.util.HashMap;
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
import tools.jackson.databind.JsonNode;

/**
 * Gradients that PyTorch computed in float64, of networks whose files are float32: 1e-5, 1/3 and the square root of 2 are
 * rounded in the file, and were not in the pipeline.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchConstantsTests {

    /** A constant of the file that is rounded may do so much to a right gradient, and a mistake is seen beside it. */
    private static final double SPREAD = 1e-6;

    /** Gradients that are 0 but for rounding, of the largest of the set: a bias before a normalisation. */
    private static final double NOTHING = 1e-12;

    /** Their constants (1/6, 1/3, 11/48, the square roots of 2 and of 2/pi) cannot be told from seven digits. */
    private static final Set<String> ROUNDED =
            Set.of("gelu-erf", "gelu-tanh", "hard-sigmoid", "leaky-relu-third", "rrelu");

    /** These have none; of all others the constants have few decimals, and a reader may know them by that. */
    private static final Set<String> EXACT = Set.of("softplus");

    @LocalServerPort
    private int port;

    static Stream<TorchSets> files() {
        return TorchSets.of("float64-on-float32-files", "float64");
    }

    @ParameterizedTest
    @MethodSource("files")
    void passesWhatTheFilesConstantsExplainAndNamesThem(TorchSets file) {
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), "{}");
        int warned = 0;
        List<TorchSet> sets = file.sets();
        for (TorchSet set : sets) {
            JsonNode report = verdicts.right(file.model(), set, nothings(set), 0);
            warned += report.path("warnings").toString().contains("constantsRounded") ? 1 : 0;
        }
        verdicts.requireNoneWrong();
        assertThat(warned)
                .as("%s: reports of %d with the warning constantsRounded", file, sets.size())
                .isBetween(
                        ROUNDED.contains(file.network()) ? sets.size() : 0,
                        EXACT.contains(file.network()) ? 0 : sets.size());
    }

    @ParameterizedTest
    @MethodSource("files")
    void seesMistakesBesideThem(TorchSets file) {
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), "{\"coverage\": \"certified\"}");
        Random random = new Random(13);
        List<TorchSet> sets = file.sets();
        for (int k = 0; k < sets.size(); k++) {
            TorchSet set = sets.get(k);
            Map<String, Double> spread = nothings(set);
            List<String> names = set.gradients().keySet().stream()
                    .filter(name -> !spread.containsKey(name))
                    .toList();
            names.forEach(name -> spread.put(name, SPREAD));
            String name = names.get(random.nextInt(names.size()));
            Planted mistake = k % 2 == 0 ? Planted.ENTRY_OFF : Planted.values()[k / 2 % 4];
            verdicts.planted(file.model(), set, spread, mistake, name, random);
        }
        verdicts.requireNoneWrong();
    }

    /** The tensors that are rounding and nothing else, which may be left undecided. */
    private static Map<String, Double> nothings(TorchSet set) {
        double largest = set.gradients().values().stream()
                .mapToDouble(TorchVerdicts::largest)
                .max()
                .orElseThrow();
        Map<String, Double> spread = new HashMap<>();
        set.gradients().forEach((name, gradient) -> {
            if (TorchVerdicts.largest(gradient) <= NOTHING * largest) {
                spread.put(name, 1.0);
            }
        });
        return spread;
    }
}
