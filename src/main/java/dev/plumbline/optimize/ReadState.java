package dev.plumbline.optimize;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Checkpoint;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.SlotNames;
import dev.plumbline.compute.optimizer.check.Group;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.OptimizerDict;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link CheckStateSource} under the parameters' names.
 *
 * @param state null where there was none
 * @param counts of steps, of those that differ from the state's
 * @param hyperParameters of each of PyTorch's groups, under our names, and the parameters it has
 */
record ReadState(@Nullable Checkpoint state, Map<String, Long> counts, List<Group> hyperParameters) {

    private static final Map<String, String> OURS = Map.of(
            "lr", "learningRate",
            "eps", "epsilon",
            "weight_decay", "weightDecay",
            "momentum_decay", "momentumDecay",
            "lr_decay", "learningRateDecay",
            "initial_accumulator_value", "initialAccumulator");
    private static final Set<String> ALIKE =
            Set.of("momentum", "dampening", "nesterov", "alpha", "centered", "rho", "maximize");

    static final ReadState NOTHING = new ReadState(null, Map.of(), List.of());

    /** @param names of the parameters, in the order in which the optimizer has them */
    static ReadState of(@Nullable CheckStateSource source, List<String> names, String pointer) {
        if (source == null) {
            return NOTHING;
        }
        try {
            if (source.state() == null && source.paramGroups() == null) {
                return ours(source, names);
            }
            return of(
                    new OptimizerDict(
                            source.state() == null ? Map.of() : sources(source.state()),
                            source.paramGroups() == null ? List.of() : source.paramGroups()),
                    names);
        } catch (Problem problem) {
            throw problem.within(pointer);
        }
    }

    private static Map<String, Map<String, TensorSource>> sources(Map<String, Map<String, Tensor>> tensors) {
        Map<String, Map<String, TensorSource>> sources = new LinkedHashMap<>();
        tensors.forEach((key, kept) -> sources.put(key, new LinkedHashMap<>(kept)));
        return sources;
    }

    /** PyTorch's dictionary. */
    static ReadState of(OptimizerDict dictionary, List<String> names) {
        return new StateDictionary(dictionary, names).read();
    }

    /**
     * The parameters in the order of the optimizer's, where a safetensors file has sorted them by name: shapes tell it if no two
     * have the same.
     */
    static List<String> byShape(Map<String, Shape> parameters, OptimizerDict dictionary) {
        Map<Shape, String> names = new LinkedHashMap<>();
        parameters.forEach((name, shape) -> names.put(shape, name));
        List<String> order = new ArrayList<>();
        dictionary.state().values().forEach(kept -> kept.values().stream()
                .map(TensorSource::shape)
                .filter(names::containsKey)
                .findFirst()
                .ifPresent(shape -> order.add(requireNonNull(names.get(shape)))));
        boolean clear = names.size() == parameters.size()
                && order.size() == parameters.size()
                && order.containsAll(parameters.keySet());
        if (!clear && parameters.size() > 1 && !dictionary.state().isEmpty()) {
            throw Problem.invalid(
                    "request/parameterNames",
                    "the state knows parameters by their positions, and a safetensors file sorts them by name",
                    "nothing",
                    "of a check, [name for name, _ in model.named_parameters()]; else the parameters as torch.save or"
                            + " numpy.savez writes them");
        }
        return clear ? order : List.copyOf(parameters.keySet());
    }

    /** Our own slots in a file. */
    static ReadState ofFile(TensorPart part, long step) {
        return new ReadState(new Checkpoint(step, Map.of(), part.slots()), Map.of(), List.of());
    }

    private static ReadState ours(CheckStateSource source, List<String> names) {
        long step = source.step() == null ? 0 : source.step();
        Checkpoint.requireStep(step, "/step");
        Map<String, Long> counts = source.steps() == null ? Map.of() : source.steps();
        counts.forEach((name, count) -> {
            if (!names.contains(name)) {
                throw Problem.invalid(
                        Problem.pointer("steps", name), "there is no parameter of that name", name, names);
            }
            Checkpoint.requireStep(count, Problem.pointer("steps", name));
        });
        Map<String, Map<String, Tensor>> slots = source.slots() == null ? Map.of() : source.slots();
        return new ReadState(new Checkpoint(step, Map.of(), slots), counts, List.of());
    }

    private record StateDictionary(OptimizerDict source, List<String> names) {

        ReadState read() {
            List<String> keys = keys();
            Map<String, Map<String, TensorSource>> slots = new LinkedHashMap<>();
            Map<String, Long> counts = new LinkedHashMap<>();
            source.state().forEach((key, kept) -> {
                String name = name(key, keys);
                kept.forEach((slot, tensor) -> {
                    if (slot.equals("step")) {
                        counts.put(name, count(key, tensor));
                    } else if (!slot.equals("mu_product")) {
                        slots.computeIfAbsent(SlotNames.ours(slot), any -> new LinkedHashMap<>())
                                .put(name, tensor);
                    }
                });
            });
            long step = counts.values().stream().mapToLong(count -> count).max().orElse(slots.isEmpty() ? 0 : 1);
            return new ReadState(new Checkpoint(step, Map.of(), slots), counts, groups(keys));
        }

