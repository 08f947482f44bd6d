package dev.plumbline.compute.explanation;

import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.program.Fragment;
import dev.plumbline.compute.program.Fragments;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Values judged one operation at a time: ours from the claimed inputs beside the claimed one. */
final class ForwardAlone {

    private final Objective objective;
    private final Seen seen;
    private final AloneSetting setting;
    private final Map<Node, Datatype> datatypes;
    private final AloneWork work;

    ForwardAlone(Objective objective, Seen seen, AloneSetting setting, AloneWork work) {
        this.work = work;
        this.objective = objective;
        this.seen = seen;
        this.setting = setting;
        this.datatypes = datatypes(seen.activations());
    }

    /** What claims were computed in, judged together. */
    static Map<Node, Datatype> datatypes(Map<Node, Tensor> claims) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        claims.forEach((node, claim) -> named.put(String.valueOf(node.id()), claim));
        Map<String, Datatype> found = ClaimDatatype.byTensor(named);
        Map<Node, Datatype> datatypes = new LinkedHashMap<>();
        claims.keySet().forEach(node -> datatypes.put(node, found.get(String.valueOf(node.id()))));
        return datatypes;
    }

    Map<Fragment, Ruling> rulings(Runnable alive) {
        Map<Fragment, Ruling> rulings = new LinkedHashMap<>();
        for (Fragment fragment : Fragments.of(objective, seen.activations().keySet())) {
            alive.run();
            rulings.put(fragment, ruling(fragment));
        }
        return rulings;
    }

    private Ruling ruling(Fragment fragment) {
        Map<Node, Datatype> judged = new LinkedHashMap<>();
        Map<Node, Tensor> ones = new HashMap<>();
        for (Node result : fragment.results()) {
            ones.put(result, Tensor.filled(result.shape(), 1));
            if (seen.activations().containsKey(result)) {
                judged.put(result, Objects.requireNonNull(datatypes.get(result)));
            }
        }
        if (judged.isEmpty()) {
            return Ruling.none("no activation came of what it computes");
        }
        Map<Node, Tensor> values = values(fragment, seen, objective);
        if (values.values().stream().anyMatch(value -> value.firstNonFinite() >= 0)) {
            return Ruling.none("what it read is not finite");
        }
        try {
            Alone alone = Alone.of(fragment, values, ones, Map.of(), judged, setting);
            work.did(alone);
            List<Comparison> comparisons = new ArrayList<>();
            judged.keySet()
                    .forEach(node -> comparisons.add(alone.comparison(
                            Fragment.cotangent(node),
                            seen.name(node),
                            Objects.requireNonNull(seen.activations().get(node)))));
            return Ruling.of(comparisons);
        } catch (Problem problem) {
            return Ruling.none("it cannot be computed from what was claimed: " + problem.explanation());
        }
    }

    /** What a fragment reads, as it was claimed, else as it is. */
    static Map<Node, Tensor> values(Fragment fragment, Seen seen, Objective objective) {
        Map<Node, Tensor> values = new HashMap<>();
        for (Node input : fragment.inputs()) {
            Tensor claimed = seen.activations().get(input);
            values.put(input, claimed != null ? claimed : objective.base().value(input));
        }
        return values;
    }
}
