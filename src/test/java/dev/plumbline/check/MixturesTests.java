package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * Mixtures of experts, whose positions depend on weights, and branches that do, as PyTorch exports them in opsets 11, 13, 16
 * and 17 ({@code fixtures/operators/make_mixtures.py}).
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class MixturesTests {

    private static final Path FILE = Path.of("src/test/resources/fixtures/operators/mixtures.jsonl.gz");

    @LocalServerPort
    private int port;

    @Test
    void gradientsOfPyTorchPassAndOnesThatAreOnePercentOffFail() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<Exported> all = Exported.all(FILE);
        for (Exported each : all) {
            Caller.Answer right = each.check(port, each.gradients());
            if (!right.text("verdict").equals("PASS")) {
                wrong.add(each.name() + ": " + right.status() + " " + right.text("summary") + right.text("detail"));
            }
            String moved = each.gradients().keySet().stream()
                    .filter(name -> largest(each, name) > 1e-3)
                    .reduce((first, second) -> second)
                    .orElseThrow();
            Caller.Answer off = each.check(port, each.onePercentOff(moved));
            if (!off.text("verdict").equals("FAIL")) {
                wrong.add(each.name() + ", " + moved + " off: " + off.status() + " " + off.text("summary"));
            }
        }

        assertThat(wrong).as("of %d", all.size()).isEmpty();
        assertThat(all).hasSize(60);
    }

    private static double largest(Exported each, String name) {
        double largest = 0;
        for (double value : Objects.requireNonNull(each.gradients().get(name)).values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
