package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.verification.Coverage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Verdicts on claims about random compositions of bends, jumps, roots and smooth parts, mostly on an edge ({@code
 * fixtures/compositions/make_compositions.py}).
 */
class CompositionsTests {

    /** One claim in so many is judged; {@code -Dplumbline.compositions.each=1} judges them all. */
    private static final int EACH = Integer.getInteger("plumbline.compositions.each", 1);

    private static final List<Claimed> CLAIMS =
            Claimed.all(Path.of("src/test/resources/fixtures/compositions/compositions.jsonl.gz"));

    /** {@code |w^2 - 1| + w^2} is 1 around 0: the fixture calls its derivative infinite, and PASS is right. */
    private static final List<String> MISLABELLED = List.of("infinite-1562 ");

    /** The table and every wrong verdict are in {@code target/compositions-COVERAGE.txt}. */
    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"AUTO", "DIRECTIONAL"})
    void noVerdictIsFalseAndFewAreOpen(Coverage coverage) throws IOException {
        List<Claimed> taken = IntStream.range(0, CLAIMS.size())
                .filter(i -> i % EACH == 0)
                .mapToObj(CLAIMS::get)
                .toList();
        Verdicts verdicts = Verdicts.of(coverage, taken);
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/compositions-" + coverage + ".txt"), verdicts.toString());

        assertThat(verdicts.wrong().stream().filter(line -> MISLABELLED.stream().noneMatch(line::contains)))
                .as(verdicts.toString())
                .isEmpty();
        assertThat(verdicts.undecidedShare()).as(verdicts.toString()).isLessThanOrEqualTo(0.03);
    }
}
