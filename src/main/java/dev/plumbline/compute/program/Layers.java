package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the {@link Layer}s of a program: parameters whose uses end in the same node belong together. */
final class Layers {

    private static final class Draft {
        private final int position;
        private final List<String> parameters = new ArrayList<>();
        private final Set<Node> ends = new LinkedHashSet<>();
        private Layer.@Nullable Product product;

        Draft(int position) {
            this.position = position;
        }
    }

    private final Objective objective;
    private final Map<Node, List<Node>> consumers = new HashMap<>();

    Layers(Objective objective) {
        this.objective = objective;
        for (Node node : objective.program().nodes()) {
            for (Node input : new LinkedHashSet<>(node.inputs())) {
                consumers.computeIfAbsent(input, key -> new ArrayList<>()).add(node);
            }
        }
    }

    List<Layer> read() {
        List<Draft> drafts = new ArrayList<>();
        Map<Node, Draft> byEnd = new HashMap<>();
        objective.program().parameters().forEach((name, node) -> {
            List<Use> uses = Use.of(objective, node).affine();
            if (!uses.isEmpty()) {
                join(name, uses, drafts, byEnd);
            }
        });
        return drafts.stream()
                .sorted(Comparator.comparingInt(Layers::place))
                .map(this::layer)
                .toList();
    }

    private static void join(String name, List<Use> uses, List<Draft> drafts, Map<Node, Draft> byEnd) {
        Draft draft = uses.stream()
                .map(use -> byEnd.get(use.end()))
                .filter(Objects::nonNull)
                .min(Comparator.comparingInt(other -> other.position))
                .orElse(null);
        if (draft == null) {
            draft = new Draft(drafts.size());
            drafts.add(draft);
        }
        Layer.Product product = product(uses);
        boolean isWeight = product != null && draft.product == null;
        draft.parameters.add(isWeight ? 0 : draft.parameters.size(), name);
        draft.product = isWeight ? product : draft.product;
        for (Use use : uses) {
            draft.ends.add(use.end());
            byEnd.merge(use.end(), draft, (one, other) -> one.position <= other.position ? one : other);
        }
    }

    private static Layer.@Nullable Product product(List<Use> uses) {
        Use.Factor factor = uses.get(0).factor();
        return factor == null ? null : Layer.Product.of(factor);
    }

    private static int place(Draft draft) {
        return draft.ends.stream().mapToInt(Node::id).min().orElse(0);
    }

    private Layer layer(Draft draft) {
        List<Stage> stages =
                draft.ends.stream().map(end -> Stage.of(end, consumers)).toList();
        return new Layer(draft.parameters, draft.product, stages);
    }
}
