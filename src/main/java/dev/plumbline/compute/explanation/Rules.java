package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.ReversePass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Operations whose backward rule is a known wrong one: one of them, or all of a kind at once. */
final class Rules {

    private static final int MOST_OF_A_KIND = 64;

    private final Trial trial;

    Rules(Trial trial) {
        this.trial = trial;
    }

    /** What faulty rules of one operation explain. */
    List<Found> of(Operation operation) {
        List<Found> found = new ArrayList<>();
        List<FaultyRule> rules = new ArrayList<>(FaultyRule.of(operation));
        rules.addAll(ResidualRules.of(operation));
        for (FaultyRule faulty : rules) {
            Cause cause = trial.explained(
                    Replay.replacing(operation, faulty.rule()), 0, fit -> cause(faulty, List.of(operation), fit));
            if (cause != null && !passesNothing(operation, faulty)) {
                found.add(new Found(cause, Found.NAMED, operation.output().id()));
            }
        }
        return found;
    }

    /** A rule that passes nothing on, as an inverted mask where all inputs are positive, is a cut, and says so as one. */
    private boolean passesNothing(Operation operation, FaultyRule faulty) {
        double[] cotangent = trial.wrong().gradient().by(operation.output()).values();
        return faulty.rule().pullBack(trial.wrong().objective().base(), cotangent).values().stream()
                .flatMapToDouble(Arrays::stream)
                .allMatch(value -> value == 0);
    }

    /** What one faulty rule explains that is at work in every operation of a kind, the likeliest kind first: people make a mistake everywhere. */
    List<Found> everywhere(List<Operation> operations) {
        Map<String, List<Operation>> kinds = new LinkedHashMap<>();
        for (Operation operation : operations) {
            String kind = operation.kind() + " " + operation.title() + " "
                    + operation.output().op().title() + " " + operation.nodes().size();
            kinds.computeIfAbsent(kind, key -> new ArrayList<>()).add(operation);
        }
        List<List<Operation>> likeliest = new ArrayList<>(kinds.values());
        likeliest.sort(Comparator.comparing(alike -> alike.get(0).kind()));
        for (List<Operation> alike : likeliest) {
            List<Found> found = alike.size() > 1 && alike.size() <= MOST_OF_A_KIND ? inAll(alike) : List.of();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private List<Found> inAll(List<Operation> alike) {
        List<List<FaultyRule>> rules = alike.stream().map(FaultyRule::of).toList();
        int count = rules.get(0).size();
        List<Found> found = new ArrayList<>();
        if (rules.stream().anyMatch(own -> own.size() != count)) {
            return found;
        }
        String witness = trial.rightBefore(alike.get(alike.size() - 1));
        for (int r = 0; r < count && trial.budget().isOpen(); r++) {
            Map<Node, ReversePass.Rule> replaced = new HashMap<>();
            for (int k = 0; k < alike.size(); k++) {
                replaced.put(alike.get(k).output(), rules.get(k).get(r).rule());
            }
            FaultyRule faulty = rules.get(0).get(r);
            Replay replay = Replay.everywhere(trial.wrong().objective().output(), replaced);
            Cause cause = witness != null && trial.touches(witness, replay)
                    ? null
                    : trial.explained(replay, 0, fit -> cause(faulty, alike, fit));
            if (cause != null) {
                found.add(new Found(
                        cause,
                        Found.EVERYWHERE,
                        alike.get(alike.size() - 1).output().id()));
            }
        }
        return found;
    }

    private static Cause cause(FaultyRule faulty, List<Operation> operations, Fit fit) {
        Operation operation = operations.get(0);
        boolean several = operations.size() > 1;
        Set<String> names = new HashSet<>();
        List<String> nodes =
                operations.stream().map(Operation::name).filter(names::add).toList();
        String who = several
                ? "Every %s (%d of them)".formatted(operation.title(), operations.size())
                : operation.toString();
        return new Cause(
                Kind.RULE,
                faulty.name(),
                operation.name(),
                operation.title(),
                null,
                several ? nodes : null,
                null,
                null,
                null,
                fit.touched(),
                fit.residual(),
                "In the backward pass, %s %s.".formatted(who, faulty.words()),
                List.of());
    }
}
