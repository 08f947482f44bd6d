package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.plumbline.tensor.Datatype;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loops of a rounding run, held bit for bit against the rule written plainly. */
@NullUnmarked
class StoredTests {

    private static final double[] CORNERS = {
        0.0,
        -0.0,
        1,
        -1,
        0.5,
        3,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        0x1p-126,
        0x1.8p-127,
        -0x1p-149,
        0x1p-150,
        1e-60,
        -1e-60,
        0x1p-24,
        0x1p-14,
        65504,
        0x1p53,
        0x1p60 + 0x1p10,
        1 + 0x1p-24,
        1 + 0x1p-23
    };

    @ParameterizedTest
    @EnumSource(names = {"FP64", "FP32", "FP16", "BF16"})
    void storesAsTheRuleSays(Datatype datatype) {
        Grid grid = Grid.of(datatype);
        double[] values = values();
        double[] sizes = sizes(values);
        Draws draws = new Draws(7);
        for (boolean indices : new boolean[] {false, true}) {
            for (double[] own : new double[][] {null, sizes}) {
                double[] stored = new double[values.length];
                new Stored(grid, grid.unitRoundoff(), indices, draws).of(values, own, stored);
                for (int i = 0; i < values.length; i++) {
                    double size = own == null ? 0 : own[i];
                    assertThat(bits(stored[i]))
                            .as("%s of %s, indices %s", values[i], size, indices)
                            .isEqualTo(bits(plainly(grid, values[i], own != null, size, indices, draws)));
                }
            }
        }
    }

    private static long bits(double value) {
        return Double.doubleToLongBits(value);
    }

    /** Element by element, with a division and a power by the library. */
    private static double plainly(Grid grid, double x, boolean isSum, double size, boolean indices, Draws draws) {
        double u = grid.unitRoundoff();
        boolean isWhole = x == Math.rint(x);
        if (isWhole && (indices || (isSum && size == Math.rint(size) && size <= 1 / u))) {
            return x;
        }
        long random = isSum ? draws.bits(x, size) : draws.bits(x);
        double moved = isSum ? x + 4 * u * size * ((random & 0xFFFFFFFFL) * 0x1p-32 - 0.5) : x;
        int exponent = Math.max(Math.getExponent(moved), grid.leastExponent()) + 1 - grid.digits();
        double spacing = Math.scalb(1.0, exponent);
        double steps = Math.abs(moved) / spacing;
        boolean isNormal = grid.digits() < 53
                && Math.abs(moved) <= Double.MAX_VALUE
                && Math.abs(moved) >= Math.scalb(1.0, grid.leastExponent());
        if (isNormal) { // as many random bits as are cut off
            double chance = Math.scalb((double) (random >>> (11 + grid.digits())), grid.digits() - 53);
            return Math.copySign(Math.floor(steps + chance), moved) * spacing;
        }
        double chance = (random >>> 32) * 0x1p-32;
        double signed = moved / spacing;
        double below = Math.floor(signed);
        double up = signed - below > chance ? 1 : 0;
        double rounded = signed == below || !Double.isFinite(moved) ? moved + 0.0 : (below + up) * spacing;
        boolean flushes = grid.leastExponent() == -126 && rounded != 0 && Math.abs(rounded) < 0x1p-126;
        return flushes && (random & 0xFFFFFFFFL) * 0x1p-32 < 0.5 ? 0 : rounded;
    }

    /** As hardware does: between two that are equally near, the even one, below the normal numbers too. */
    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void roundsToTheNearestAndTiesToEven(Datatype datatype) {
        Grid grid = Grid.of(datatype);
        for (double at : new double[] {1, Math.scalb(1.0, grid.leastExponent() - 2)}) {
            double spacing = grid.spacing(at);
            double[] steps = {0.5, 1.5, 2.5, 3.5, 0.25, 0.75, 1.5 - 0x1p-20, 1.5 + 0x1p-20};
            double[] nearest = {0, 2, 2, 4, 0, 1, 1, 2};
            for (double sign : new double[] {1, -1}) {
                for (Draws draws : new Draws[] {Draws.NEAREST, new Draws(7).toNearest()}) {
                    double[] values = Arrays.stream(steps)
                            .map(step -> sign * (at + step * spacing))
                            .toArray();
                    double[] stored = new double[values.length];
                    new Stored(grid, 0, false, draws).of(values, null, stored);
                    for (int i = 0; i < steps.length; i++) {
                        double expected = sign * (at + nearest[i] * spacing);
                        boolean isFlushed = stored[i] == 0 && grid.mayFlush(expected);
                        assertThat(isFlushed ? expected : stored[i]).isEqualTo(expected);
                        assertThat(grid.round(values[i], 0.5)).isEqualTo(expected);
                    }
                }
            }
        }
    }

