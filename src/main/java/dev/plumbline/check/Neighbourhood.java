package dev.plumbline.check;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The operations around those that are suspected, with the parameters they read: all of a small model, of a larger one the
 * nearest.
 *
 * @param boxes in the order of the program
 * @param edges from place to place in {@code boxes}
 * @param left how many operations and parameters are not among them
 */
public record Neighbourhood(List<Box> boxes, List<Edge> edges, int left) {

    private static final int BOXES = 24;

    /** Operations of a model that is looked at. */
    private static final int MOST = 20_000;

    /**
     * An operation, or a parameter.
     *
     * @param kind {@code parameter}, or what kind of operation
     * @param verdict of a parameter's gradient; null for an operation
     */
    public record Box(String name, String kind, @Nullable Verdict verdict, boolean suspected) {}

    /** What one computes is read by the other. */
    public record Edge(int from, int to) {}

    /** Null for a model without operations, or one of too many. */
    static @Nullable Neighbourhood of(Objective objective, Set<String> suspected, Map<String, Verdict> verdicts) {
        List<Operation> all = objective.operations();
        if (all.isEmpty() || all.size() > MOST) {
            return null;
        }
        Map<Node, String> parameters = new HashMap<>();
        objective.program().parameters().forEach((name, node) -> parameters.put(node, name));
        Set<Node> named = all.stream()
                .filter(operation -> suspected.contains(operation.name()))
                .map(Operation::output)
                .collect(Collectors.toSet());
        Whole whole = new Whole();
        Map<Node, Integer> makers = new HashMap<>();
        for (Operation operation : outer(all)) {
            TreeSet<Integer> reads = new TreeSet<>();
            for (Node input : operation.inputs()) {
                String name = parameters.get(input);
                Integer maker = makers.get(input);
                if (maker == null && name != null) {
                    maker = whole.add(new Box(name, "parameter", verdicts.get(name), false), List.of());
                    makers.put(input, maker);
                }
                if (maker != null) {
                    reads.add(maker);
                }
            }
            boolean isSuspected = !Collections.disjoint(operation.nodes(), named);
            int place = whole.add(new Box(operation.name(), operation.title(), null, isSuspected), reads);
            operation.nodes().forEach(node -> makers.put(node, place));
        }
        return whole.byName().nearest();
    }

    /** Those that are no part of a larger one. */
    private static List<Operation> outer(List<Operation> all) {
        Map<Node, Integer> sizes = new HashMap<>();
        all.forEach(operation -> operation
                .nodes()
                .forEach(node -> sizes.merge(node, operation.nodes().size(), Math::max)));
        return all.stream()
                .filter(operation -> operation.nodes().size() >= sizes.getOrDefault(operation.output(), 0))
                .toList();
    }

    /** The whole graph in the making. */
    private static final class Whole {

        private final List<Box> boxes = new ArrayList<>();
        private final List<Edge> edges = new ArrayList<>();

        int add(Box box, Iterable<Integer> reads) {
            int place = boxes.size();
            boxes.add(box);
            reads.forEach(from -> edges.add(new Edge(from, place)));
            return place;
        }

        /**
         * With one box for each node of the file, which may be several operations: a convolution and its bias, say. As it is
         * where that would lead in a circle.
         */
        Whole byName() {
            Map<List<String>, Integer> groups = new LinkedHashMap<>();
            int[] group = new int[boxes.size()];
            for (int i = 0; i < group.length; i++) {
                Box box = boxes.get(i);
                List<String> key = box.verdict() == null
                        ? List.of(box.name(), box.kind())
                        : List.of(box.name(), box.kind(), "parameter");
                group[i] = groups.computeIfAbsent(key, k -> groups.size());
            }
            List<TreeSet<Integer>> reads = new ArrayList<>();
            List<Box> merged = new ArrayList<>();
            for (int i = 0; i < group.length; i++) {
                if (group[i] == merged.size()) {
                    merged.add(boxes.get(i));
                    reads.add(new TreeSet<>());
                } else if (boxes.get(i).suspected()) {
                    merged.set(group[i], boxes.get(i));
                }
            }
            for (Edge edge : edges) {
                if (group[edge.from()] != group[edge.to()]) {
                    reads.get(group[edge.to()]).add(group[edge.from()]);
                }
            }
            return sorted(merged, reads);
        }

        /** In an order in which each comes after what it reads. */
        private Whole sorted(List<Box> merged, List<TreeSet<Integer>> reads) {
            int[] open = reads.stream().mapToInt(Set::size).toArray();
            List<List<Integer>> readers = new ArrayList<>();
            merged.forEach(box -> readers.add(new ArrayList<>()));
            for (int i = 0; i < open.length; i++) {
                for (int from : reads.get(i)) {
                    readers.get(from).add(i);
                }
            }
            TreeSet<Integer> next = new TreeSet<>();
            IntStream.range(0, open.length).filter(i -> open[i] == 0).forEach(next::add);
            Whole sorted = new Whole();
            Map<Integer, Integer> places = new HashMap<>();
            while (!next.isEmpty()) {
                int i = Objects.requireNonNull(next.pollFirst());
                List<Integer> from = reads.get(i).stream()
                        .map(place -> Objects.requireNonNull(places.get(place)))
                        .toList();
                places.put(i, sorted.add(merged.get(i), from));
                for (int reader : readers.get(i)) {
                    if (--open[reader] == 0) {
                        next.add(reader);
                    }
                }
            }
            return sorted.boxes.size() == merged.size() ? sorted : this;
        }

        /** Around the suspected ones, or the wrong parameters where none is; step by step until there are enough. */
        Neighbourhood nearest() {
            List<List<Integer>> neighbours = new ArrayList<>();
            boxes.forEach(box -> neighbours.add(new ArrayList<>()));
            for (Edge edge : edges) {
                neighbours.get(edge.from()).add(edge.to());
                neighbours.get(edge.to()).add(edge.from());
            }
            Deque<Integer> next = new ArrayDeque<>();
            IntStream.range(0, boxes.size())
                    .filter(i -> boxes.get(i).suspected())
                    .forEach(next::add);
            if (next.isEmpty()) {
                IntStream.range(0, boxes.size())
                        .filter(i -> boxes.get(i).verdict() == Verdict.FAIL)
                        .limit(BOXES / 4)
                        .forEach(next::add);
            }
            TreeSet<Integer> chosen = new TreeSet<>();
            while (!next.isEmpty() && chosen.size() < BOXES) {
                int place = next.remove();
                if (chosen.add(place)) {
                    next.addAll(neighbours.get(place));
                }
            }
            Map<Integer, Integer> places = new LinkedHashMap<>();
            chosen.forEach(place -> places.put(place, places.size()));
            List<Edge> kept = new ArrayList<>();
            for (Edge edge : edges) {
                Integer from = places.get(edge.from());
                Integer to = places.get(edge.to());
                if (from != null && to != null) {
                    kept.add(new Edge(from, to));
                }
            }
            return new Neighbourhood(chosen.stream().map(boxes::get).toList(), kept, boxes.size() - chosen.size());
        }
    }
}
