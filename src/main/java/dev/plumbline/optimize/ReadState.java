package dev.plumbline.optimize;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.SlotNames;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.check.Group;
import dev.plumbline.compute.optimizer.schedule.Chained;
import dev.plumbline.compute.optimizer.schedule.Cyclic;
import dev.plumbline.compute.optimizer.schedule.LinearWarmup;
import dev.plumbline.compute.optimizer.schedule.MomentumCycle;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.OptimizerDict;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link CheckStateSource} under the parameters' names.
 *
 * @param state null where there was none
 * @param counts of steps, of those that differ from the state's
 * @param hyperParameters of each of PyTorch's groups, under our names, and the parameters it has
 * @param counted whether anything says how many steps were taken; PyTorch's SGD keeps no count
 */
public record ReadState(
        @Nullable Checkpoint state, Map<String, Long> counts, List<Group> hyperParameters, boolean counted) {

    private static final Map<String, String> OURS = Map.of(
            "lr", "learningRate",
            "eps", "epsilon",
            "weight_decay", "weightDecay",
            "momentum_decay", "momentumDecay",
            "lr_decay", "learningRateDecay",
            "initial_accumulator_value", "initialAccumulator",
            "lambd", "lambda",
            "t0", "averageFrom");
    private static final Map<String, List<String>> PAIRS = Map.of(
            "betas", List.of("beta1", "beta2"),
            "etas", List.of("shrink", "grow"),
            "step_sizes", List.of("smallestStep", "largestStep"));
    private static final Set<String> ALIKE =
            Set.of("momentum", "dampening", "nesterov", "alpha", "centered", "rho", "maximize");

    /** PyTorch's name of a group's rate before its schedule began, beside the one that it has now. */
    private static final String INITIAL_RATE = "initial_lr";

    /** The rate that OneCycleLR counts from, which it keeps beside. */
    private static final String PEAK_RATE = "max_lr";

    /** Between what OneCycleLR cycles the momentum; not there where it does not. */
    private static final String BASE_MOMENTUM = "base_momentum";

    private static final String MAX_MOMENTUM = "max_momentum";

    private static final Set<String> OF_SCHEDULES = Set.of(INITIAL_RATE, PEAK_RATE, BASE_MOMENTUM, MAX_MOMENTUM);

    private static final String AMSGRAD = "amsgrad";

    /** Which of two weight decays a kind of PyTorch 2 has that comes with either. */
    private static final String DECOUPLED = "decoupled_weight_decay";

    /** What PyTorch keeps of a parameter that is no moment of it, and follows from the step. */
    private static final Set<String> COUNTS = Set.of("step", "mu_product", "mu");

    static final ReadState NOTHING = new ReadState(null, Map.of(), List.of(), true);

    /** @param names of the parameters, in the order in which the optimizer has them */
    public static ReadState of(@Nullable CheckStateSource source, List<String> names, String pointer) {
        if (source == null) {
            return NOTHING;
        }
        try {
            if (source.state() == null && source.paramGroups() == null) {
                return ours(source, names);
            }
            requireOneForm(source);
            return of(
                            new OptimizerDict(
                                    source.state() == null ? Map.of() : sources(source.state()),
                                    source.paramGroups() == null ? List.of() : source.paramGroups()),
                            names)
                    .at(source.step(), "/step");
        } catch (Problem problem) {
            throw problem.within(pointer);
        }
    }

    private static void requireOneForm(CheckStateSource source) {
        boolean slots = source.slots() != null && !source.slots().isEmpty();
        if (slots || (source.steps() != null && !source.steps().isEmpty())) {
            throw Problem.invalid(
                    slots ? "/slots" : "/steps",
                    "the state came twice",
                    "beside state and param_groups",
                    "one form; beside PyTorch's only step");
        }
    }

    /** The same after so many steps; refused where the state counts otherwise. */
    public ReadState at(@Nullable Long step, String pointer) {
        if (step == null || state == null) {
            return this;
        }
        Checkpoint.requireStep(step, pointer);
        if (!counts.isEmpty() && step != state.step()) {
            throw Problem.invalid(pointer, "the state says another step count", step, state.step() + ", or nothing");
        }
        return new ReadState(new Checkpoint(step, Map.of(), state.slots()), counts, hyperParameters, true);
    }

    /**
     * Whether nobody says how many steps were taken. A state without moments is fresh, but for an optimizer that has none: such
     * a state says nothing.
     */
    public boolean stepUnknown(@Nullable Optimizer claimed) {
        boolean fresh = state != null
                && state.slots().isEmpty()
                && claimed != null
                && !claimed.slots().isEmpty();
        return !counted && !fresh;
    }

    /** What is null is not kept, as the buffer of PyTorch's SGD without momentum. */
    private static Map<String, Map<String, TensorSource>> sources(
            Map<String, @Nullable Map<String, @Nullable Tensor>> tensors) {
        Map<String, Map<String, TensorSource>> sources = new LinkedHashMap<>();
        tensors.forEach((key, kept) -> {
            Map<String, TensorSource> own = new LinkedHashMap<>();
            if (kept != null) {
                kept.forEach((name, tensor) -> {
                    if (tensor != null) {
                        own.put(name, tensor);
                    }
                });
            }
            sources.put(key, own);
        });
        return sources;
    }

    /** PyTorch's dictionary. */
    public static ReadState of(OptimizerDict dictionary, List<String> names) {
        return new StateDictionary(dictionary, names).read();
    }

    /**
     * The parameters in the order of the optimizer's, where a safetensors file has sorted them by name: shapes tell it if no two
     * have the same. Of what is kept of a parameter the tensor of most axes has its shape: PyTorch keeps counts and rates as
     * tensors without axes.
     */
    public static List<String> byShape(Map<String, Shape> parameters, OptimizerDict dictionary) {
        Map<Shape, String> names = new LinkedHashMap<>();
        parameters.forEach((name, shape) -> names.put(shape, name));
        List<String> order = new ArrayList<>();
        for (String position : inOrder(dictionary)) {
            dictionary.state().getOrDefault(position, Map.of()).entrySet().stream()
                    .filter(kept -> !COUNTS.contains(kept.getKey()))
                    .map(kept -> kept.getValue().shape())
                    .filter(names::containsKey)
                    .max(Comparator.comparingInt(Shape::rank).thenComparingInt(Shape::size))
                    .ifPresent(shape -> order.add(requireNonNull(names.get(shape))));
        }
        boolean clear = names.size() == parameters.size()
                && order.size() == parameters.size()
                && new HashSet<>(order).equals(parameters.keySet());
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

    /** As the groups have them; the state has those first that moved first. */
    private static Collection<String> inOrder(OptimizerDict dictionary) {
        List<String> positions = dictionary.groups().stream()
                .flatMap(group -> positions(group).stream())
                .toList();
        return positions.isEmpty()
                ? dictionary.state().keySet()
                : places(positions).keySet();
    }

    /** Our own slots in a file. */
    public static ReadState ofFile(TensorPart part, long step) {
        Map<String, Map<String, TensorSource>> slots = new LinkedHashMap<>();
        part.slots().forEach((slot, moments) -> {
            Map<String, TensorSource> own = new LinkedHashMap<>();
            moments.forEach((name, moment) -> own.put(name, TensorPart.piecewise(moment)));
            slots.put(slot, own);
        });
        return new ReadState(new Checkpoint(step, Map.of(), slots), Map.of(), List.of(), true);
    }

    private static ReadState ours(CheckStateSource source, List<String> names) {
        long step = source.step() == null ? 0 : source.step();
        Checkpoint.requireStep(step, "/step");
        Map<String, Long> counts = source.steps() == null ? Map.of() : source.steps();
        Map<String, Integer> known = places(names);
        counts.forEach((name, count) -> {
            if (!known.containsKey(name)) {
                throw Problem.invalid(
                        Problem.pointer("steps", name), "there is no parameter of that name", name, names);
            }
            Checkpoint.requireStep(count, Problem.pointer("steps", name));
        });
        Map<String, Map<String, Tensor>> slots = source.slots() == null ? Map.of() : source.slots();
        boolean counted = source.step() != null || !counts.isEmpty() || slots.isEmpty();
        return new ReadState(new Checkpoint(step, Map.of(), slots), counts, List.of(), counted);
    }

    /** Of a group's parameters, as the keys of the state have them. */
    private static List<String> positions(Map<String, Object> group) {
        return group.get("params") instanceof List<?> params
                ? params.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** The first place of each. */
    private static Map<String, Integer> places(List<String> all) {
        Map<String, Integer> places = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            places.putIfAbsent(all.get(i), i);
        }
        return places;
    }

    private record StateDictionary(OptimizerDict source, List<String> names, Map<String, Integer> known) {

        StateDictionary(OptimizerDict source, List<String> names) {
            this(source, names, places(names));
        }

        ReadState read() {
            Map<String, Integer> keys = places(keys());
            Map<String, Map<String, TensorSource>> slots = new LinkedHashMap<>();
            Map<String, Long> counts = new LinkedHashMap<>();
            source.state().forEach((key, kept) -> {
                String name = name(key, keys);
                kept.forEach((slot, tensor) -> {
                    if (slot.equals("step")) {
                        counts.put(name, count(key, tensor));
                    } else if (!COUNTS.contains(slot)) {
                        slots.computeIfAbsent(SlotNames.ours(slot), any -> new LinkedHashMap<>())
                                .put(name, tensor);
                    }
                });
            });
            long step = counts.values().stream().mapToLong(count -> count).max().orElse(slots.isEmpty() ? 0 : 1);
            return new ReadState(new Checkpoint(step, Map.of(), slots), counts, groups(keys), !counts.isEmpty());
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
            source.groups().forEach(group -> keys.addAll(positions(group)));
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

        private String name(String key, Map<String, Integer> keys) {
            if (known.containsKey(key)) {
                return key;
            }
            int position = keys.getOrDefault(key, -1);
            if (position < 0 && keys.isEmpty() && key.matches("\\d{1,9}")) {
                position = Integer.parseInt(key);
            }
            if (position < 0 || position >= names.size()) {
                throw Problem.invalid(
                        Problem.pointer("state", key),
                        "this is no parameter's position",
                        key,
                        keys.isEmpty() ? "0 to " + (names.size() - 1) + ", or a name" : keys.keySet());
            }
            return names.get(position);
        }

        private List<Group> groups(Map<String, Integer> keys) {
            List<Group> groups = new ArrayList<>();
            for (Map<String, Object> group : source.groups()) {
                List<String> own = positions(group).stream()
                        .filter(position -> keys.containsKey(position) || known.containsKey(position))
                        .map(position -> name(position, keys))
                        .toList();
                groups.add(new Group(own, translated(group)));
            }
            return groups;
        }
    }

    private static Map<String, Object> translated(Map<String, Object> group) {
        Map<String, Object> ours = new LinkedHashMap<>();
        group.forEach((name, value) -> {
            List<String> pair = PAIRS.get(name);
            if (pair != null && value instanceof List<?> both && both.size() == 2) {
                ours.put(pair.get(0), both.get(0));
                ours.put(pair.get(1), both.get(1));
            } else if (OF_SCHEDULES.contains(name) || name.equals(AMSGRAD) || name.equals(DECOUPLED)) {
                ours.put(name, value);
            } else if (value != null && (OURS.containsKey(name) || ALIKE.contains(name))) {
                ours.put(OURS.getOrDefault(name, name), value);
            }
        });
        if (Boolean.TRUE.equals(group.get(DECOUPLED)) && ours.get("weightDecay") instanceof Number rate) {
            ours.put("weightDecay", WeightDecay.decoupled(rate.doubleValue()));
        }
        return ours;
    }

    /** Whether a schedule of PyTorch's has left its mark: the rate that it found. */
    public boolean isScheduled() {
        return said().contains(INITIAL_RATE);
    }

    /** Whether it says that the momentum is not cycled: OneCycleLR keeps its bounds beside the peak where it is. */
    public boolean cyclesNoMomentum() {
        return said().contains(PEAK_RATE) && !said().contains(BASE_MOMENTUM);
    }

    /** Whether it says a weight decay, and not whether that is decoupled. */
    public boolean leavesDecayOpen() {
        return said().contains("weightDecay") && !said().contains(DECOUPLED);
    }

    /**
     * The same with the rates that this schedule counts from, where the groups have them: theirs are scheduled already. CyclicLR
     * puts its lowest rate where others keep theirs, and PyTorch 1 does not keep its peak: then nothing says the rate.
     */
    public ReadState beforeSchedule(Schedule schedule) {
        boolean cyclic = holdsCyclic(schedule);
        List<Group> groups = hyperParameters.stream()
                .map(group -> {
                    Map<String, Object> own = new LinkedHashMap<>(group.hyperParameters());
                    Object peak = own.get(PEAK_RATE);
                    if (peak == null && cyclic) {
                        own.remove("learningRate");
                    } else if ((peak == null ? own.get(INITIAL_RATE) : peak) instanceof Number rate) {
                        own.put("learningRate", rate);
                    }
                    return new Group(group.names(), own);
                })
                .toList();
        return new ReadState(state, counts, groups, counted);
    }

    private static boolean holdsCyclic(Schedule schedule) {
        if (schedule instanceof LinearWarmup warmup) {
            return holdsCyclic(warmup.next());
        }
        return schedule instanceof Cyclic
                || (schedule instanceof Chained chained
                        && chained.schedules().stream().anyMatch(ReadState::holdsCyclic));
    }

    /** Between what the momentum is cycled, as the first of PyTorch's groups says; not where its base is above its maximum. */
    public Optional<MomentumCycle> momenta() {
        return hyperParameters.stream()
                .limit(1)
                .map(Group::hyperParameters)
                .filter(own -> own.get(BASE_MOMENTUM) instanceof Number && own.get(MAX_MOMENTUM) instanceof Number)
                .map(own -> momenta(number(own, BASE_MOMENTUM), number(own, MAX_MOMENTUM)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static double number(Map<String, ?> own, String name) {
        return ((Number) requireNonNull(own.get(name))).doubleValue();
    }

    private static Optional<MomentumCycle> momenta(double base, double max) {
        return 0 <= base && base <= max && max < 1 ? Optional.of(new MomentumCycle(base, max)) : Optional.empty();
    }

    /** The names that PyTorch's groups give. */
    public Set<String> said() {
        return hyperParameters.isEmpty()
                ? Set.of()
                : hyperParameters.get(0).hyperParameters().keySet();
    }

    /** The optimizer with what the first of PyTorch's groups says, where the request says nothing. */
    public Optimizer completed(Optimizer optimizer, Set<String> given) {
        if (hyperParameters.isEmpty()) {
            return optimizer;
        }
        Map<String, ?> first = hyperParameters.get(0).hyperParameters();
        Optimizer kind = Boolean.TRUE.equals(first.get(AMSGRAD)) ? withAmsGrad(optimizer) : optimizer;
        Map<String, Object> others = own(kind, first);
        others.keySet().removeAll(given);
        return HyperParameters.with(kind, others);
    }

    /** In PyTorch AMSGrad is a switch of Adam and AdamW. */
    private static Optimizer withAmsGrad(Optimizer optimizer) {
        if (optimizer.kind() != Kind.ADAM && optimizer.kind() != Kind.ADAMW) {
            return optimizer;
        }
        Optimizer amsGrad = Kind.AMSGRAD.preset(Preset.PYTORCH);
        Map<String, Object> shared = HyperParameters.of(optimizer);
        shared.remove("kind");
        return HyperParameters.with(amsGrad, shared);
    }

    private static Map<String, Object> own(Optimizer optimizer, Map<String, ?> hyperParameters) {
        Map<String, Object> own = new LinkedHashMap<>(hyperParameters);
        Set<String> known = HyperParameters.of(optimizer).keySet();
        own.keySet().removeIf(name -> !known.contains(name) && !name.equals(HyperParameters.MAXIMIZE));
        return own;
    }

    /** The other groups, with what differs from the optimizer. */
    public List<Group> groups(Optimizer optimizer) {
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
