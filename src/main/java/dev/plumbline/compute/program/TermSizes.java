package dev.plumbline.compute.program;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of the terms that are added up to each element of the sums of a program, forward and in reverse, as one rounding
 * run found them. Runs of the same arithmetic on the same branches differ by roundings only, and so do their sizes; they
 * take as much work as the sums themselves, so the other runs use the first one's.
 *
 * <p>The first run must have ended before another begins.
 */
public final class TermSizes {

    private final double[][] forward; // (node); null where nothing is added up
    private final boolean isShared;
    private double @Nullable [][] reverse; // (node); null until a reverse pass has ended

    private TermSizes(Program program, boolean isShared) {
        this.forward = new double[program.nodes().size()][];
        this.isShared = isShared;
    }

    /** For the runs of one arithmetic, each of which takes the gradient of the same objective. */
    public static TermSizes shared(Program program) {
        return new TermSizes(program, true);
    }

    /** For a single run, which may go to other points and take gradients of whatever it likes: nothing is kept. */
    static TermSizes alone(Program program) {
        return new TermSizes(program, false);
    }

    /** The sizes at a node. */
    double[] forward(Node node, Supplier<double[]> computed) {
        if (!isShared) {
            return computed.get();
        }
        double[] known = forward[node.id()];
        if (known == null) {
            known = computed.get();
            forward[node.id()] = known;
        }
        return known;
    }

    /** By node, the sizes of the terms of its cotangent, null where there is no sum; null before the first run has ended. */
    double @Nullable [][] reverse() {
        return reverse;
    }

    void setReverse(double[][] sizes) {
        reverse = isShared ? sizes : null;
    }

    /**
     * Never less than the sum: another run may have taken other branches, and so have terms that the first had not.
     */
    static double atLeast(double size, double sum) {
        double least = Math.abs(sum);
        return size < least ? least : size;
    }
}
