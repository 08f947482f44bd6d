package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Suffix;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    private final IntConsumer told;
    private int[] left; // the positions that are not settled
    private double[][] changes = {}; // theirs at +h, -h, +2h, -2h: four rows of (position, sample)
    private double step;
    private int level; // of steps, which shrink below kinks
    private long copies;

    private SuffixDifferences(Suffix suffix, int[] positions, IntConsumer told) {
        this.suffix = suffix;
        this.told = told;
        this.left = positions;
        this.floor = suffix.roundOff();
        this.point = suffix.point().values();
        this.samples = suffix.samples();
        this.part = suffix.positions();
        this.values = new double[point.length];
        this.bounds = new double[point.length];
        this.radii = new double[point.length];
        this.settled = new boolean[point.length];
        this.step = STEP * Math.min(1, Math.max(1e-3, size(suffix.point())));
    }

    /**
     * All positions of some suffixes, which share the processors.
     *
     * @param told from any thread, after each tile, how many positions it finished; 0 for one that repeats some
     */
    static List<NumericTensor> of(List<Suffix> suffixes, IntConsumer told) {
        List<SuffixDifferences> all = suffixes.stream()
                .map(suffix -> new SuffixDifferences(
                        suffix, IntStream.range(0, suffix.positions()).toArray(), told))
                .toList();
        run(all);
        return all.stream().map(SuffixDifferences::result).toList();
    }

    /** Some positions, in every sample; the others stay 0. */
    static NumericTensor of(Suffix suffix, int[] positions) {
        SuffixDifferences differences = new SuffixDifferences(suffix, positions, finished -> {});
        run(List.of(differences));
        return differences.result();
    }

    private NumericTensor result() {
        return new NumericTensor(values, bounds, radii, NumericTensor.Way.NODES, copies);
    }

    /** Level by level; the tiles of all suffixes are one heap of work. */
    private static void run(List<SuffixDifferences> all) {
        List<SuffixDifferences> active = new ArrayList<>(all);
        active.removeIf(SuffixDifferences::isDone);
        while (!active.isEmpty()) {
            List<Runnable> tiles = new ArrayList<>();
            active.forEach(differences -> differences.addTiles(tiles));
            Workers.share(tiles.size(), i -> tiles.get(i).run());
            List<SuffixDifferences> moved = active;
            Workers.share(moved.size(), i -> moved.get(i).judge());
            active = moved.stream().filter(differences -> !differences.isDone()).toList();
        }
    }

    private boolean isDone() {
        return left.length == 0;
    }

    private void addTiles(List<Runnable> tiles) {
        changes = new double[4][left.length * samples];
        copies += 4L * left.length;
        int tile = Math.max(1, suffix.tile() / 4);
        while (Workers.count() > 1 && left.length < 2 * Workers.count() * tile && tile > SMALL) {
            tile = (tile + 1) / 2;
        }
        for (int first = 0; first < left.length; first += tile) {
            int from = first;
            int count = Math.min(tile, left.length - first);
            tiles.add(() -> {
                move(left, from, count, step, changes);
                told.accept(level == 0 ? count : 0);
            });
        }
    }

    private void judge() {
        boolean last = level == (suffix.mayBend() ? LEVELS : 1) - 1;
        judge(left, step, changes, last);
        left = last ? new int[0] : Arrays.stream(left).filter(this::isUnsettled).toArray();
        changes = new double[0][];
        step /= 16;
        level++;
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

    /** The changes of some positions, into their places in {@code changes}. */
    private void move(int[] positions, int first, int count, double step, double[][] changes) {
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
        double[][] tiny = new double[4][some.length * samples];
        move(some, 0, some.length, step * 0x1p-16, tiny);
        return Math.min(sigma, noise(tiny));
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
