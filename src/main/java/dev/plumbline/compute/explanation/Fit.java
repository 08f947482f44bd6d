package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Deviation.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * A deviation beside what a hypothesis makes of it: {@code r = e - D}, entry by entry.
 *
 * <p>It explains where
 * <ul>
 *   <li>every entry it touches is within what rounding allows the faulty gradient, every other within 5 allowances;
 *   <li>what is left is a tenth of the deviation at most, both in units of the allowances;
 *   <li>at least {@code 2 free + 5} entries stand out from rounding (all there are, where nothing was fitted and the
 *       parameters are fewer), and the largest by 10 allowances, by 30 where a number was fitted.
 * </ul>
 *
 * @param rest {@code |r / A| / |e / A|}
 * @param residual the largest rest, relative to the largest entry of the gradient
 * @param touched the tensors that it explains
 */
record Fit(double rest, double residual, List<String> touched) {

    /** What a hypothesis may leave before its own rounding is looked at. */
    static final double REST = 0.1;

    private static final double UNTOUCHED = 5;
    private static final double CONTRAST = 10;
    private static final double CONTRAST_FITTED = 30;
    private static final int ENTRIES = 5;
    private static final double TOUCHED = 1e-3; // of an allowance

    static Fit of(Deviation deviation, double[] effect) {
        double[] off = deviation.off();
        double[] allowance = deviation.allowance();
        double before = 0;
        double after = 0;
        double worst = 0;
        double largest = 0;
        List<String> touched = new ArrayList<>();
        for (Part part : deviation.parts()) {
            boolean explains = false;
            for (int i = part.start(); i < part.start() + part.size(); i++) {
                double left = (off[i] - effect[i]) / allowance[i];
                after += left * left;
                before += off[i] / allowance[i] * (off[i] / allowance[i]);
                explains |= Math.abs(effect[i]) > allowance[i];
                if (allowance[i] < Double.POSITIVE_INFINITY) {
                    worst = Math.max(worst, Math.abs(off[i] - effect[i]));
                    largest = Math.max(largest, Math.abs(deviation.reference()[i]));
                }
            }
            if (explains) {
                touched.add(part.name());
            }
        }
        return new Fit(Math.sqrt(after / before), largest == 0 ? worst : worst / largest, touched);
    }

    /** Whether it may be worth looking closer. */
    boolean isClose() {
        return rest <= REST;
    }

    /** Whether the deviation stands out enough for anything to be named. */
    static boolean isLarge(Deviation deviation, int free) {
        int entries = deviation.off().length;
        int needed = free == 0 ? Math.min(ENTRIES, entries) : 2 * free + ENTRIES;
        return deviation.contrast() >= (free == 0 ? CONTRAST : CONTRAST_FITTED) && deviation.standingOut() >= needed;
    }

    /**
     * Whether nothing is left but rounding.
     *
     * @param allowed what rounding allows the faulty gradient
     */
    static boolean isWithin(Deviation deviation, double[] effect, double[] allowed) {
        double[] off = deviation.off();
        double[] own = deviation.allowance();
        for (int i = 0; i < off.length; i++) {
            boolean isTouched = Math.abs(effect[i]) > TOUCHED * own[i];
            double most = isTouched ? Math.max(own[i], allowed[i]) : UNTOUCHED * own[i];
            if (!(Math.abs(off[i] - effect[i]) <= most)) {
                return false;
            }
        }
        return true;
    }

    /** Whether an effect on one tensor is nothing that a right tensor would object to. */
    static boolean leaves(Deviation deviation, String name, double[] effect) {
        for (Part part : deviation.parts()) {
            for (int i = 0; part.name().equals(name) && i < effect.length; i++) {
                if (Math.abs(effect[i]) > UNTOUCHED * deviation.allowance()[part.start() + i]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The factor of one effect that fits best: {@code <D, e> / <D, D>} in units of the allowances; NaN for no effect. */
    static double factor(Deviation deviation, double[] effect) {
        double products = 0;
        double squares = 0;
        for (int i = 0; i < effect.length; i++) {
            double d = effect[i] / deviation.allowance()[i];
            products += d * (deviation.off()[i] / deviation.allowance()[i]);
            squares += d * d;
        }
        return squares == 0 ? Double.NaN : products / squares;
    }
}
