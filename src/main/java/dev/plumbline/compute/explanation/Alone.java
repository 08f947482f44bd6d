package dev.plumbline.compute.explanation;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Fragment;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.rounding.Allowances;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A fragment by itself at the values that were seen, with what rounding allows.
 *
 * @param objective {@code sum_k <d_k, y_k(x)>}
 * @param allowances by the names that {@link Fragment} gives inputs and cotangents
 * @param passes what it took, in forward passes of the fragment
 */
record Alone(
        Fragment fragment,
        Objective objective,
        Evaluation.Gradient gradient,
        Map<String, Tensor> allowances,
        double passes) {

    /** An evaluation and a reverse pass, in forward passes. */
    private static final double FORWARD_AND_BACK = 3.5;

    private static final double DEVIATIONS = 8;
    private static final double LUCKY = 0.25;

    /**
     * @param inputs by which it is differentiated, with the datatypes of what is claimed of them
     * @param results by whose cotangents it is
     */
    static Alone of(
            Fragment fragment,
            Map<Node, Tensor> values,
            Map<Node, Tensor> cotangents,
            Map<Node, Datatype> inputs,
            Map<Node, Datatype> results,
            AloneSetting setting) {
        Objective objective = fragment.at(Set.copyOf(inputs.keySet()), values, cotangents);
        Evaluation.Gradient gradient = objective.gradient();
        Map<String, Datatype> datatypes = new LinkedHashMap<>();
        inputs.forEach((node, datatype) -> datatypes.put(Fragment.input(node), datatype));
        results.forEach((node, datatype) -> datatypes.put(Fragment.cotangent(node), datatype));
        Allowances allowances = Allowances.of(
                objective, gradient, datatypes, setting.precision(), setting.holdsFloat32(), setting.seed());
        Map<String, Tensor> allowed = new HashMap<>();
        datatypes.keySet().forEach(name -> {
            Tensor throughout = allowances.narrowThroughout(name);
            Tensor own = allowances.allowance(name);
            allowed.put(name, throughout == null ? own : larger(own, throughout));
        });
        return new Alone(fragment, objective, gradient, allowed, FORWARD_AND_BACK + allowances.passes());
    }

    /** The squares of how far other values of what it reads, and as good, move the derivatives: added to {@code squares}. */
    void move(Map<Node, Tensor> values, Map<Node, Tensor> cotangents, Map<String, double[]> squares) {
        Set<Node> moved = new HashSet<>();
        fragment.inputs().stream()
                .filter(node -> derivative(Fragment.input(node)) != null)
                .forEach(moved::add);
        fragment.at(moved, values, cotangents).gradient().byParameter().forEach((name, there) -> {
            Tensor here = derivative(name);
            if (here != null) {
                double[] own = squares.computeIfAbsent(name, key -> new double[here.size()]);
                Arrays.setAll(own, i -> own[i] + Math.pow(there.at(i) - here.at(i), 2));
            }
        });
    }

    /**
     * The same where what it reads is only known so well: {@code + 8 max(rms_i, rms of the tensor / 4)}.
     *
     * @param squares of so many runs
     */
    Alone widened(Map<String, double[]> squares, int runs) {
        Map<String, Tensor> wider = new HashMap<>(allowances);
        wider.replaceAll((name, own) -> {
            double[] moved = squares.get(name);
            if (moved == null) {
                return own;
            }
            double mean = Arrays.stream(moved).average().orElse(0) / runs;
            double[] allowed = own.values().clone();
            Arrays.setAll(
                    allowed,
                    i -> allowed[i] + DEVIATIONS * Math.max(Math.sqrt(moved[i] / runs), LUCKY * Math.sqrt(mean)));
            return Tensor.of(own.shape(), allowed);
        });
        return new Alone(fragment, objective, gradient, wider, passes + FORWARD_AND_BACK * runs);
    }

    private static Tensor larger(Tensor one, Tensor other) {
        double[] larger = one.values().clone();
        for (int i = 0; i < larger.length; i++) {
            larger[i] = Math.max(larger[i], other.at(i));
        }
        return Tensor.of(one.shape(), larger);
    }

    /** A derivative by its name in the objective; null where it was not asked for. */
    @Nullable
    Tensor derivative(String name) {
        Node node = objective.program().parameters().get(name);
        return node == null ? null : gradient.by(node);
    }

    /** What rounding allows a derivative. */
    @Nullable
    Tensor allowance(String name) {
        return allowances.get(name);
    }

    /** A claim beside what the fragment makes of what it read. */
    Comparison comparison(String name, String words, Tensor claim) {
        return new Comparison(
                words, claim, Objects.requireNonNull(derivative(name)), Objects.requireNonNull(allowance(name)));
    }
}
