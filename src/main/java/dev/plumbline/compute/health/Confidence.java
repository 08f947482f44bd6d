package dev.plumbline.compute.health;

/**
 * How sure a figure is: the 95 % interval, and the probability that chance alone shows as much.
 *
 * @param of what the interval is of, in words
 * @param low the lower end of the 95 % interval; {@code high} the upper one
 * @param pValue two-sided, of one look; a monitor looks at each step, so that the rules ask for far smaller ones than 0.05
 */
public record Confidence(String of, double estimate, double low, double high, double pValue) {

    /** Two-sided quantile of the normal distribution that leaves a twentieth outside. */
    private static final double NORMAL = 1.959963984540054;

    /** An estimate with a standard error that has been estimated too, from so many degrees of freedom. */
    public static Confidence of(String what, double estimate, double standardError, double degrees) {
        double half = StudentT.quantile(degrees) * standardError;
        double t = standardError == 0 ? Double.POSITIVE_INFINITY : Math.abs(estimate) / standardError;
        return new Confidence(
                what, estimate, estimate - half, estimate + half, estimate == 0 ? 1 : StudentT.twoSided(t, degrees));
    }

    /**
     * A share of {@code n}, by Wilson's interval (1927), which holds for few and for none.
     *
     * @param usual the share that the p-value is against: the normal approximation's, continuity not corrected
     */
    public static Confidence ofShare(String what, long count, long n, double usual) {
        double share = count / (double) n;
        double z2 = NORMAL * NORMAL / n;
        double middle = (share + z2 / 2) / (1 + z2);
        double half = NORMAL * Math.sqrt(share * (1 - share) / n + z2 / (4 * n)) / (1 + z2);
        double z = Math.abs(share - usual) / Math.sqrt(usual * (1 - usual) / n);
        return new Confidence(
                what,
                share,
                Math.max(middle - half, 0),
                Math.min(middle + half, 1),
                StudentT.twoSided(z, StudentT.NORMAL));
    }

    /** The same of {@code exp} of the figure. */
    public Confidence exponential(String what) {
        return new Confidence(what, Math.exp(estimate), Math.exp(low), Math.exp(high), pValue);
    }

    /** The same of a multiple of the figure. */
    public Confidence times(String what, double factor) {
        double a = low * factor;
        double b = high * factor;
        return new Confidence(what, estimate * factor, Math.min(a, b), Math.max(a, b), pValue);
    }
}
