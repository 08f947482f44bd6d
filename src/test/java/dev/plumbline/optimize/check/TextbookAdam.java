package dev.plumbline.optimize.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Five steps of Adam as a textbook has it, in plain loops, with one mistake in it, as a request for a check. */
final class TextbookAdam {

    /** What is wrong, the name it has on the wire, and words of the advice. */
    enum Mistake {
        NONE("right", "this optimizer"),
        BIAS_CORRECTION_MISSING("biasCorrectionMissing", "divide m by"),
        T_IS_CONSTANT("biasCorrectionStep", "t is always 3"),
        EPSILON_INSIDE_THE_ROOT("epsilonConvention", "insideRoot"),
        BETAS_SWAPPED("betasSwapped", "changed places"),
        RATE_TOO_LARGE("learningRate", "0.03, which is 3 times 0.01"),
        DECAY_COUPLED("weightDecay", "coupled (into the gradient)"),
        UPHILL("sign", "uphill"),
        STATE_FORGOTTEN("stateNotUpdated", "kept from one step to the next");

        private final String fault;
        private final String advice;

        Mistake(String fault, String advice) {
            this.fault = fault;
            this.advice = advice;
        }

        String fault() {
            return fault;
        }

        String advice() {
            return advice;
        }
    }

    private static final int SIZE = 6;
    private static final double RATE = 0.01;
    private static final double DECAY = 0.1;

    private final Mistake mistake;
    private final double[] m = new double[SIZE];
    private final double[] v = new double[SIZE];

    private TextbookAdam(Mistake mistake) {
        this.mistake = mistake;
    }

    /** The claim is right; what was done is not. */
    static String check(Mistake mistake) {
        String claim = mistake == Mistake.DECAY_COUPLED
                ? "{\"kind\": \"adamw\", \"learningRate\": 0.01, \"weightDecay\": 0.1}"
                : "{\"kind\": \"adam\", \"learningRate\": 0.01}";
        TextbookAdam adam = new TextbookAdam(mistake);
        Random random = new Random(4);
        double[] x = random.doubles(SIZE, -1, 1).toArray();
        List<String> steps = new ArrayList<>();
        for (int t = 1; t <= 5; t++) {
            // half of them as small as epsilon's root, and smaller from step to step
            double[] g = random.doubles(SIZE, -1, 1).toArray();
            for (int i = 0; i < SIZE; i++) {
                g[i] *= (i % 2 == 0 ? 1 : 1e-4) * Math.pow(0.1, t - 1);
            }
            double[] after = adam.step(t, x, g);
            steps.add("{\"before\": {\"w\": %s}, \"gradients\": {\"w\": %s}, \"after\": {\"w\": %s}}"
                    .formatted(Arrays.toString(x), Arrays.toString(g), Arrays.toString(after)));
            x = after;
        }
        return "{\"optimizer\": %s, \"steps\": %s}".formatted(claim, steps);
    }

    private double[] step(int t, double[] x, double[] gradient) {
        double beta1 = mistake == Mistake.BETAS_SWAPPED ? 0.999 : 0.9;
        double beta2 = mistake == Mistake.BETAS_SWAPPED ? 0.9 : 0.999;
        int counted = mistake == Mistake.T_IS_CONSTANT ? 3 : t;
        boolean corrects = mistake != Mistake.BIAS_CORRECTION_MISSING;
        double rate = mistake == Mistake.RATE_TOO_LARGE ? 3 * RATE : RATE;
        double inside = mistake == Mistake.EPSILON_INSIDE_THE_ROOT ? 1e-8 : 0;
        double[] after = new double[SIZE];
        for (int i = 0; i < SIZE; i++) {
            double g = gradient[i] * (mistake == Mistake.UPHILL ? -1 : 1);
            g += mistake == Mistake.DECAY_COUPLED ? DECAY * x[i] : 0;
            if (mistake == Mistake.STATE_FORGOTTEN) {
                m[i] = 0;
                v[i] = 0;
            }
            m[i] = beta1 * m[i] + (1 - beta1) * g;
            v[i] = beta2 * v[i] + (1 - beta2) * g * g;
            double mHat = corrects ? m[i] / (1 - Math.pow(beta1, counted)) : m[i];
            double vHat = corrects ? v[i] / (1 - Math.pow(beta2, counted)) : v[i];
            after[i] = x[i] - rate * mHat / (Math.sqrt(vHat + inside) + (inside > 0 ? 0 : 1e-8));
        }
        return after;
    }
}
