package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Suffix;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The derivatives of the objective by every position of a node, each by four values: at {@code +-h} and {@code +-2h}.
 *
 * <pre>
 *   D(h) = (f(+h) - f(-h)) / 2h        E = (4 D(h) - D(2h)) / 3        five points, fourth order
 *   T = |D(h) - D(2h)| / 3 / 16        R = 1.5 kappa sigma / h         U = T + R, kappa = 3
 *   J(h) = (f(+h) + f(-h) - 2 f(0)) / h                                the jump between the one-sided slopes
 * </pre>
 *
 * Where the function is smooth {@code J(2h) = 2 J(h)} and T is small. Where neither holds, a kink lies within 2h: the
 * position is tried again with steps 16 times smaller, down to noise; if no step escapes the kink it is at the point
 * itself, and what is reported is the mean slope and half the distance between the two sides. The noise sigma of the
 * differences is measured from all of them: {@code f(2h) + f(-2h) - 4 f(h) - 4 f(-h)} vanishes up to fourth order.
 */
final class SuffixDifferences {

    private static final double STEP = 0x1p-13; // of the size of the node's values; 1.2e-4
    private static final int LEVELS = 6;
    private static final double KAPPA = 3;
    private static final double SUSPICIOUS = 64; // times the rounding of the sum; deep networks have some tens
    private static final int LOOKED_AT = 24;
    private static final int SMALL = 4; // positions; less is not worth a task of its own

    private final Suffix suffix;
    private final double[] point;
    private final int samples;
    private final int part; // positions of a sample
    private final double[] values;
    private final double[] bounds;
    private final double[] radii;
    private final boolean[] settled;
    private final double floor; // the rounding of a share of the objective
    private final LongAdder copies = new LongAdder();

    private final IntConsumer told;
    private int level; // of steps that shrink below kinks

    private SuffixDifferences(Suffix suffix, IntConsumer told) {
        this.told = told;
        this.floor = suffix.roundOff();
        this.suffix = suffix;
        this.point = suffix.point().values();
        this.samples = suffix.samples();
        this.part = suffix.positions();
        this.values = new double[point.length];
        this.bounds = new double[point.length];
        this.radii = new double[point.length];
        this.settled = new boolean[point.length];
    }

    /**
     * All positions.
     *
     * @param told from any thread, after each tile, how many positions it finished; 0 for one that repeats some
     */
    static NumericTensor of(Suffix suffix, IntConsumer told) {
        return of(suffix, IntStream.range(0, suffix.positions()).toArray(), told);
    }

    /** Some positions, in every sample; the others stay 0. */
    static NumericTensor of(Suffix suffix, int[] positions) {
        return of(suffix, positions, finished -> {});
    }

    private static NumericTensor of(Suffix suffix, int[] positions, IntConsumer told) {
        SuffixDifferences differences = new SuffixDifferences(suffix, told);
        differences.run(positions);
        return new NumericTensor(
                differences.values,
                differences.bounds,
                differences.radii,
                NumericTensor.Way.NODES,
                differences.copies.sum());
    }

    private void run(int[] positions) {
        double step = STEP * Math.min(1, Math.max(1e-3, size(suffix.point())));
        int levels = suffix.mayBend() ? LEVELS : 1;
        int[] left = positions;
        for (; level < levels && left.length > 0; level++) {
            double[][] changes = changes(left, step);
            judge(left, step, changes, level == levels - 1);
            left = Arrays.stream(left).filter(this::isUnsettled).toArray();
            step /= 16;
        }
    }

    private static double size(Tensor tensor) {
        double size = tensor.norm() / Math.sqrt(Math.max(1, tensor.size()));
        return size > 0 && Double.isFinite(size) ? size : 1;
    }

    private boolean isUnsettled(int position) {
        for (int n = 0; n < samples; n++) {
            if (!settled[n * part + position]) {
                return true;
            }
        }
        return false;
    }

