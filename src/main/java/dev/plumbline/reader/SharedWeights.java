package dev.plumbline.reader;

import dev.plumbline.compute.program.Program;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.reader.Names.Shared;
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

    /** Directions that differ by less are one. */
    private static final double SAME = 1e-6;

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
            if (isAlone(Fit.of(each.given(), claims, own), Fit.of(each.given(), claims, sums), each.made())) {
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

    /** A claim that is far from both is one of the whole: whoever names a weight once means all of its uses. */
    private static boolean isAlone(Fit own, Fit sum, boolean made) {
        if (Math.min(own.distance(), sum.distance()) < CLOSE) {
            return own.distance() < sum.distance();
        }
        boolean isScaled = Math.min(own.angle(), sum.angle()) < CLOSE;
        return isScaled && Math.abs(own.angle() - sum.angle()) > SAME ? own.angle() < sum.angle() : !made;
    }

    /**
     * How claims fit the gradients of one reading.
     *
     * @param distance the square of the norm of the difference, in those of the gradients
     * @param angle the square of the sine between the two, which a common factor leaves as it is
     */
    private record Fit(double distance, double angle) {

        static Fit of(List<String> names, Map<String, Tensor> claims, Map<String, Tensor> gradients) {
            double off = 0;
            double claimed = 0;
            double own = 0;
            double product = 0;
            for (String name : names) {
                Tensor claim = claims.get(name);
                Tensor gradient = gradients.get(name);
                if (claim == null || gradient == null || !claim.shape().equals(gradient.shape())) {
                    return new Fit(Double.NaN, Double.NaN);
                }
                for (int i = 0; i < claim.size(); i++) {
                    off += (claim.at(i) - gradient.at(i)) * (claim.at(i) - gradient.at(i));
                    claimed += claim.at(i) * claim.at(i);
                    own += gradient.at(i) * gradient.at(i);
                    product += claim.at(i) * gradient.at(i);
                }
            }
            return new Fit(off / own, 1 - product * product / (claimed * own));
        }
    }
}
