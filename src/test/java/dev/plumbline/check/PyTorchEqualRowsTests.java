package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.TorchSets.TorchSet;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/**
 * PyTorch's own gradients where batch normalisation sees equal rows: what it makes of them is noise alone, which decides
 * every ReLU behind it, in PyTorch by other roundings than in Plumbline.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchEqualRowsTests {

    @LocalServerPort
    private int port;

    static Stream<TorchSets> files() {
        return TorchSets.of("equal-rows", "float32", "float64");
    }

    @ParameterizedTest
    @MethodSource("files")
    void whatNoiseDecidesIsNobodysMistake(TorchSets file) {
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), "{}");
        List<String> refuted = new ArrayList<>();
        for (TorchSet set : file.sets()) {
            JsonNode report = verdicts.report(set.name(), verdicts.ask(file.model(), set, set.gradients()));
            for (JsonNode tensor : report.path("tensors")) {
                if (tensor.path("verdict").asString().equals(Verdict.FAIL.name())) {
                    refuted.add(set.name() + ": " + tensor.path("name") + " "
                            + tensor.path("entries").path(0));
                }
            }
        }
        assertThat(refuted).as(String.join("\n", refuted)).isEmpty();
    }

    /** The last bias sees neither rows nor noise; half of it is a mistake, which the bends before it do not excuse. */
    @ParameterizedTest
    @MethodSource("files")
    void aMistakeBehindItIsSeen(TorchSets file) {
        TorchVerdicts verdicts = new TorchVerdicts(new Caller(port), "{}");
        for (TorchSet set : file.sets().subList(0, 3)) {
            List<String> names = List.copyOf(set.gradients().keySet());
            String last = names.get(names.size() - 2); // in the order of names: bias, then weight
            Tensor half = Objects.requireNonNull(set.gradients().get(last)).map(value -> value / 2);
            JsonNode report = verdicts.report(set.name(), verdicts.ask(file.model(), set, set.with(last, half)));

            assertThat(report.path("verdict").asString()).as(last).isEqualTo("FAIL");
        }
    }
}
