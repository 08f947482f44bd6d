package dev.plumbline.compute.probe.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatioTests {

    private static Spot spot(double numeric, double claimed, double bound) {
        return new Spot(Direction.given(new TensorSet("all", List.of(0))), numeric, claimed, bound);
    }

    /** The true product is so many times the claimed one; one direction proves a factor only where it is plain and met. */
    @ParameterizedTest
    @CsvSource({
        "-1, 1e-9, true",
        "2, 1e-9, true",
        "0.25, 1e-9, true",
        "0, 1e-9, true",
        "0.776583, 1e-9, false",
        "1.5, 1e-9, false",
        "1001, 1e-9, false",
        "2, 5e-5, false",
        "2, 3e-6, true"
    })
    void oneDirectionProvesPlainFactorsOnly(double factor, double bound, boolean isProven) {
        assertThat(Ratio.plain(spot(factor * 3, 3, bound * 3)).isPresent()).isEqualTo(isProven);
    }
}
