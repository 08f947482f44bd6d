package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Suffix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The derivatives of the objective by every position of a node, each by four values: at {@code +-h} and {@code +-2h}.
 *
 * <p>Level by level with steps 16 times smaller, for those that {@link FourPoints} does not yet know sharply. Smooth ones are at the first.
 * The step is {@code 2^-13} of the value itself, or of the size that three quarters of the node's values exceed if that is larger: in proportion to each, unless
 * it happens to be nearly 0.
 *
 * <p>The noise sigma of the differences is measured from all of them: {@code f(2h) + f(-2h) - 4 f(h) - 4 f(-h)} vanishes up to fourth
 * order. What looks like much noise may be fast oscillation or kinks, so it is measured again with steps too small to alias, 2^-40 of the value.
 *
 * <p>What no level settles is blind, and its bound infinite. Known blind spot: oscillations faster than a period in {@code 2^-33} of the
 * value, which look like noise at every step; ripples lower than 64 roundings of the sum, whatever their slope; and one position or sample whose noise is far above that of three quarters of the others, if that happens to look smooth.
 */
final class SuffixDifferences {

    private static final double STEP = 0x1p-13; // of the size of the values; 1.2e-4
    private static final int LEVELS = 6;
    private static final double TINY = 0x1p-40; // of the value: some thousand units in its last place
    private static final double SUSPICIOUS = 64; // times the rounding of the sum; deep networks have some tens
    private static final int LOOKED_AT = 24;
    private static final int SMALL = 4; // positions; less is not worth a task of its own
    private static final int AT_ONCE =
            8; // tiles that are wanted at least; not by processors, or bits would be a machine's

    private final Suffix suffix;
    private final double[] point;
    private final double[] sizes; // what steps are in proportion to
    private final int samples;
    private final int part; // positions of a sample
    private final double[] values;
    private final double[] bounds;
    private final double[] radii;
    private final boolean[] settled;
    private final double floor; // the rounding of a share of the objective
    private final double roundingNoise; // of the objective
    private int[] left; // the positions that are not settled
    private double[][] changes = {}; // theirs at +h, -h, +2h, -2h: four rows of (position, sample)
    private int level; // of steps
    private long copies;

    private SuffixDifferences(Suffix suffix, int[] positions, double roundingNoise) {
        this.suffix = suffix;
        this.left = positions;
        this.floor = suffix.roundOff();
        this.roundingNoise = roundingNoise;
        this.point = suffix.point().values();
        this.sizes = sizes(point);
        this.samples = suffix.samples();
        this.part = suffix.positions();
        this.values = new double[point.length];
        this.bounds = new double[point.length];
        this.radii = new double[point.length];
        this.settled = new boolean[point.length];
    }

    /** Each value's own size, or what three quarters of those that are not 0 exceed. */
    private static double[] sizes(double[] point) {
        double[] sizes = Arrays.stream(point).map(Math::abs).toArray();
        double[] sorted = Arrays.stream(sizes).filter(size -> size > 0).sorted().toArray();
        double usual = sorted.length == 0 ? 1 : sorted[sorted.length / 4];
        return Arrays.stream(sizes).map(size -> Math.max(size, usual)).toArray();
    }

    /**
     * Who does the tiles of some suffixes.
     *
     * @param name of these suffixes, which no others of the objective have
     * @param told from any thread, after each tile, how many positions it finished; 0 for one that repeats some
     */
    record Shift(String name, Crew crew, IntConsumer told) {

        /** On this machine, for whoever does not want to know. */
        static final Shift HERE = new Shift("", Crew.HERE, finished -> {});
    }

    /**
     * All positions of some suffixes, which share the processors.
     *
     * @param roundingNoise the rms of what rounding all intermediate values at random does to the objective; 0 where unknown
     */
    static List<NumericTensor> of(List<Suffix> suffixes, double roundingNoise, Shift shift) {
        List<SuffixDifferences> all = suffixes.stream()
                .map(suffix -> new SuffixDifferences(
                        suffix, IntStream.range(0, suffix.positions()).toArray(), roundingNoise))
                .toList();
        run(all, shift);
        return all.stream().map(SuffixDifferences::result).toList();
    }

    /** Some positions, in every sample; the others stay 0. */
    static NumericTensor of(Suffix suffix, int[] positions) {
        SuffixDifferences differences = new SuffixDifferences(suffix, positions, 0);
        run(List.of(differences), Shift.HERE);
        return differences.result();
    }

    private NumericTensor result() {
        return new NumericTensor(values, bounds, radii, NumericTensor.Way.NODES, copies);
    }

