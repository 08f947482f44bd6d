package dev.plumbline.compute.probe.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Everything told along one direction, and what it says about the claim.
 *
 * <p>At the levels {@code h_k = 2^-3 4^-k}, with the central differences D_k and the jumps J_k of the one-sided slopes:
 *
 * <pre>
 *   e_k = |D_{k-1} - D_k|
 *   K_k = max(0, |J_{k-1} - 4 J_k| - 12 sigma / h_k)          0 where smooth: J is linear in h
 *   T_k = max(e_k, e_{k-1} / 2, e_{k-2} / 4, K_k / 2, K_{k-1} / 4)
 *         e_k / 5 where two J ratios in a row lie in 3..5.5, or two e ratios in 8..32
 *   c_k = 3 T_k + 4.3 sigma / (sqrt2 h_k) + allowance
 * </pre>
 *
 * The level is the one of least c, chosen without looking at the residual {@code r = D - A}. Central differences alone would
 * need e/15; along a line that crosses thousands of kinks they contract by 2 a level and agree by chance, and J is the
 * second witness. A residual beyond c is a failure only if it survives shrinking ({@link #standing}).
 *
 * @param claimed A = a . d
 * @param allowance what rounding of the claim may have done to A
 * @param bends how far a right A may be from D where the function bends at the point in several entries: {@link Bends}
 * @param levels by rising k
 */
record Line(Direction direction, Point point, double claimed, double allowance, double bends, List<Level> levels) {

    private static final double FLAT = 12;
    private static final double NOISE = 4.3;
    private static final int BENT = 7;

    Line {
        levels = levels.stream()
                .filter(Level::isFinite)
                .sorted(Comparator.comparingInt(Level::k))
                .toList();
    }

    /** What a line says about the claim. */
    enum Standing {
        /** No value along it was finite, or too few. */
        BLIND,
        /** The residual is within the bound. */
        AGREES,
        /** There is no derivative here, and the claim is between the one-sided slopes. */
        KINK,
        /** There is no derivative here, and bends in several entries, not all to one side, may explain the claim. */
        BENDS,
        /** It is beyond the bound, and finer levels have not been asked yet. */
        SUSPECT,
        /** It was beyond the bound and shrank: the bound was wrong, not the claim. */
        EXCUSED,
        /** It is beyond the bound and stays. */
        FAILS
    }

    Line with(List<Level> more) {
        List<Level> all = new ArrayList<>(levels);
        all.addAll(more);
        return new Line(direction, point, claimed, allowance, bends, all);
    }

    Line bending(double farther) {
        return new Line(direction, point, claimed, allowance, farther, levels);
    }

    // ── the bound ──

    private double change(int i) {
        return follows(i) ? Math.abs(levels.get(i - 1).central() - levels.get(i).central()) : Double.NaN;
    }

    private boolean follows(int i) {
        return i > 0 && levels.get(i - 1).k() == levels.get(i).k() - 1;
    }

    private double jump(int i) {
        return levels.get(i).jump(point.value());
    }

    private double bend(int i) {
        if (!follows(i)) {
            return Double.NaN;
        }
        return Math.max(
                0,
                Math.abs(jump(i - 1) - 4 * jump(i))
                        - 12 * point.sigma() / levels.get(i).step());
    }

    private boolean isSmooth(int i) {
        boolean two = i >= 2 && follows(i) && follows(i - 1);
        return two
                && (within(jump(i - 1) / jump(i), 3, 5.5) && within(jump(i - 2) / jump(i - 1), 3, 5.5)
                        || i >= 3
                                && follows(i - 2)
                                && within(change(i - 1) / change(i), 8, 32)
                                && within(change(i - 2) / change(i - 1), 8, 32));
    }

    private static boolean within(double ratio, double least, double most) {
        return ratio >= least && ratio <= most;
    }

    private double truncation(int i) {
        if (isSmooth(i)) {
            return change(i) / 5;
        }
        double largest = Math.max(change(i), bend(i) / 2); // NaN where there is no level before
        largest =
                i >= 2 && follows(i - 1) ? Math.max(largest, Math.max(change(i - 1) / 2, bend(i - 1) / 4)) : Double.NaN;
        return i >= 3 && follows(i - 2) ? Math.max(largest, change(i - 2) / 4) : largest;
    }

    /** What noise does to D at a level. */
    double noise(int i) {
        return NOISE * point.sigma() / (Math.sqrt(2) * levels.get(i).step());
    }

    /** The same at a level that may not have been asked. */
    double noiseAt(int k) {
        return NOISE * point.sigma() / (Math.sqrt(2) * Level.step(k));
    }

    /** c_k, or NaN where too few levels are known. */
    double bound(int i) {
        return 3 * truncation(i) + noise(i) + allowance + bends;
    }

    /** The level of least bound; -1 where none has one. */
    int best() {
        int best = -1;
        for (int i = 0; i < levels.size(); i++) {
            if (bound(i) < (best < 0 ? Double.POSITIVE_INFINITY : bound(best))) {
                best = i;
            }
        }
        return best;
    }

    double numeric() {
        return best() < 0 ? Double.NaN : levels.get(best()).central();
    }

    double bound() {
        return best() < 0 ? Double.POSITIVE_INFINITY : bound(best());
    }

    double residual(int i) {
        return levels.get(i).central() - claimed;
    }

    double residual() {
        return best() < 0 ? Double.NaN : residual(best());
    }

    Level bestLevel() {
        return levels.get(best());
    }

    // ── what it says ──

    Standing standing() {
        int best = best();
        if (best < 0) {
            return Standing.BLIND;
        }
        if (isBent()) {
            double r = Math.abs(residual(levels.size() - 1));
            return r <= bentBound() ? Standing.KINK : r <= bentBound() + bends ? Standing.BENDS : Standing.FAILS;
        }
        double r = Math.abs(residual(best));
        if (r <= bound(best)) {
            return Standing.AGREES;
        }
        return point.isFloat32() ? coarse(best) : shrunk(best, r);
    }

    /** A failure must be there at finer levels too, as far as they see a quarter of it. */
    private Standing shrunk(int best, double r) {
        int usable = 0;
        for (int i = best + 1; i < levels.size() && noise(i) <= r / 4; i++) {
            if (Math.abs(residual(i)) < r / 2) {
                return Standing.EXCUSED;
            }
            usable++;
            double moved = Math.abs(levels.get(i).central() - levels.get(i - 1).central());
            if (moved <= 0.01 * r || usable >= 2 && moved <= 0.1 * r) {
                return Standing.FAILS;
            }
        }
        int next = finest() + 1;
        if (next <= Level.FINEST && noiseAt(next) <= r / 4) {
            return Standing.SUSPECT;
        }
        boolean clear = r > 3 * bound(best) || best > 0 && Math.abs(residual(best - 1)) > bound(best - 1);
        return usable > 0 || clear ? Standing.FAILS : Standing.EXCUSED;
    }

    /** In coarse arithmetic: beyond the bound at two neighbouring levels each, or three times at one. */
    private Standing coarse(int best) {
        boolean clear = Math.abs(residual(best)) > 3 * bound(best);
        for (int i = 1; i < levels.size() && !clear; i++) {
            clear = follows(i) && Math.abs(residual(i)) > bound(i) && Math.abs(residual(i - 1)) > bound(i - 1);
        }
        return clear ? Standing.FAILS : Standing.EXCUSED;
    }

    /** Whether the one-sided slopes stay apart however small the step, as far as four levels say. */
    boolean isBent() {
        int last = levels.size() - 1;
        return finest() > BENT && mayBeBent() && within(jump(last - 3) / jump(last - 2), 0.9, 1.1);
    }

    /** Whether finer levels are needed to tell a bend at the point from bends nearby. */
    boolean mayBeBent() {
        int last = levels.size() - 1;
        return last >= 3
                && within(jump(last - 1) / jump(last), 0.9, 1.1)
                && within(jump(last - 2) / jump(last - 1), 0.9, 1.1)
                && Math.abs(jump(last)) > 24 * point.sigma() / levels.get(last).step();
    }

    /** How far the mean of the one-sided slopes may be from a slope between them. */
    private double bentBound() {
        int last = levels.size() - 1;
        return Math.abs(jump(last)) / 2 + 3 * change(last) + noise(last) + allowance;
    }

    /** J at the finest level; 0 where there is none. */
    double finestJump() {
        return levels.isEmpty() ? 0 : jump(levels.size() - 1);
    }

    int finest() {
        return levels.isEmpty() ? -1 : levels.get(levels.size() - 1).k();
    }

    /** Whether a finer level would bring the bound nearer to {@code target}. */
    boolean gainsByFiner(double target) {
        int best = best();
        return best >= 0
                && finest() < Level.FINEST
                && bound(best) > target
                && noiseAt(finest() + 1) + allowance < bound(best) / 2;
    }

    /** What a defect may be and pass here unseen. */
    double blur() {
        int best = best();
        if (best < 0) {
            return Double.POSITIVE_INFINITY;
        }
        double r = Math.abs(residual(best));
        return r <= bound(best) ? bound(best) : r + bound(best);
    }

    /** Whether noise, not truncation, is what limits it. */
    boolean isNoiseLimited() {
        int best = best();
        return best >= 0 && bends <= noise(best) && (3 * truncation(best) <= 2 * noise(best) + allowance || isFlat());
    }

    /**
     * Whether no step moved the value by more than noise does. What looks like truncation then is noise, larger here than it was
     * along the first line: a bias before a batch normalisation moves nothing but what the normalisation subtracts again.
     */
    private boolean isFlat() {
        double most = FLAT * point.sigma();
        return levels.stream()
                .allMatch(level -> Math.abs(level.plus() - point.value()) <= most
                        && Math.abs(level.minus() - point.value()) <= most);
    }

    /** Whether no step changed the value at all. */
    boolean isConstant() {
        return !levels.isEmpty()
                && levels.stream().allMatch(level -> level.plus() == point.value() && level.minus() == point.value());
    }
}