    /** Each neighbour as often as the number is near the other one. */
    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void roundsToEitherNeighbourTheMoreOftenTheNearerItIs(Datatype datatype) {
        Grid grid = Grid.of(datatype);
        double spacing = grid.spacing(1);
        double[] values = new double[40_000];
        double[] stored = new double[values.length];
        for (double part : new double[] {0.25, 0.5, 0.9}) {
            for (double sign : new double[] {1, -1}) {
                for (int i = 0; i < values.length; i++) {
                    values[i] = sign * (1 + spacing * (part + 1e-2 * ((double) i / values.length - 0.5)));
                }
                new Stored(grid, grid.unitRoundoff(), false, new Draws(11)).of(values, null, stored);
                double up = 0;
                for (double value : stored) {
                    assertThat(Math.abs(value)).isIn(1.0, 1 + spacing);
                    up += Math.abs(value) > 1 ? 1 : 0;
                }
                double expected = part * values.length;
                assertThat(Math.abs(up - expected)).isLessThan(5 * Math.sqrt(values.length * part * (1 - part)));
            }
        }
    }

    /** Uniform over 2 u of the size of the terms to either side. */
    @Test
    void sumsAreOffByUpToTwoRoundoffsOfTheirTerms() {
        double[] values = new double[40_000];
        double[] sizes = new double[values.length];
        double[] stored = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + 1e-9 * i;
            sizes[i] = 1000;
        }
        new Stored(Grid.FP32, 0x1p-24, false, new Draws(13)).of(values, sizes, stored);
        double mean = 0;
        double square = 0;
        double most = 0;
        for (int i = 0; i < values.length; i++) {
            double off = (stored[i] - values[i]) / (0x1p-24 * 1000);
            mean += off / values.length;
            square += off * off / values.length;
            most = Math.max(most, Math.abs(off));
        }
        assertThat(Math.abs(mean)).isLessThan(0.03);
        assertThat(Math.abs(Math.sqrt(square) - 2 / Math.sqrt(3))).isLessThan(0.02);
        assertThat(Math.abs(most - 2)).isLessThan(0.01);
    }

    private static double[] values() {
        SplittableRandom random = new SplittableRandom(3);
        double[] values = new double[20_000];
        for (int i = 0; i < values.length; i++) {
            double scale = Math.scalb(1.0, random.nextInt(-170, 60));
            values[i] = i < CORNERS.length ? CORNERS[i] : random.nextDouble(-2, 2) * scale;
        }
        return values;
    }

    private static double[] sizes(double[] values) {
        SplittableRandom random = new SplittableRandom(4);
        double[] sizes = new double[values.length];
        for (int i = 0; i < sizes.length; i++) {
            int kind = random.nextInt(4);
            sizes[i] = kind == 0 ? 0 : kind == 1 ? Math.rint(Math.abs(values[i])) : Math.abs(values[i]) * kind;
        }
        return sizes;
    }

    /** What it keeps whole stays as it is, and nothing else is kept whole. */
    @ParameterizedTest
    @EnumSource(names = {"FP64", "FP32", "FP16", "BF16"})
    void keepsWhatIsOnTheGrid(Datatype datatype) {
        Grid grid = Grid.of(datatype);
        int kept = 0;
        for (double value : values()) {
            for (double x : new double[] {value, datatype.isFloat() ? datatype.round(value) : value}) {
                double[] stored = new double[1];
                Stored loop = new Stored(grid, grid.unitRoundoff(), false, new Draws(3));
                loop.of(new double[] {x}, null, stored);
                if (loop.keeps(new double[] {x})) {
                    kept++;
                    assertThat(bits(stored[0])).isEqualTo(bits(x));
                }
            }
        }
        assertThat(kept).isGreaterThan(datatype == Datatype.FP64 ? 0 : 1_000);
        assertThat(new Stored(Grid.FP32, 1, false, new Draws(1)).keeps(new double[] {1, 0, 1 + 0x1p-24}))
                .isFalse();
        assertThat(new Stored(Grid.FP32, 1, false, new Draws(1)).keeps(new double[] {1, 0x1p-149}))
                .isFalse();
        assertThat(new Stored(Grid.FP32, 1, false, new Draws(1)).keeps(new double[] {1, Double.NaN}))
                .isFalse();
    }

    /** Where another run's terms were smaller than the sum itself, the sum counts. */
    @Test
    void takesNoSizeBelowTheSum() {
        double[] values = values();
        double[] sizes = sizes(values);
        double[] larger = sizes.clone();
        for (int i = 0; i < sizes.length; i++) {
            larger[i] = sizes[i] < Math.abs(values[i]) ? Math.abs(values[i]) : sizes[i];
        }
        double[] stored = new double[values.length];
        double[] expected = new double[values.length];
        Stored loop = new Stored(Grid.FP32, 0x1p-24, false, new Draws(7));
        loop.ofOthersSizes(values, sizes, stored);
        loop.of(values, larger, expected);

        assertThat(stored).isEqualTo(expected);
    }

    @Test
    void allocatesNothingOnceWarm() {
        double[] values = values();
        double[] sizes = sizes(values);
        double[] stored = new double[values.length];
        Stored loop = new Stored(Grid.FP32, 0x1p-24, false, new Draws(1));
        for (int k = 0; k < 2_000; k++) {
            loop.of(values, null, stored);
            loop.of(values, sizes, stored);
        }
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int k = 0; k < 100; k++) {
            loop.of(values, null, stored);
            loop.of(values, sizes, stored);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000); // 4 million draws
    }
}
