package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MistakeWordsTests {

    private static final Mistake SIGN = new Mistake.Sign(-1, "");

    private static Mistake scaled(double factor) {
        return new Mistake.Scaled(factor, "");
    }

    private static String words(Object... namesAndMistakes) {
        Map<String, Mistake> mistakes = new LinkedHashMap<>();
        for (int i = 0; i < namesAndMistakes.length; i += 2) {
            mistakes.put((String) namesAndMistakes[i], (Mistake) namesAndMistakes[i + 1]);
        }
        return MistakeWords.of(mistakes);
    }

    @Test
    void eachTensorHasItsOwnMistake() {
        assertThat(words("v", scaled(1.0 / 3), "b", scaled(0.25)))
                .isEqualTo("v: 1/3 of what it should be; b: 1/4 of what it should be");
    }

    @Test
    void whatTheyShareIsSaidOnce() {
        assertThat(words("v", scaled(3), "b", scaled(3))).isEqualTo("it is 3 times what it should be");
        assertThat(words("v", scaled(1.0 / 3))).isEqualTo("it is 1/3 of what it should be");
        assertThat(words("v", SIGN, "b", SIGN)).isEqualTo("the sign is wrong");
    }

    @Test
    void tensorsWithTheSameMistakeStandTogether() {
        assertThat(words("v", SIGN, "b", new Mistake.Transposed(""), "c", SIGN))
                .isEqualTo("v and c: the sign is wrong; b: transposed");
        assertThat(words("a", SIGN, "b", SIGN, "c", SIGN, "d", SIGN, "e", SIGN, "f", new Mistake.Zero("")))
                .isEqualTo("a, b, c and 2 more: the sign is wrong; f: zero");
    }

    /** Other advice, or another wrong entry beyond the digits that are told, is no other mistake. */
    @Test
    void whatReadsTheSameIsTheSame() {
        assertThat(words("v", new Mistake.Scaled(1.0 / 3, "one"), "b", new Mistake.Scaled(1.0 / 3 + 1e-9, "other")))
                .isEqualTo("it is 1/3 of what it should be");
    }

    @Test
    void beyondFourGroupsTensorsAreCounted() {
        Object[] six = IntStream.range(0, 6)
                .boxed()
                .flatMap(i -> List.<Object>of("t" + i, scaled(i + 2)).stream())
                .toArray();
        assertThat(words(six))
                .startsWith("t0: 2 times what it should be; t1: 3 times")
                .contains("t3: 5 times")
                .doesNotContain("t4")
                .endsWith("; and 2 more tensors");
        Object[] five = Arrays.copyOf(six, 10);
        assertThat(words(five)).endsWith("t3: 5 times what it should be; and 1 more tensor");
    }

    @ParameterizedTest
    @CsvSource({
        "3, 3",
        "-2, -2",
        "0.5, 1/2",
        "0.3333333333333333, 1/3",
        "0.25, 1/4",
        "0.6666666666666666, 2/3",
        "-0.75, -3/4",
        "0.03125, 1/32",
        "0.00390625, 1/256",
        "1.5, 1.5",
        "0.1234, 0.1234",
        "2.3333333333333335, 2.333",
        "0.9, 9/10",
        "0.95, 0.95",
        "65536, 65536",
        "1e-7, 1E-7",
        "0, 0",
        "NaN, NaN",
        "0.333334, 0.3333",
        "0.33333349, 1/3"
    })
    void factorsAreSimpleFractionsWhereTheyAre(double factor, String words) {
        assertThat(MistakeWords.factor(factor)).isEqualTo(words);
    }

    @Test
    void oneFactorSaysItAllOfASingleTensorOrOfEveryOne() {
        Mistake thrice = new Mistake.Scaled(3, "");
        Mistake twice = new Mistake.Scaled(2, "");
        assertThat(MistakeWords.areOneFactor(List.of(thrice), 4)).isTrue();
        assertThat(MistakeWords.areOneFactor(List.of(thrice, thrice), 2)).isTrue();
        assertThat(MistakeWords.areOneFactor(List.of(thrice, thrice), 4)).isFalse();
        assertThat(MistakeWords.areOneFactor(List.of(thrice, twice), 2)).isFalse();
        assertThat(MistakeWords.areOneFactor(List.of(new Mistake.Unknown("")), 1))
                .isFalse();
        assertThat(MistakeWords.areOneFactor(List.of(), 0)).isFalse();
    }
}
