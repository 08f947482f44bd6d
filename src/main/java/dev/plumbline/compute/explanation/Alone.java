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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A fragment by itself at the values that were seen, with what rounding allows.
 *
 * @param objective {@code sum_k <d_k, y_k(x)>}
 * @param allowances by the names that {@link Fragment} gives inputs and cotangents
 */
record Alone(Fragment fragment, Objective objective, Evaluation.Gradient gradient, Map<String, Tensor> allowances) {

    private static final double DEVIATIONS = 8;
    private static final double LUCKY = 0.25;

    /**
     * @param inputs by which it is differentiated, with the datatypes of what is claimed of them
     * @param results by whose cotangents it is
     * @param elsewhere values of what it reads that are as good, where they were not claimed but computed here
     */
    static Alone of(
            Fragment fragment,
            Map<Node, Tensor> values,
            Map<Node, Tensor> cotangents,
            Map<Node, Datatype> inputs,
            Map<Node, Datatype> results,
            List<Map<Node, Tensor>> elsewhere,
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
        Alone alone = new Alone(fragment, objective, gradient, allowed);
        if (!elsewhere.isEmpty()) {
            List<Map<String, Tensor>> gradients = elsewhere.stream()
                    .map(other -> fragment.at(Set.copyOf(inputs.keySet()), other, cotangents)
                            .gradient()
                            .byParameter())
                    .toList();
            allowed.replaceAll((name, own) -> alone.widened(name, own, gradients));
        }
        return alone;
    }

    /** {@code + 8 max(rms_i, rms of the tensor / 4)} of what other values make of a derivative. */
    private Tensor widened(String name, Tensor own, List<Map<String, Tensor>> others) {
        Tensor here = Objects.requireNonNull(derivative(name));
        double[] squares = new double[own.size()];
        for (Map<String, Tensor> other : others) {
            Tensor there = Objects.requireNonNull(other.get(name));
            for (int i = 0; i < squares.length; i++) {
                squares[i] += Math.pow(there.at(i) - here.at(i), 2) / others.size();
            }
        }
        double mean = Arrays.stream(squares).average().orElse(0);
        double[] widened = own.values().clone();
        for (int i = 0; i < widened.length; i++) {
            widened[i] += DEVIATIONS * Math.max(Math.sqrt(squares[i]), LUCKY * Math.sqrt(mean));
        }
        return Tensor.of(own.shape(), widened);
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