    /** Level by level; the tiles of all suffixes are one heap of work. */
    private static void run(List<SuffixDifferences> all, Shift shift) {
        List<SuffixDifferences> active = new ArrayList<>(all);
        active.removeIf(SuffixDifferences::isDone);
        for (int level = 0; !active.isEmpty(); level++) {
            List<Heap.Tile> tiles = new ArrayList<>();
            active.forEach(differences -> differences.addTiles(tiles));
            shift.crew().take(new Heap(shift.name() + "/" + level, tiles, shift.told()));
            List<SuffixDifferences> moved = active;
            Workers.share(moved.size(), i -> moved.get(i).judge());
            active = moved.stream().filter(differences -> !differences.isDone()).toList();
        }
    }

    private boolean isDone() {
        return left.length == 0;
    }

    private void addTiles(List<Heap.Tile> tiles) {
        changes = new double[4][left.length * samples];
        copies += 4L * left.length;
        int tile = Math.max(1, suffix.tile() / 4);
        while (left.length < AT_ONCE * tile && tile > SMALL) {
            tile = (tile + 1) / 2;
        }
        for (int first = 0; first < left.length; first += tile) {
            tiles.add(new Heap.Tile(this, first, Math.min(tile, left.length - first)));
        }
    }

    // ── a tile ──

    boolean isFirstLevel() {
        return level == 0;
    }

    double seconds(int count) {
        return 4 * count * suffix.seconds();
    }

    int numbers(int count) {
        return 4 * count * samples;
    }

    void move(int first, int count) {
        move(left, first, count, changes, this::step);
    }

    /** Into {@code all} from {@code at} on; how many there were. */
    int read(int first, int count, double[] all, int at) {
        for (int c = 0; c < 4; c++) {
            System.arraycopy(changes[c], first * samples, all, at + c * count * samples, count * samples);
        }
        return numbers(count);
    }

    void write(int first, int count, double[] all) {
        for (int c = 0; c < 4; c++) {
            System.arraycopy(all, c * count * samples, changes[c], first * samples, count * samples);
        }
    }

    private double step(int at) {
        return Math.scalb(STEP, -4 * level) * sizes[at];
    }

    private double tinyStep(int at) {
        return TINY * sizes[at];
    }

    private void judge() {
        boolean last = level == LEVELS - 1;
        double sigma = noise();
        for (int i = 0; i < left.length; i++) {
            for (int n = 0; n < samples; n++) {
                int at = n * part + left[i];
                if (!settled[at]) {
                    settle(at, sigma, i * samples + n, last);
                }
            }
        }
        left = last ? new int[0] : Arrays.stream(left).filter(this::isUnsettled).toArray();
        changes = new double[0][];
        level++;
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
    private void move(int[] positions, int first, int count, double[][] changes, IntToDoubleFunction step) {
        int[] moved = new int[4 * count];
        double[] to = new double[4 * count * samples];
        for (int c = 0; c < 4 * count; c++) {
            moved[c] = positions[first + c / 4];
            for (int n = 0; n < samples; n++) {
                int at = n * part + moved[c];
                to[c * samples + n] = point[at] + FourPoints.OFFSETS[c % 4] * step.applyAsDouble(at);
            }
        }
        double[] change = suffix.changes(moved, to);
        for (int c = 0; c < 4 * count; c++) {
            System.arraycopy(change, c * samples, changes[c % 4], (first + c / 4) * samples, samples);
        }
    }

    private void settle(int at, double sigma, int i, boolean last) {
        FourPoints points = new FourPoints(
                point[at], step(at), new double[] {changes[0][i], changes[1][i], changes[2][i], changes[3][i]}, sigma);
        boolean silent = points.isNoiseWithoutSignal(floor);
        if (points.isSharp() && !silent) {
            values[at] = points.value();
            bounds[at] = points.bound(roundingNoise);
            settled[at] = true;
        } else if (last) {
            boolean bends = points.bends() && !silent;
            values[at] = points.value();
            bounds[at] = bends ? points.boundOfMean() : Double.POSITIVE_INFINITY;
            radii[at] = bends ? points.radius() : 0;
            settled[at] = true;
        }
        if (!Double.isFinite(values[at])) {
            bounds[at] = Double.POSITIVE_INFINITY;
        }
    }

    // ── the noise of a change ──

    /** The noise of these changes, or that of changes by tiny steps where these may be something else. */
    private double noise() {
        double sigma = noise(changes);
        if (sigma <= SUSPICIOUS * floor) {
            return sigma;
        }
        int stride = Math.max(1, left.length / LOOKED_AT);
        int[] some = IntStream.range(0, left.length)
                .filter(i -> i % stride == 0)
                .map(i -> left[i])
                .toArray();
        double[][] tiny = new double[4][some.length * samples];
        move(some, 0, some.length, tiny, this::tinyStep);
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
}
