package dev.plumbline.compute.judgement;

/**
 * How many error bounds a deviation must exceed before it refutes, when several are looked at together:
 *
 * <pre>
 *   kappa = sqrt(2 ln(P / alpha))
 * </pre>
 *
 * so that with {@code alpha = 0.01} one right gradient in a hundred is accused at most, by noise that is normal.
 *
 * @param probes how many are judged at once, {@code P}
 */
public record Judge(long probes) {

    /** The share of right gradients that may be accused. */
    public static final double ALPHA = 0.01;

    public Judge {
        if (probes < 1) {
            throw new IllegalArgumentException(probes + " probes");
        }
    }

    /** 3.03 for one probe, 6.07 for a million. */
    public double kappa() {
        return Math.sqrt(2 * Math.log(probes / ALPHA));
    }
}
