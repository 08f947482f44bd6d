package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Suspects by structure alone: if only the backward rule of v is at fault, every wrong tensor is upstream of v. The fewer
 * right tensors are upstream through data inputs, the likelier; then by how often people get such rules wrong; then the
 * nearest to the loss.
 */
final class Suspects {

    /** How many a report shows. */
    private static final int SHOWN = 5;

    private final List<Operation> operations;
    private final List<Operation> ranked;
    private final Map<Operation, Suspect> described = new HashMap<>();

    private Suspects(List<Operation> operations, List<Operation> ranked) {
        this.operations = operations;
        this.ranked = ranked;
    }

    static Suspects of(Objective objective, Deviation deviation) {
        Upstream upstream = new Upstream(objective);
        BitSet wrong = upstream.bits(deviation.wrong());
        BitSet right = upstream.bits(deviation.right());
        List<Operation> found = new ArrayList<>();
        List<Operation> operations = objective.operations();
        Suspects suspects = new Suspects(operations, found);
        Map<Operation, Integer> against = new HashMap<>();
        for (Operation operation : operations) {
            BitSet before = upstream.of(operation.output());
            BitSet missed = (BitSet) wrong.clone();
            missed.andNot(before);
            if (missed.isEmpty() && !operation.inputs().isEmpty()) {
                BitSet data = new BitSet();
                faulty(operation, wrong, upstream).forEach(input -> data.or(upstream.of(input)));
                BitSet after = (BitSet) right.clone();
                after.andNot(before);
                data.and(right);
                against.put(operation, data.cardinality());
                suspects.described.put(
                        operation,
                        new Suspect(
                                operation.name(),
                                operation.title(),
                                wrong.cardinality(),
                                data.cardinality(),
                                after.cardinality(),
                                null));
                found.add(operation);
            }
        }
        Set<Operation> inner = new HashSet<>();
        found.stream().filter(operation -> isInner(operation, found)).forEach(inner::add);
        found.sort(Comparator.comparing((Operation operation) -> !readsAll(operation, wrong, upstream))
                .thenComparing(operation -> Objects.requireNonNull(against.get(operation)))
                .thenComparing(inner::contains)
                .thenComparing(Suspects::kind)
                .thenComparing(operation -> -operation.output().id()));
        return suspects;
    }

    /** Whether all that is wrong are parameters that an operation itself computes with: no other is as near to them. */
    private static boolean readsAll(Operation operation, BitSet wrong, Upstream upstream) {
        BitSet own = new BitSet();
        operation.inputs().stream()
                .filter(input -> input.inputs().isEmpty())
                .forEach(input -> own.or(upstream.of(input)));
        own.and(wrong);
        return operation.kind() != Operation.Kind.MOVE && own.equals(wrong);
    }

    /** The inputs through which data comes: the one alone behind which all wrong tensors are, if there is one. */
    private static List<Node> faulty(Operation operation, BitSet wrong, Upstream upstream) {
        List<Node> data = operation.inputs().stream()
                .filter(input -> !input.inputs().isEmpty())
                .toList();
        return data.stream()
                .filter(input -> {
                    BitSet behind = (BitSet) wrong.clone();
                    behind.andNot(upstream.of(input));
                    return behind.isEmpty();
                })
                .min(Comparator.comparingInt(input -> upstream.of(input).cardinality()))
                .map(List::of)
                .orElse(data);
    }

    /** The mean inside of a normalisation, say: whoever looks for a fault there looks at the normalisation. */
    private static boolean isInner(Operation operation, List<Operation> among) {
        return among.stream()
                .anyMatch(other -> other.nodes().size() > operation.nodes().size()
                        && other.nodes().contains(operation.output()));
    }

    /** People get the multiplication by a gain wrong as often as one by a constant. */
    private static Operation.Kind kind(Operation operation) {
        boolean byGain = operation.output().op() instanceof Binary binary
                && binary.function() == BinaryFunction.MULTIPLY
                && operation.inputs().stream().anyMatch(input -> input.inputs().isEmpty());
        return byGain ? Operation.Kind.SCALING : operation.kind();
    }

    /** All operations, in the order of the program. */
    List<Operation> operations() {
        return operations;
    }

    /** The likeliest first. */
    List<Operation> ranked() {
        return ranked;
    }

    /** The first few, each name once; those that are cleared come last. */
    List<Suspect> shown(Map<Operation, Boolean> admitted) {
        Set<String> names = new HashSet<>();
        Set<Suspect> shown = new LinkedHashSet<>();
        List<Operation> sorted = new ArrayList<>(ranked);
        sorted.sort(Comparator.comparing(operation -> Boolean.FALSE.equals(admitted.get(operation))));
        for (Operation operation : sorted) {
            if (shown.size() < SHOWN && names.add(operation.name())) {
                shown.add(Objects.requireNonNull(described.get(operation)).admitting(admitted.get(operation)));
            }
        }
        return List.copyOf(shown);
    }

    /** Which parameters each node depends on. */
    private static final class Upstream {

        private final List<String> names;
        private final List<BitSet> reached = new ArrayList<>(); // (node)

        Upstream(Objective objective) {
            this.names = List.copyOf(objective.program().parameters().keySet());
            Map<Node, Integer> positions = new HashMap<>();
            for (int i = 0; i < names.size(); i++) {
                positions.put(objective.program().parameters().get(names.get(i)), i);
            }
            for (Node node : objective.program().nodes()) {
                BitSet own = new BitSet();
                Integer position = positions.get(node);
                if (position != null) {
                    own.set(position);
                }
                node.inputs().forEach(input -> own.or(reached.get(input.id())));
                reached.add(own);
            }
        }

        BitSet of(Node node) {
            return reached.get(node.id());
        }

        BitSet bits(Set<String> these) {
            BitSet bits = new BitSet();
            for (int i = 0; i < names.size(); i++) {
                bits.set(i, these.contains(names.get(i)));
            }
            return bits;
        }
    }
}
