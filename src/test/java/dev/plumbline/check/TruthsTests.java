package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.verification.Coverage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Verdicts on claims about functions whose gradients are known to 60 digits ({@code fixtures/truths/make_truths.py}). */
class TruthsTests {

    private static final List<Claimed> CLAIMS = Claimed.all(Path.of("src/test/resources/fixtures/truths/truths.jsonl"));

    /** The table and every wrong verdict are in {@code target/truths-COVERAGE.txt}. */
    @ParameterizedTest
    @EnumSource
    void noVerdictIsFalseAndFewAreOpen(Coverage coverage) throws IOException {
        Verdicts verdicts = Verdicts.of(coverage, CLAIMS);
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/truths-" + coverage + ".txt"), verdicts.toString());

        assertThat(verdicts.wrong()).as(verdicts.toString()).isEmpty();
        if (coverage != Coverage.DIRECTIONAL) {
            assertThat(verdicts.undecidedShare()).as(verdicts.toString()).isLessThanOrEqualTo(0.03);
        }
    }
}
