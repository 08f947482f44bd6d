package dev.plumbline.compute.probe.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a line says of its own bound. */
class LineTests {

    private static final double SIGMA = 1e-12;

    /**
     * A bias before a batch normalisation: nothing moves but the noise, and that is larger along this line than along the first,
     * from which sigma is known. Ten times as large is noise still; forty times as large is something else.
     */
    @ParameterizedTest
    @CsvSource({"3, true", "10, true", "40, false", "100, false"})
    void noiseThatIsLargerThanElsewhereIsNoise(double sigmas, boolean isNoise) {
        Point point = new Point(2.5, SIGMA, 2.5, true, false, null);
        Direction direction = Direction.gaussian(1, new TensorSet("bias", List.of(0)));
        SplittableRandom random = new SplittableRandom(3);
        List<Level> levels = new ArrayList<>();
        for (int k = 0; k < 6; k++) {
            double side = random.nextBoolean() ? 1 : -1;
            double h = Level.step(k);
            levels.add(new Level(
                    k, h, h, point.value() + side * sigmas * SIGMA, point.value() - side * sigmas * SIGMA / 2));
        }
        Line line = new Line(direction, point, 0, 0, 0, levels);
        assertThat(line.isNoiseLimited()).isEqualTo(isNoise);
    }
}
