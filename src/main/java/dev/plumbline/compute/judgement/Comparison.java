package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A claimed gradient {@code a} beside its reference {@code n}, entry by entry: {@code |a - n| <= allowance}.
 *
 * <p>The three tensors have one shape. The allowance, never negative, says what rounding in the claim's datatype and the
 * reference's own uncertainty explain; {@link Tolerance} makes others. A claimed entry that is not finite lies beyond
 * every allowance. An entry whose reference or allowance is not finite is <em>undefined</em>: nothing can be said there,
 * unless the claim is not finite where the reference is. An empty tensor passes, and so does one of which no entry is
 * judged ({@link Mask}).
 *
 * <p>Made in one pass over the entries (a second where squares would over- or underflow), then immutable.
 */
public final class Comparison {

    private final String name;
    private final Tensor claimed;
    private final Tensor reference;
    private final Tensor allowance;
    private final int beyond;
    private final int undefined;
    private final Sums sums;
    private final Mask mask;
    private final int @Nullable [] judged; // positions; null for all

    public Comparison(String name, Tensor claimed, Tensor reference, Tensor allowance) {
        this(name, claimed, reference, allowance, Mask.ALL);
    }

    private Comparison(String name, Tensor claimed, Tensor reference, Tensor allowance, Mask mask) {
        if (!claimed.shape().equals(reference.shape()) || !claimed.shape().equals(allowance.shape())) {
            throw new IllegalArgumentException(
                    name + ": shapes " + claimed.shape() + ", " + reference.shape() + ", " + allowance.shape());
        }
        this.name = name;
        this.claimed = claimed;
        this.reference = reference;
        this.allowance = allowance;
        this.mask = mask;
        this.judged = mask == Mask.ALL ? null : mask.positions(claimed.size());

        double[] a = claimed.values();
        double[] n = reference.values();
        double[] allowances = allowance.values();
        int beyond = 0;
        int undefined = 0;
        Sums sums = new Sums();
        for (int i = 0; i < a.length; i++) {
            if (isBeyond(a[i], n[i], allowances[i])) {
                beyond++;
            } else if (isUndefined(a[i], n[i], allowances[i])) {
                undefined++;
            }
            sums.add(a[i], n[i]);
        }
        this.beyond = beyond;
        this.undefined = undefined;
        this.sums = sums.isTrustworthy() ? sums : sums.again(a, n);
    }

    public String name() {
        return name;
    }

    public Tensor claimed() {
        return claimed;
    }

    public Tensor reference() {
        return reference;
    }

    public Tensor allowance() {
        return allowance;
    }

    public int size() {
        return claimed.size();
    }

    /** The same where only some entries are judged: the others are zeros from here on, in claim and reference. */
    public Comparison under(Mask other) {
        return other == Mask.ALL && mask == Mask.ALL
                ? this
                : new Comparison(
                        name, other.blanked(claimed), other.blanked(reference), other.blanked(allowance), other);
    }

    /** Whether the entry counts. */
    public boolean isJudged(int position) {
        return mask.judges(position);
    }

    /** How many entries count. */
    public int judged() {
        return judged == null ? size() : judged.length;
    }

    /** The position of the k-th entry that counts. */
    public int judged(int k) {
        return judged == null ? k : judged[k];
    }

    Mask mask() {
        return mask;
    }

    /** FAIL where any entry is beyond its allowance, else INCONCLUSIVE where any is undefined, else PASS. */
    public Verdict verdict() {
        if (beyond > 0) {
            return Verdict.FAIL;
        }
        return undefined > 0 ? Verdict.INCONCLUSIVE : Verdict.PASS;
    }

    /** How many entries differ by more than their allowance. */
    public int beyond() {
        return beyond;
    }

    /** How many entries cannot be judged, because their reference is not finite. */
    public int undefined() {
        return undefined;
    }

    /** {@code ||a - n|| / ||n||}; 0 if both are zero, infinite if only n is; NaN where an entry is not finite. */
    public double relativeError() {
        double distance = sums.distance();
        return distance == 0 ? 0 : distance / sums.referenceNorm();
    }

    /** {@code a.n / (||a|| ||n||)}; 1 if both are zero, 0 if one is; NaN where an entry is not finite. */
    public double cosine() {
        return sums.cosine();
    }

    /** {@code ||a||}, as {@link Tensor#norm}. */
    public double claimedNorm() {
        return sums.claimedNorm();
    }

    /** {@code ||n||}, as {@link Tensor#norm}. */
    public double referenceNorm() {
        return sums.referenceNorm();
    }

    /** Whether the entry's claim differs by more than its allowance. */
    public boolean isBeyond(int position) {
        return isBeyond(claimed.at(position), reference.at(position), allowance.at(position));
    }

    /** Whether nothing can be said of the entry. */
    public boolean isUndefined(int position) {
        return isUndefined(claimed.at(position), reference.at(position), allowance.at(position));
    }

    /** The rule itself; every judgement and every mutant is held against this one line. */
    public static boolean isBeyond(double a, double n, double allowance) {
        return (Math.abs(a - n) > allowance || !Double.isFinite(a)) && Double.isFinite(n);
    }

    /** Whether nothing can be said of a claim. */
    public static boolean isUndefined(double a, double n, double allowance) {
        return !Double.isFinite(n) || (!Double.isFinite(allowance) && Double.isFinite(a));
    }

    /**
     * The positions of the {@code count} worst entries (or all, if fewer), worst first: non-finite claims, then those
     * beyond their allowance by the absolute excess {@code |a - n| - allowance} (large disagreements are those that
     * finite differences can see), then undefined ones, then the others by {@code |a - n| / allowance}. Equals keep
     * their order.
     */
    public int[] worst(int count) {
        return Worst.of(this, count);
    }

    @Override
    public String toString() {
        return name + claimed.shape() + ": " + verdict() + ", relative error " + relativeError();
    }
}
