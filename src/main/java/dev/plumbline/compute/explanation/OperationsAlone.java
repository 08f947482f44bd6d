package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.JudgedOperation.Entry;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Fragment;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every operation judged by itself from what hooks saw: errors do not travel, and the faulty ones stand out however many
 * there are. Operations between which nothing was seen are judged together.
 */
public final class OperationsAlone {

    /** What is kept of every operation at once, in evaluations of the whole model: values, gradients, allowances, one beside. */
    public static final double EVALUATIONS = 5;

    private static final int NAMED = 3;

    private final Seen seen;
    private final Map<Fragment, Ruling> forward;
    private final Map<Fragment, Ruling> backward;
    private final Map<Origin, Fragment> ofForward;
    private final Map<Origin, Fragment> ofBackward;
    private final Map<Node, String> titles = new HashMap<>(); // of operations, by their results

    private OperationsAlone(
            Objective objective, Seen seen, Map<Fragment, Ruling> forward, Map<Fragment, Ruling> backward) {
        objective.operations().forEach(operation -> titles.putIfAbsent(operation.output(), operation.title()));
        this.seen = seen;
        this.forward = forward;
        this.backward = backward;
        this.ofForward = byOperation(forward);
        this.ofBackward = byOperation(backward);
    }

    /**
     * What was judged and what that took.
     *
     * @param operations in the order of the program, then those that were judged together; none where nothing was seen
     * @param passes in forward passes of the model
     * @param seconds of it that went into names of faulty rules
     */
    public record Judged(List<JudgedOperation> operations, double passes, double seconds) {

        /** Where nothing was seen. */
        public static final Judged NONE = new Judged(List.of(), 0, 0);

        public Judged {
            operations = List.copyOf(operations);
        }
    }

    /** @param alive run between two pieces of work; whatever it throws gives it up */
    public static Judged of(Objective objective, Seen seen, AloneSetting setting, Runnable alive) {
        if (seen.isNothing()) {
            return Judged.NONE;
        }
        AloneWork work = new AloneWork(objective);
        Map<Fragment, Ruling> forward = seen.activations().isEmpty()
                ? Map.of()
                : new ForwardAlone(objective, seen, setting, work).rulings(alive);
        Map<Fragment, Ruling> backward = seen.cotangents().isEmpty()
                ? Map.of()
                : new BackwardAlone(objective, seen, setting, work).rulings(alive);
        List<JudgedOperation> judged = new OperationsAlone(objective, seen, forward, backward).judged();
        return new Judged(judged, work.passes(), work.seconds());
    }

    private List<JudgedOperation> judged() {
        Set<Origin> operations = new LinkedHashSet<>((ofBackward.isEmpty() ? ofForward : ofBackward).keySet());
        operations.addAll(ofForward.keySet());
        List<JudgedOperation> judged = new ArrayList<>();
        operations.forEach(
                operation -> judged.add(row(operation, ofForward.get(operation), ofBackward.get(operation))));
        together().forEach((group, of) -> {
            Ruling onward = of.forward() == null ? null : forward.get(of.forward());
            Ruling backwards = of.backward() == null ? null : backward.get(of.backward());
            JudgedOperation row = row(group, onward, backwards, null);
            if (row.forward() != null || row.backward() != null) {
                judged.add(row);
            }
        });
        return judged;
    }

    private static Map<Origin, Fragment> byOperation(Map<Fragment, Ruling> rulings) {
        Map<Origin, Fragment> fragments = new LinkedHashMap<>();
        rulings.keySet()
                .forEach(fragment -> fragment.operations().forEach(operation -> fragments.put(operation, fragment)));
        return fragments;
    }

    private record Both(
            @Nullable Fragment forward, @Nullable Fragment backward) {}

    private Map<List<Origin>, Both> together() {
        Map<List<Origin>, Both> groups = new LinkedHashMap<>();
        forward.keySet().stream()
                .filter(fragment -> fragment.operations().size() > 1)
                .forEach(fragment -> groups.put(fragment.operations(), new Both(fragment, null)));
        backward.keySet().stream()
                .filter(fragment -> fragment.operations().size() > 1)
                .forEach(fragment -> groups.merge(
                        fragment.operations(),
                        new Both(null, fragment),
                        (one, other) -> new Both(one.forward(), fragment)));
        return groups;
    }

    private JudgedOperation row(Origin operation, @Nullable Fragment ahead, @Nullable Fragment back) {
        boolean isAlone = ahead != null && ahead.operations().size() == 1;
        boolean isAloneBack = back != null && back.operations().size() == 1;
        List<String> missing = new ArrayList<>();
        if (ahead != null && !isAlone) {
            missing.add("no activation came of " + between(operation, ahead));
        }
        if (back != null && !isAloneBack) {
            missing.add("no cotangent came of " + between(operation, back));
        }
        return row(
                List.of(operation),
                isAlone ? forward.get(ahead) : null,
                isAloneBack ? backward.get(back) : null,
                missing.isEmpty() ? null : String.join(", and ", missing) + ": not judged by itself");
    }

    private JudgedOperation row(
            List<Origin> operations, @Nullable Ruling ahead, @Nullable Ruling back, @Nullable String missing) {
        List<String> because = new ArrayList<>();
        if (missing != null) {
            because.add(missing);
        }
        if (ahead != null && ahead.because() != null) {
            because.add("forward not judged: " + ahead.because());
        }
        if (back != null && back.because() != null) {
            because.add((back.verdict() == null ? "backward not judged: " : "") + back.because());
        }
        Origin last = operations.get(operations.size() - 1);
        boolean several = operations.size() > 1;
        Verdict onward = ahead == null ? null : ahead.verdict();
        Verdict backwards = back == null ? null : back.verdict();
        return new JudgedOperation(
                last.name(),
                several ? operations.size() + " operations" : kind(last),
                several ? operations.stream().map(Origin::name).toList() : null,
                onward,
                backwards,
                Entry.worst(
                        ahead == null ? null : Entry.worst(ahead.comparisons(), false),
                        back == null ? null : Entry.worst(back.comparisons(), true)),
                because.isEmpty() ? null : String.join("; ", because),
                back == null ? null : back.cause());
    }

    private String kind(Origin operation) {
        if (!operation.kind().isEmpty()) {
            return operation.kind();
        }
        Fragment ahead = ofForward.get(operation); // one on weights only has no other
        Fragment fragment = ahead == null ? Objects.requireNonNull(ofBackward.get(operation)) : ahead;
        String title = "";
        for (Node node : fragment.nodes()) {
            title = node.origin() == operation
                    ? titles.getOrDefault(node, node.op().title())
                    : title;
        }
        return title;
    }

    /** The values between an operation and its neighbours in a fragment. */
    private String between(Origin operation, Fragment fragment) {
        Set<String> values = new LinkedHashSet<>();
        for (Node node : fragment.nodes()) {
            for (Node input : node.inputs()) {
                boolean crosses = fragment.nodes().contains(input) && input.origin() != node.origin();
                if (crosses && (input.origin() == operation || node.origin() == operation)) {
                    values.add(seen.name(input));
                }
            }
        }
        List<String> first = values.stream().limit(NAMED).toList();
        return String.join(", ", first) + (values.size() > NAMED ? " and " + (values.size() - NAMED) + " more" : "");
    }
}
