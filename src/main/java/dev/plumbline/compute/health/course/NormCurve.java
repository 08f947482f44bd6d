package dev.plumbline.compute.health.course;

/**
 * The norms of the whole gradient, iteration by iteration: how far one of them stood above all before it, and above the
 * largest of the first hundred. Norms that are not finite count as neither.
 */
public final class NormCurve {

    /** Iterations before a jump can be told from a beginning. */
    static final int SETTLED = 10;

    /** Whose largest norm Megatron-LM takes for the largest there is. */
    static final int SAMPLES = 100;

    private long iterations;
    private double largest;
    private double largestSample;
    private Jump overAll = Jump.NONE;
    private Jump overSamples = Jump.NONE;

    /**
     * A norm against the largest before it.
     *
     * @param ratio of the two
     * @param iteration from 1; 0 where there was none
     */
    record Jump(double ratio, long iteration, double norm, double before) {

        static final Jump NONE = new Jump(0, 0, 0, 0);

        private static Jump of(double[] state, int at) {
            return new Jump(state[at], (long) state[at + 1], state[at + 2], state[at + 3]);
        }
    }

    /** The next iteration's norm. */
    public void add(double norm) {
        iterations++;
        if (!Double.isFinite(norm)) {
            return;
        }
        if (iterations > SETTLED && largest > 0 && norm / largest > overAll.ratio()) {
            overAll = new Jump(norm / largest, iterations, norm, largest);
        }
        if (iterations > SAMPLES && largestSample > 0 && norm / largestSample > overSamples.ratio()) {
            overSamples = new Jump(norm / largestSample, iterations, norm, largestSample);
        }
        largest = Math.max(largest, norm);
        largestSample = iterations <= SAMPLES ? Math.max(largestSample, norm) : largestSample;
    }

    /** Everything that {@link #resume} needs to go on from here, to the last bit. */
    public double[] state() {
        return new double[] {
            iterations,
            largest,
            largestSample,
            overAll.ratio(),
            overAll.iteration(),
            overAll.norm(),
            overAll.before(),
            overSamples.ratio(),
            overSamples.iteration(),
            overSamples.norm(),
            overSamples.before()
        };
    }

    /** Goes on from the state of another curve. */
    public void resume(double[] state) {
        iterations = (long) state[0];
        largest = state[1];
        largestSample = state[2];
        overAll = Jump.of(state, 3);
        overSamples = Jump.of(state, 7);
    }

    long iterations() {
        return iterations;
    }

    /** The farthest any norm stood above the largest one before it. */
    Jump overAll() {
        return overAll;
    }

    /** The farthest any norm stood above the largest of the first hundred. */
    Jump overSamples() {
        return overSamples;
    }
}
