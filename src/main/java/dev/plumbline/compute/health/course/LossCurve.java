package dev.plumbline.compute.health.course;

import java.util.Arrays;

/**
 * The losses of a run, one an epoch, in bounded space: the whole course as means of blocks, whose length doubles whenever
 * there are {@value #BLOCKS} of them, and the last {@value #RECENT} losses one by one.
 *
 * <p>An epoch's loss is the mean over its batches; without mini-batches that is each iteration's. Whatever then goes up
 * and down is the optimizer's doing, not the batches'.
 */
public final class LossCurve {

    static final int BLOCKS = 512;
    static final int RECENT = 256;

    private final int batches;
    private final double[] blocks = new double[BLOCKS];
    private final double[] recent = new double[RECENT];
    private int full;
    private long blockLength = 1;
    private double blockSum;
    private long inBlock;
    private double epochSum;
    private int inEpoch;
    private long epochs;
    private long iterations;
    private long firstNonFinite;

    /** @param batches in an epoch */
    public LossCurve(int batches) {
        this.batches = batches;
    }

    /** The next iteration's loss. */
    public void add(double loss) {
        iterations++;
        if (!Double.isFinite(loss)) {
            firstNonFinite = firstNonFinite == 0 ? iterations : firstNonFinite;
            return;
        }
        epochSum += loss;
        if (++inEpoch == batches) {
            addEpoch(epochSum / batches);
            epochSum = 0;
            inEpoch = 0;
        }
    }

    /** Everything that {@link #resume} needs to go on from here, to the last bit. */
    public double[] state() {
        double[] state = new double[BLOCKS + RECENT + 9];
        System.arraycopy(blocks, 0, state, 0, BLOCKS);
        System.arraycopy(recent, 0, state, BLOCKS, RECENT);
        double[] rest = {full, blockLength, blockSum, inBlock, epochSum, inEpoch, epochs, iterations, firstNonFinite};
        System.arraycopy(rest, 0, state, BLOCKS + RECENT, rest.length);
        return state;
    }

    /** Goes on from the state of another curve with as many batches. */
    public void resume(double[] state) {
        System.arraycopy(state, 0, blocks, 0, BLOCKS);
        System.arraycopy(state, BLOCKS, recent, 0, RECENT);
        int at = BLOCKS + RECENT;
        full = (int) state[at];
        blockLength = (long) state[at + 1];
        blockSum = state[at + 2];
        inBlock = (long) state[at + 3];
        epochSum = state[at + 4];
        inEpoch = (int) state[at + 5];
        epochs = (long) state[at + 6];
        iterations = (long) state[at + 7];
        firstNonFinite = (long) state[at + 8];
    }

    private void addEpoch(double loss) {
        recent[(int) (epochs % RECENT)] = loss;
        epochs++;
        blockSum += loss;
        if (++inBlock < blockLength) {
            return;
        }
        blocks[full++] = blockSum / blockLength;
        blockSum = 0;
        inBlock = 0;
        if (full == BLOCKS) {
            for (int i = 0; i < BLOCKS / 2; i++) {
                blocks[i] = (blocks[2 * i] + blocks[2 * i + 1]) / 2;
            }
            full = BLOCKS / 2;
            blockLength *= 2;
        }
    }

    /** The iteration, from 1, whose loss was the first that is not finite; 0 where all were. */
    long firstNonFinite() {
        return firstNonFinite;
    }

    /** How many epochs, or iterations without mini-batches, there were. */
    long epochs() {
        return epochs;
    }

    boolean hasBatches() {
        return batches > 1;
    }

    /** The whole course, first block first. */
    double[] course() {
        return Arrays.copyOf(blocks, full);
    }

    /** The last epochs' losses, oldest first. */
    double[] recent() {
        int n = (int) Math.min(epochs, RECENT);
        double[] ordered = new double[n];
        for (int i = 0; i < n; i++) {
            ordered[i] = recent[(int) ((epochs - n + i) % RECENT)];
        }
        return ordered;
    }
}