        private static long count(String key, TensorSource step) {
            String pointer = Problem.pointer("state", key, "step");
            double count = step.shape().size() == 1 ? step.doubles()[0] : Double.NaN;
            if (count != Math.rint(count)) {
                throw Problem.invalid(
                        pointer, "this is no step count", step.datatype() + " of shape " + step.shape(), "one number");
            }
            Checkpoint.requireStep((long) count, pointer);
            return (long) count;
        }

        /** The positions in the order of the parameters. */
        private List<String> keys() {
            List<String> keys = new ArrayList<>();
            for (Map<String, Object> group : source.groups()) {
                if (group.get("params") instanceof List<?> params) {
                    params.forEach(position -> keys.add(position.toString()));
                }
            }
            if (keys.size() > names.size() && source.state().size() == names.size()) {
                keys.retainAll(source.state().keySet()); // a frozen parameter has a position, and no state
            }
            if (!keys.isEmpty() && keys.size() != names.size()) {
                throw Problem.invalid(
                        "/param_groups",
                        "its groups do not have as many parameters as a step",
                        keys.size(),
                        names.size() + ", in the order of the optimizer's: " + names);
            }
            return keys;
        }

        private String name(String key, List<String> keys) {
            if (names.contains(key)) {
                return key;
            }
            int position = keys.indexOf(key);
            if (position < 0 && keys.isEmpty() && key.matches("\\d{1,9}")) {
                position = Integer.parseInt(key);
            }
            if (position < 0 || position >= names.size()) {
                throw Problem.invalid(
                        Problem.pointer("state", key),
                        "this is no parameter's position",
                        key,
                        keys.isEmpty() ? "0 to " + (names.size() - 1) + ", or a name" : keys);
            }
            return names.get(position);
        }

        private List<Group> groups(List<String> keys) {
            List<Group> groups = new ArrayList<>();
            for (Map<String, Object> group : source.groups()) {
                List<String> own = new ArrayList<>();
                if (group.get("params") instanceof List<?> params) {
                    params.stream()
                            .map(Object::toString)
                            .filter(position -> keys.contains(position) || names.contains(position))
                            .forEach(position -> own.add(name(position, keys)));
                }
                groups.add(new Group(own, translated(group)));
            }
            return groups;
        }
    }

    private static Map<String, Object> translated(Map<String, Object> group) {
        Map<String, Object> ours = new LinkedHashMap<>();
        group.forEach((name, value) -> {
            if (name.equals("betas") && value instanceof List<?> betas && betas.size() == 2) {
                ours.put("beta1", betas.get(0));
                ours.put("beta2", betas.get(1));
            } else if (value != null && (OURS.containsKey(name) || ALIKE.contains(name))) {
                ours.put(OURS.getOrDefault(name, name), value);
            }
        });
        return ours;
    }

    /** The names that PyTorch's groups give. */
    Set<String> said() {
        return hyperParameters.isEmpty()
                ? Set.of()
                : hyperParameters.get(0).hyperParameters().keySet();
    }

    /** The optimizer with what the first of PyTorch's groups says, where the request says nothing. */
    Optimizer completed(Optimizer optimizer, Set<String> given) {
        if (hyperParameters.isEmpty()) {
            return optimizer;
        }
        Map<String, Object> others = own(optimizer, hyperParameters.get(0).hyperParameters());
        others.keySet().removeAll(given);
        return HyperParameters.with(optimizer, others);
    }

    private static Map<String, Object> own(Optimizer optimizer, Map<String, ?> hyperParameters) {
        Map<String, Object> own = new LinkedHashMap<>(hyperParameters);
        Set<String> known = HyperParameters.of(optimizer).keySet();
        own.keySet().removeIf(name -> !known.contains(name) && !name.equals(HyperParameters.MAXIMIZE));
        return own;
    }

    /** The other groups, with what differs from the optimizer. */
    List<Group> groups(Optimizer optimizer) {
        Map<String, Object> base = HyperParameters.of(optimizer);
        return hyperParameters.stream()
                .skip(1)
                .map(group -> {
                    Map<String, Object> own = own(optimizer, group.hyperParameters());
                    own.remove(HyperParameters.MAXIMIZE);
                    own.entrySet().removeIf(entry -> entry.getValue().equals(base.get(entry.getKey())));
                    return new Group(group.names(), own);
                })
                .filter(group -> !group.hyperParameters().isEmpty())
                .toList();
    }
}
