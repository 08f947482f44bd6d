package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Datatype;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GridTests {

    /** Java's and our own rounding to the nearest know the formats too; subnormals are among the numbers. */
    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void holdsWhatTheDatatypeHolds(Datatype datatype) {
        Grid grid = Grid.of(datatype);
        SplittableRandom random = new SplittableRandom(1);
        for (int k = 0; k < 10_000; k++) {
            double x =
                    random.nextDouble(-2, 2) * Math.scalb(1.0, -random.nextInt(datatype == Datatype.FP16 ? 26 : 150));
            double nearest = datatype.round(x);
            assertThat(grid.holds(nearest)).isTrue();
            assertThat(grid.holds(x)).isEqualTo(nearest == x);
            assertThat(Math.abs(nearest - x)).isLessThanOrEqualTo(grid.spacing(x) / 2);
            assertThat(grid.round(nearest, random.nextDouble())).isEqualTo(nearest);
        }
    }

    @Test
    void roundsToEitherNeighbourTheMoreOftenTheNearerItIs() {
        double x = 1 + 0.25 * 0x1p-7; // a quarter of the way
        assertThat(Grid.BF16.round(x, 0.24)).isEqualTo(1 + 0x1p-7);
        assertThat(Grid.BF16.round(x, 0.26)).isEqualTo(1);
        assertThat(Grid.BF16.round(-x, 0.74)).isEqualTo(-1);
        assertThat(Grid.BF16.round(-x, 0.76)).isEqualTo(-1 - 0x1p-7);
    }

    @Test
    void knowsUnitRoundoffsAndKeepsWhatIsNotFinite() {
        assertThat(Grid.FP64.unitRoundoff()).isEqualTo(0x1p-53);
        assertThat(Grid.TF32.unitRoundoff()).isEqualTo(0x1p-11);
        assertThat(Grid.FP16.round(Double.POSITIVE_INFINITY, 0.5)).isInfinite();
        assertThat(Grid.FP16.round(Double.NaN, 0.5)).isNaN();
        assertThat(Grid.FP16.spacing(0)).isEqualTo(0x1p-24);
    }
}
