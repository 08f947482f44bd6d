package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nearest points of convex hulls, against closed forms and the condition that makes a point the nearest. */
class HullTests {

    private static final List<double[]> SQUARE =
            List.of(new double[] {0, 0}, new double[] {1, 0}, new double[] {0, 1}, new double[] {1, 1});

    @Test
    void aPointOutsideASquareIsAsFarFromItAsGeometrySays() {
        assertThat(residual(SQUARE, 2, 0.5)).containsExactly(-1, 0);
        assertThat(residual(SQUARE, 3, 5)).containsExactly(-2, -4);
    }

    @Test
    void aPointInsideIsReached() {
        assertThat(norm(residual(SQUARE, 0.3, 0.9))).isLessThanOrEqualTo(1e-15);
    }

    @Test
    void onePointIsItsOwnHull() {
        assertThat(residual(List.of(new double[] {1, 2}), 4, 6)).containsExactly(-3, -4);
    }

    @Test
    void distanceIsMeasuredInTheScalesOfTheCoordinates() {
        List<double[]> line = List.of(new double[] {1, 0}, new double[] {0, 1});
        double[] residual = Hull.residual(line, new double[] {0, 0}, new double[] {1, 1e-3});
        // minimise p^2 + (1 - p)^2 1e6
        double p = 1e6 / (1 + 1e6);
        assertThat(Math.abs(residual[0] - p)).isLessThanOrEqualTo(1e-12);
    }

    /** Optimality: with r the nearest point less the target, every point of the polytope has {@code (p - a).r >= r.r}. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-16, 1e-8, 1})
    void ofRandomPolytopesNoPointIsNearer(double size) {
        SplittableRandom random = new SplittableRandom(3);
        for (int trial = 0; trial < 200; trial++) {
            int n = random.nextInt(1, 6);
            List<double[]> points = new ArrayList<>();
            for (int j = random.nextInt(1, 14); j > 0; j--) {
                points.add(random.doubles(n, -size, size).toArray());
            }
            double[] target = random.doubles(n, -2 * size, 2 * size).toArray();
            double[] scales = new double[n];
            Arrays.fill(scales, size);

            double[] r = Hull.residual(points, target, scales);

            for (double[] point : points) {
                double along = 0;
                for (int i = 0; i < n; i++) {
                    along += (point[i] - target[i]) / size * r[i] / size;
                }
                double square = norm(r) / size * norm(r) / size;
                assertThat(along).isGreaterThanOrEqualTo(square - 1e-11);
            }
        }
    }

    private static double[] residual(List<double[]> points, double... target) {
        double[] scales = new double[target.length];
        Arrays.fill(scales, 1);
        return Hull.residual(points, target, scales);
    }

    private static double norm(double[] r) {
        return Math.sqrt(Arrays.stream(r).map(x -> x * x).sum());
    }
}
