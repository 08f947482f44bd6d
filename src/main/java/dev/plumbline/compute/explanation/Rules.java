package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.ReversePass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Operations whose backward rule is a known wrong one: one of them, or all of a kind at once. */
final class Rules {

    private static final int MOST_OF_A_KIND = 64;
    private static final int MOST_INPUTS = 3;

    /** What is no rule of the catalogue. */
    private static final String STOPPED = "";

    private final Trial trial;
    private final Map<String, Set<Integer>> hints = new HashMap<>(); // by kind of operation, which rules
    private final Set<String> kindsTried = new HashSet<>();

    Rules(Trial trial) {
        this.trial = trial;
    }

    /** What faulty rules of one operation explain. */
    List<Found> of(Operation operation) {
        List<Found> found = new ArrayList<>();
        List<FaultyRule> rules =
                new ArrayList<>(FaultyRule.of(operation, trial.wrong().objective()));
        int ofCatalogue = rules.size();
        rules.addAll(ResidualRules.of(operation));
        for (int r = 0; r < rules.size(); r++) {
            FaultyRule faulty = rules.get(r);
            Cause cause = trial.explained(
                    Replay.replacing(operation, faulty.rule()), 0, fit -> cause(faulty, List.of(operation), fit));
            if (cause != null && !passesNothing(operation, faulty)) {
                found.add(Found.at(operation, cause, Found.NAMED));
            } else if (trial.madeTheNearest() && r < ofCatalogue) {
                hints.computeIfAbsent(kind(operation), kind -> new LinkedHashSet<>())
                        .add(r);
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

    /**
     * What one faulty rule explains that is at work in every operation of a kind, for people make a mistake everywhere. First
     * the kinds of the likeliest suspects.
     *
     * @param ranked operations, the likeliest first
     */
    List<Found> everywhere(List<Operation> ranked) {
        for (Operation operation : ranked) {
            if (kindsTried.add(kind(operation))) {
                List<Found> found = inAll(alike(operation), null);
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return List.of();
    }

    /** The same of rules that made the nearest wrong tensors at this operation alone. */
    List<Found> everywhereAs(Operation operation) {
        Set<Integer> chosen = hints.remove(kind(operation));
        return chosen == null ? List.of() : inAll(alike(operation), chosen);
    }

    private List<Operation> alike(Operation operation) {
        return trial.wrong().objective().operations().stream()
                .filter(other -> kind(other).equals(kind(operation)))
                .toList();
    }

    private static String kind(Operation operation) {
        return operation.kind() + " " + operation.title() + " "
                + operation.output().op().title() + " " + operation.nodes().size();
    }

    /** @param chosen which rules are tried, by their places in the list; null for all */
    private List<Found> inAll(List<Operation> alike, @Nullable Set<Integer> chosen) {
        if (alike.size() == 1 || alike.size() > MOST_OF_A_KIND) {
            return List.of();
        }
        Objective objective = trial.wrong().objective();
        List<List<FaultyRule>> rules = alike.stream()
                .map(operation -> FaultyRule.of(operation, objective))
                .toList();
        int count = rules.get(0).size();
        List<Found> found = new ArrayList<>();
        if (rules.stream().anyMatch(own -> own.size() != count)) {
            return found;
        }
        String witness = trial.rightBefore(alike.get(alike.size() - 1));
        for (int r = 0; r < count && trial.budget().isOpen(); r++) {
            int place = r;
            Found one = chosen == null || chosen.contains(r)
                    ? inAll(alike, rules.stream().map(own -> own.get(place)).toList(), witness)
                    : null;
            if (one != null) {
                found.add(one);
            }
        }
        return found.isEmpty() && chosen == null ? cut(alike, witness) : found;
    }

    /** All of a kind that pass nothing on, or nothing to one of their inputs. */
    private List<Found> cut(List<Operation> alike, @Nullable String witness) {
        int inputs = alike.get(0).inputs().size();
        if (alike.stream().anyMatch(operation -> operation.inputs().size() != inputs)) {
            return List.of();
        }
        for (int input = inputs == 1 ? 0 : -1;
                input < Math.min(inputs, MOST_INPUTS) && trial.budget().isOpen();
                input++) {
            int place = input;
            Found found = inAll(
                    alike,
                    alike.stream().map(operation -> cut(operation, place)).toList(),
                    witness);
            if (found != null) {
                return List.of(found);
            }
        }
        return List.of();
    }

    /** @param input which of its inputs gets nothing; -1 for none of them does */
    private static FaultyRule cut(Operation operation, int input) {
        boolean isWhole = input < 0 || operation.inputs().size() == 1;
        ReversePass.Rule rule = (point, cotangent) -> {
            if (isWhole) {
                return Map.of();
            }
            Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, cotangent));
            passed.remove(operation.inputs().get(input));
            return passed;
        };
        return new FaultyRule(STOPPED, rule, "passes no gradient on" + (isWhole ? "" : " to its input " + (input + 1)));
    }

    /** @param rules one for each operation */
    private @Nullable Found inAll(List<Operation> alike, List<FaultyRule> rules, @Nullable String witness) {
        Map<Node, ReversePass.Rule> replaced = new HashMap<>();
        boolean passesNothing = !rules.get(0).name().equals(STOPPED);
        for (int k = 0; k < alike.size(); k++) {
            replaced.put(alike.get(k).output(), rules.get(k).rule());
        }
        Replay replay = Replay.everywhere(trial.wrong().objective().output(), replaced);
        Cause cause = witness != null && trial.touches(witness, replay)
                ? null
                : trial.explained(replay, 0, fit -> cause(rules.get(0), alike, fit));
        for (int k = 0; k < alike.size() && cause != null && passesNothing; k++) {
            passesNothing = passesNothing(alike.get(k), rules.get(k));
        }
        Operation last = alike.get(alike.size() - 1);
        return cause == null || passesNothing
                ? null
                : new Found(cause, Found.EVERYWHERE, last.output().id(), Set.of());
    }

    private static Cause cause(FaultyRule faulty, List<Operation> operations, Fit fit) {
        boolean isCut = faulty.name().equals(STOPPED);
        Operation operation = operations.get(0);
        List<String> nodes = operations.stream().map(Operation::name).distinct().toList();
        boolean several = nodes.size() > 1;
        String who =
                several ? "every %s (%d of them)".formatted(operation.title(), nodes.size()) : operation.toString();
        return new Cause(
                isCut ? Kind.CUT : Kind.RULE,
                isCut ? null : faulty.name(),
                operation.name(),
                operation.title(),
                null,
                several ? nodes : null,
                null,
                null,
                null,
                fit.touched(),
                fit.residual(),
                "In the backward pass, %s %s%s."
                        .formatted(
                                who,
                                faulty.words(),
                                isCut ? ": look for a detached tensor or a dropped branch in the code they share" : ""),
                List.of());
    }
}
