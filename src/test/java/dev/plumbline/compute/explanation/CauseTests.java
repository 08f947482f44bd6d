package dev.plumbline.compute.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause.Kind;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CauseTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a (b. c) is cut. Do not.|a (b. c) is cut",
                "a) (Mul) is cut: look there.|a) (Mul) is cut",
                "a)) (Mul; of two) is cut; it is.|a)) (Mul; of two) is cut",
                "a is cut.|a is cut"
            })
    void itsWordsEndAtTheFirstPauseOutsideOfBrackets(String advice, String words) {
        Cause cause =
                new Cause(Kind.CUT, null, "a", "Mul", 0, null, null, null, null, List.of("w"), 0, advice, List.of());
        assertThat(cause.words()).isEqualTo(words);
    }
}