    /** The changes at +h, -h, +2h, -2h: four rows of (position, sample). */
    private double[][] changes(int[] positions, double step) {
        double[][] changes = new double[4][positions.length * samples];
        int tile = Math.max(1, suffix.tile() / 4);
        int tiles = (positions.length + tile - 1) / tile;
        // Two tiles a worker at least, as long as none becomes tiny.
        int workers = ForkJoinPool.getCommonPoolParallelism() + 1;
        while (workers > 1 && tiles < 2 * workers && tile > SMALL) {
            tile = (tile + 1) / 2;
            tiles = (positions.length + tile - 1) / tile;
        }
        int each = tile;
        IntStream.range(0, tiles).parallel().forEach(t -> {
            int first = t * each;
            int count = Math.min(each, positions.length - first);
            int[] moved = new int[4 * count];
            double[] to = new double[4 * count * samples];
            for (int c = 0; c < 4 * count; c++) {
                moved[c] = positions[first + c / 4];
                for (int n = 0; n < samples; n++) {
                    to[c * samples + n] = point[n * part + moved[c]] + offset(c % 4, step);
                }
            }
            double[] change = suffix.changes(moved, to);
            for (int c = 0; c < 4 * count; c++) {
                System.arraycopy(change, c * samples, changes[c % 4], (first + c / 4) * samples, samples);
            }
            copies.add(4L * count);
            told.accept(level == 0 && positions.length == part ? count : 0);
        });
        return changes;
    }

    private static double offset(int which, double step) {
        return switch (which) {
            case 0 -> step;
            case 1 -> -step;
            case 2 -> 2 * step;
            default -> -2 * step;
        };
    }

    private void judge(int[] positions, double step, double[][] changes, boolean last) {
        double sigma = noise(positions, step, changes);
        for (int i = 0; i < positions.length; i++) {
            for (int n = 0; n < samples; n++) {
                int at = n * part + positions[i];
                if (!settled[at]) {
                    settle(at, step, sigma, column(changes, i * samples + n), last);
                }
            }
        }
    }

    private static double[] column(double[][] changes, int i) {
        return new double[] {changes[0][i], changes[1][i], changes[2][i], changes[3][i]};
    }

    /** The noise of these changes; where kinks may be taken for it, that of changes by steps too small to meet many. */
    private double noise(int[] positions, double step, double[][] changes) {
        double sigma = noise(changes);
        if (!suffix.mayBend() || sigma <= SUSPICIOUS * floor) {
            return sigma;
        }
        int stride = Math.max(1, positions.length / LOOKED_AT);
        int[] some = IntStream.range(0, positions.length)
                .filter(i -> i % stride == 0)
                .map(i -> positions[i])
                .toArray();
        return Math.min(sigma, noise(changes(some, step * 0x1p-16)));
    }

    /** The standard deviation of one change, from the upper quartile of a combination that vanishes up to fourth order. */
    private double noise(double[][] changes) {
        double[] rest = new double[changes[0].length];
        int moved = 0;
        for (int i = 0; i < rest.length; i++) {
            double combined = Math.abs(changes[2][i] + changes[3][i] - 4 * (changes[0][i] + changes[1][i]));
            if (combined > 0) {
                rest[moved++] = combined; // what a dead unit or a loser of a pool does not move says nothing
            }
        }
        Arrays.sort(rest, 0, moved);
        // Three quarters of a normal variable's values are below 1.15 sigma; the combination has variance 2 + 32.
        double upperQuartile = moved == 0 ? 0 : rest[moved * 3 / 4];
        return Math.max(upperQuartile / (1.15 * Math.sqrt(34)), floor);
    }

    private void settle(int at, double step, double sigma, double[] change, boolean last) {
        double x = point[at];
        double up = x + step - x;
        double down = x - (x - step);
        double up2 = x + 2 * step - x;
        double down2 = x - (x - 2 * step);
        double near = (change[0] - change[1]) / (up + down);
        double far = (change[2] - change[3]) / (up2 + down2);
        double truncation = Math.abs(near - far) / 3;
        double roundOff = 1.5 * KAPPA * sigma / step;
        double right = change[0] / up;
        double left = -change[1] / down;
        double jump = right - left;
        double jump2 = change[2] / up2 + change[3] / down2;
        boolean smooth = truncation <= 2 * roundOff + 1e-6 * Math.abs(near)
                && Math.abs(jump2 - 2 * jump) <= 4 * roundOff + 1e-3 * Math.abs(jump);
        if (smooth || !suffix.mayBend()) {
            values[at] = (4 * near - far) / 3;
            // A kink between h and 2h that went unnoticed moves E by a sixth of what it adds to the larger jump.
            double bend = suffix.mayBend() ? Math.abs(jump2 - 2 * jump) / 6 : 0;
            bounds[at] = truncation / 16 + bend + roundOff;
            settled[at] = true;
        } else if (last) {
            values[at] = near;
            bounds[at] = roundOff;
            radii[at] = Math.abs(jump) / 2;
            settled[at] = true;
        }
        if (!Double.isFinite(values[at])) {
            bounds[at] = Double.POSITIVE_INFINITY;
        }
    }
}
