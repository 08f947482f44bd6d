package dev.plumbline.compute.program;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of the terms that are added up to each element of the sums of a program, forward and in reverse, as one rounding
 * run found them. Runs of the same arithmetic on the same branches differ by roundings only, and so do their sizes; they
 * take as much work as the sums themselves, so the other runs use the first one's. In reverse a run on other branches finds
 * its own: behind a unit that was off in the first one there are terms of which that knew none, however they cancel.
 *
 * <p>The first run must have ended before another begins.
 */
public final class TermSizes {

    private final double[][] forward; // (node); null where nothing is added up
    private final @Nullable Evaluation base; // of which runs take the branches; null for a run alone
    private final Map<Node, Boolean> kept = new ConcurrentHashMap<>(); // parameters and data, whole
    private double @Nullable [][] reverse; // (node); null until a reverse pass has ended
    private boolean hasEnded;

    private TermSizes(Program program, @Nullable Evaluation base) {
        this.forward = new double[program.nodes().size()][];
        this.base = base;
    }

    /** For the runs of one arithmetic around {@code base}, each of which takes the gradient of the same objective. */
    public static TermSizes shared(Evaluation base) {
        return new TermSizes(base.program(), base);
    }

    /** For a single run, which may go to other points and take gradients of whatever it likes: nothing is kept. */
    static TermSizes alone(Program program) {
        return new TermSizes(program, null);
    }

    /** The sizes at a node. */
    double[] forward(Node node, Supplier<double[]> computed) {
        if (base == null) {
            return computed.get();
        }
        double[] known = forward[node.id()];
        if (known == null) {
            known = computed.get();
            forward[node.id()] = known;
        }
        return known;
    }

    /** Whether nothing of a parameter or of data is rounded, which the same arithmetic finds each time. */
    boolean isKept(Node node, BooleanSupplier found) {
        return base == null ? found.getAsBoolean() : kept.computeIfAbsent(node, key -> found.getAsBoolean());
    }

    /** Whether a run takes the branches that these sizes are of, but for a few. */
    boolean areOf(Evaluation run) {
        return base != null && Branches.mostlySame(base, run);
    }

    /** By node, the sizes of the terms of its cotangent, null where there is no sum; null where the first run left none. */
    double @Nullable [][] reverse() {
        return reverse;
    }

    /** The first run's, at its end; what others find is theirs. */
    void end(double @Nullable [][] sizes) {
        reverse = hasEnded ? reverse : sizes;
        hasEnded = true;
    }

    /**
     * Never less than the sum: another run may have taken other branches, and so have terms that the first had not.
     */
    static double atLeast(double size, double sum) {
        double least = Math.abs(sum);
        return size < least ? least : size;
    }
}
