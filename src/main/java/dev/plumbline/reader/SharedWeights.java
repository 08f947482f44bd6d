package dev.plumbline.reader;

import dev.plumbline.compute.program.Program;
import dev.plumbline.reader.Names.Shared;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a claim means under a name that stands for several weights: exporters store weights that are equal, as those of new
 * layer norms are, only once. Both readings are gradients of the model, so the claim is held against the nearer one; each
 * costs a reverse pass. A claim that is wrong may so be held against the other reading than its author's.
 */
public final class SharedWeights {

    /** The square of half: nearer to the gradient than half its norm. */
    private static final double CLOSE = 0.25;

    /** So many numbers have nearly the same direction by chance. */
    private static final int FEW = 2;

    private SharedWeights() {}

    /**
     * The claims that are nearer to the gradient of their own stand in the file than to the sum over all.
     *
     * @param readers the model, its claims of these names read alone
     */
    public static Set<String> alone(
            Function<Set<String>, ObjectiveReader> readers, Map<String, Tensor> claims, Consumer<Program> afford) {
        ObjectiveReader together = readers.apply(Set.of());
        List<Shared> shared = together.names().shared().stream()
                .filter(each -> !areOne(each, claims))
                .toList();
        if (shared.isEmpty()) {
            return Set.of();
        }
        Set<String> all = new HashSet<>();
        shared.forEach(each -> all.addAll(each.given()));
        Map<String, Tensor> sums = together.read(afford).gradient().byParameter();
        Map<String, Tensor> own = readers.apply(all).read(afford).gradient().byParameter();
        Set<String> alone = new HashSet<>();
        for (Shared each : shared) {
            if (isAlone(each, claims, own, sums)) {
                alone.addAll(each.given());
            }
        }
        return alone;
    }

    /** Claims that are equal bit for bit are of one tensor in memory. */
    private static boolean areOne(Shared shared, Map<String, Tensor> claims) {
        Tensor first = claims.get(shared.given().get(0));
        boolean areOne = shared.given().size() > 1 && first != null && first.norm() > 0;
        for (String name : shared.given()) {
            Tensor other = claims.get(name);
            areOne = areOne
                    && first != null
                    && other != null
                    && other.shape().equals(first.shape())
                    && Arrays.equals(first.values(), other.values());
        }
        return areOne;
    }

    /**
     * One claim that fits, be it times a factor, tells for all of its weight. Where none does, several claims are of several
     * stands, and one of all: whoever names a weight once means all of its uses.
     */
    private static boolean isAlone(
            Shared shared, Map<String, Tensor> claims, Map<String, Tensor> own, Map<String, Tensor> sums) {
        double alone = nearest(shared, claims, own);
        double together = nearest(shared, claims, sums);
        boolean tells = Math.min(alone, together) < CLOSE && Math.abs(alone - together) > Math.min(alone, together);
        return tells ? alone < together : shared.given().size() > 1 || !shared.made();
    }

    private static double nearest(Shared shared, Map<String, Tensor> claims, Map<String, Tensor> gradients) {
        double nearest = Double.POSITIVE_INFINITY;
        for (String name : shared.given()) {
            Tensor claim = claims.get(name);
            Tensor gradient = gradients.get(name);
            if (claim != null && gradient != null && claim.shape().equals(gradient.shape())) {
                nearest = Math.min(nearest, misfit(claim, gradient));
            }
        }
        return nearest;
    }

    /** How far a claim is from a gradient, in its norm; or, where there are numbers enough to tell, from its direction. */
    private static double misfit(Tensor claim, Tensor gradient) {
        double off = 0;
        double claimed = 0;
        double own = 0;
        double product = 0;
        for (int i = 0; i < claim.size(); i++) {
            off += (claim.at(i) - gradient.at(i)) * (claim.at(i) - gradient.at(i));
            claimed += claim.at(i) * claim.at(i);
            own += gradient.at(i) * gradient.at(i);
            product += claim.at(i) * gradient.at(i);
        }
        double distance = own > 0 ? off / own : Double.POSITIVE_INFINITY;
        double angle = claimed > 0 && own > 0 ? Math.max(0, 1 - product * product / (claimed * own)) : distance;
        return claim.size() > FEW ? Math.min(distance, angle) : distance;
    }
}
