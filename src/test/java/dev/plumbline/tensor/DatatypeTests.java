package dev.plumbline.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatatypeTests {

    @ParameterizedTest
    @CsvSource({
        "INT8, -128, 127",
        "INT16, -32768, 32767",
        "INT32, -2147483648, 2147483647",
        "INT64, -9007199254740991, 9007199254740991",
        "UINT8, 0, 255",
        "BOOL, 0, 1"
    })
    void holdsTheIntegersOfItsRangeAndNothingElse(Datatype datatype, double least, double greatest) {
        assertThat(datatype.holds(least)).isTrue();
        assertThat(datatype.holds(greatest)).isTrue();
        assertThat(datatype.holds(0)).isTrue();
        assertThat(datatype.holds(least - 1)).isFalse();
        assertThat(datatype.holds(greatest + 1)).isFalse();
        assertThat(datatype.holds(0.5)).isFalse();
        assertThat(datatype.holds(Double.NaN)).isFalse();
        assertThat(datatype.holds(Double.POSITIVE_INFINITY)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "FP64, 1.7976931348623157e308, Infinity",
        "FP32, 3.4028235677973362e38, 3.4028235677973366e38",
        "FP16, 65519.999999, 65520",
        "BF16, 3.3961775292304597e38, 3.39617752923046e38"
    })
    void holdsNumbersUpToTheOneThatRoundsToInfinity(Datatype datatype, double greatest, double next) {
        assertThat(datatype.holds(greatest)).isTrue();
        assertThat(datatype.holds(-greatest)).isTrue();
        assertThat(datatype.holds(next)).isEqualTo(Double.isInfinite(next));
        assertThat(datatype.holds(Double.NaN)).isTrue();
        assertThat(datatype.holds(Double.NEGATIVE_INFINITY)).isTrue();
    }
}
