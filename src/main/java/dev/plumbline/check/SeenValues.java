package dev.plumbline.check;

import dev.plumbline.compute.explanation.Seen;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.Prefixes;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * What the hooks of a request saw, held against the values of the model: by the file's names of values, by those of parameters
 * and data, by the names of operations that have one result, and by the paths of modules that have one; wrappers in front of a
 * path ({@code module.}, {@code _orig_mod.}) are looked over.
 */
final class SeenValues {

    private final Map<String, Node> known = new LinkedHashMap<>();
    private final Map<Node, String> names = new HashMap<>();
    private final Set<String> aliases = new TreeSet<>();

    private SeenValues(Program program) {
        Map<String, Set<Node>> results = results(program);
        program.named().forEach(this::know);
        program.parameters().forEach(this::know);
        program.data().forEach(this::know);
        knowIfOne(results);
        knowIfOne(ModuleResults.of(program));
    }

    private void knowIfOne(Map<String, Set<Node>> results) {
        results.forEach((name, nodes) -> {
            if (nodes.size() == 1) {
                known.putIfAbsent(name, nodes.iterator().next());
            }
        });
    }

    private void know(String name, Node node) {
        if (known.putIfAbsent(name, node) == null && names.putIfAbsent(node, name) != null) {
            aliases.add(name);
        }
    }

    /** What operations hand on, by their names. */
    private static Map<String, Set<Node>> results(Program program) {
        Map<String, Set<Node>> results = new LinkedHashMap<>();
        for (Node node : program.nodes()) {
            for (Node input : node.inputs()) {
                if (input.origin() != node.origin() && !input.inputs().isEmpty()) {
                    results.computeIfAbsent(input.origin().name(), name -> new LinkedHashSet<>())
                            .add(input);
                }
            }
        }
        return results;
    }

    /** Names and shapes are the model's. */
    static Seen of(GradientCheckRequest request, Objective objective) {
        Map<String, Tensor> activations = request.activationsOrNone();
        Map<String, Tensor> cotangents = request.cotangentsOrNone();
        if (activations.isEmpty() && cotangents.isEmpty()) {
            return new Seen(Map.of(), Map.of(), Map.of());
        }
        SeenValues values = new SeenValues(objective.program());
        Map<Node, Tensor> seen = new LinkedHashMap<>();
        Map<Node, Tensor> arrived = new LinkedHashMap<>();
        values.read(activations, "/activations", true, seen::putIfAbsent);
        values.read(cotangents, "/cotangents", false, (node, tensor) -> {
            if (objective.isMoved(node)) {
                arrived.putIfAbsent(node, tensor);
            }
        });
        if (!cotangents.isEmpty()) {
            Map<String, Node> parameters = objective.program().parameters();
            request.claimsOrNone().forEach((name, claim) -> {
                Node parameter = parameters.get(name);
                if (parameter != null) {
                    arrived.putIfAbsent(parameter, claim);
                }
            });
        }
        return new Seen(seen, arrived, values.names);
    }

    /**
     * @param anyName whether second names of a value count; one may have had a gradient of its own, which is not the value's
     */
    private void read(Map<String, Tensor> tensors, String place, boolean anyName, BiConsumer<Node, Tensor> taken) {
        tensors.forEach((name, tensor) -> {
            Node node = known.getOrDefault(name, known.get(Prefixes.bare(name)));
            String pointer = place + Problem.pointer(name);
            if (node == null) {
                throw Problem.invalid(
                        pointer,
                        "the model has no value of this name, and no operation or module with one result"
                                + Spelling.hint(name, known.keySet()),
                        name,
                        Spelling.oneOf(name, known.keySet()));
            }
            boolean isNumber = tensor.size() == 1 && node.shape().size() == 1;
            if (!tensor.shape().equals(node.shape()) && !isNumber) {
                throw Problem.invalid(pointer, "this value has another shape", tensor.shape(), node.shape());
            }
            if (anyName || !aliases.contains(name)) {
                taken.accept(node, Tensor.of(node.shape(), tensor.datatype(), tensor.values()));
            }
        });
    }
}
