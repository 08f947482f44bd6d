package dev.plumbline.reader;

import dev.plumbline.compute.program.Program;
import dev.plumbline.tensor.Tensor;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a claim means under a name that stands for several weights: exporters store weights that are equal, as those of new
 * layer norms are, only once. Both readings are gradients of the model, so the claim is held against the nearer one; each
 * costs a reverse pass. A claim that is wrong may so be held against the other reading than its author's.
 */
public final class SharedWeights {

    /** The square of half: nearer to the gradient of the one weight than half its norm. */
    private static final double CLOSE = 0.25;

    private SharedWeights() {}

    /**
     * The claims that are nearer to the gradient of their one weight than to the sum over all.
     *
     * @param readers the model, its claims of these names read alone
     */
    public static Set<String> alone(
            Function<Set<String>, ObjectiveReader> readers, Map<String, Tensor> claims, Consumer<Program> afford) {
        ObjectiveReader together = readers.apply(Set.of());
        Set<String> shared = new HashSet<>();
        together.names().shared().forEach(each -> shared.add(each.given()));
        if (shared.isEmpty()) {
            return Set.of();
        }
        Map<String, Tensor> sums = together.read(afford).gradient().byParameter();
        Map<String, Tensor> own = readers.apply(shared).read(afford).gradient().byParameter();
        shared.removeIf(name -> !isAlone(claims.get(name), own.get(name), sums.get(name)));
        return shared;
    }

    /** A claim that is far from both is one of the whole: whoever names a weight once means all of its uses. */
    private static boolean isAlone(@Nullable Tensor claim, @Nullable Tensor own, @Nullable Tensor sum) {
        double distance = distance(claim, own);
        return distance < distance(claim, sum)
                && own != null
                && distance < CLOSE * distance(own, Tensor.zeros(own.shape()));
    }

    /** The square of the norm of the difference; not a number where there is none. */
    private static double distance(@Nullable Tensor claim, @Nullable Tensor gradient) {
        if (claim == null || gradient == null || !claim.shape().equals(gradient.shape())) {
            return Double.NaN;
        }
        double squares = 0;
        for (int i = 0; i < claim.size(); i++) {
            double off = claim.at(i) - gradient.at(i);
            squares += off * off;
        }
        return squares;
    }
}
