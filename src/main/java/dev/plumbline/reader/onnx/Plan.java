package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Names;
import dev.plumbline.reader.Names.Shared;
import dev.plumbline.reader.Naming;
import dev.plumbline.reader.Naming.How;
import dev.plumbline.reader.onnx.NameSearch.Wanted;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tensors of a file are computed from which parameters of the program, for the names of one request. The program's
 * parameters have the request's names and shapes; what the file holds is a rearrangement of them, so that gradients come
 * out as the pipeline has them.
 */
final class Plan {

    private final Slots slots;
    private final Roles roles;
    private final Asked asked;
    private final Map<String, Placement> placements = new LinkedHashMap<>(); // by slot
    private final Map<String, Copy> copies = new LinkedHashMap<>(); // by slot
    private final Map<String, String> values = new HashMap<>(); // slot: the given parameter that replaces its value
    private final Map<String, String> renamed = new HashMap<>();
    private final Set<String> replaced = new HashSet<>();
    private final List<Naming> namings = new ArrayList<>();
    private final List<Shared> shared = new ArrayList<>();
    private final Map<String, List<String>> doubtful = new HashMap<>();

    /**
     * The parameters that a tensor of the file is made of.
     *
     * @param names by piece of the layout
     */
    record Placement(Layout layout, String[] names) {}

    /** A second stand of the same weight. */
    record Copy(String slot, boolean transposed) {}

    private Plan(Slots slots, Roles roles, Asked asked) {
        this.slots = slots;
        this.roles = roles;
        this.asked = asked;
    }

    static Plan of(OnnxGraph graph, Roles roles, Asked asked) {
        Plan plan = new Plan(Slots.of(graph, roles), roles, asked);
        plan.placeClaims(graph);
        plan.placeParameters(graph);
        plan.placeOwn();
        return plan;
    }

    Names names() {
        return new Names(namings, renamed, replaced, shared, doubtful);
    }

    @Nullable
    Placement placement(String slot) {
        return placements.get(slot);
    }

    @Nullable
    Copy copy(String slot) {
        return copies.get(slot);
    }

    /** The value that the file, or the request in its stead, gives a slot. */
    Tensor value(String slot, Tensor stored) {
        Tensor given = values.containsKey(slot) ? asked.values().get(values.get(slot)) : null;
        return given == null || !given.shape().equals(stored.shape()) ? stored : given;
    }

    /** The values that the file has for a parameter of which it holds parts: zeros where it has none. */
    Tensor joined(String parameter) {
        double[] sum = new double[0];
        Tensor last = Tensor.scalar(0);
        for (Map.Entry<String, Placement> each : placements.entrySet()) {
            Layout layout = each.getValue().layout();
            if (layout instanceof Layout.Part && each.getValue().names()[0].equals(parameter)) {
                Slot slot = Objects.requireNonNull(slots.find(each.getKey()));
                last = layout.taken(value(slot.name(), slot.value())).get(0);
                sum = sum.length == 0 ? new double[last.size()] : sum;
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += last.at(i);
                }
            }
        }
        return Tensor.of(last.shape(), last.datatype(), sum);
    }

    private void placeClaims(OnnxGraph graph) {
        Map<String, Shape> names = withoutInputs(graph, asked.claims());
        Map<String, Place> places =
                NameSearch.places(slots, new Wanted(names, asked.values(), asked.claimed(), "/gradients"));
        LostWeights.refuse(slots, names, places);
        places.forEach((name, place) -> {
            place.spots().forEach(spot -> place(name, spot));
            List<String> doubts = place.isSure() ? computedBeside(place, places.values()) : place.slots();
            if (!doubts.isEmpty()) {
                doubtful.put(name, doubts);
            }
        });
    }

    /**
     * What the export computed in the module of a weight that bears its own name, and nobody claims: the norm of a weight, say,
     * which then no longer depends on it.
     */
    private List<String> computedBeside(Place place, Collection<Place> places) {
        List<String> computed = new ArrayList<>();
        for (Slot slot : slots.all()) {
            boolean isBeside = place.spots().stream().anyMatch(spot -> slot.isReadBeside(spot.slot()));
            boolean isClaimed = places.stream().anyMatch(each -> each.slots().contains(slot.name()));
            if (slot.isMadeUp() && slot.isOrigin() && isBeside && !isClaimed && !slot.isReadBy("MatMul", "Gemm")) {
                computed.add(slot.name());
            }
        }
        return computed;
    }

    private void placeParameters(OnnxGraph graph) {
        Map<String, Shape> names = withoutInputs(graph, asked.parameters());
        names.keySet().removeAll(asked.claims().keySet());
        names.entrySet().removeIf(each -> isBuffer(graph, each.getKey(), each.getValue()));
        NameSearch.places(slots, new Wanted(names, asked.values(), Map.of(), "/parameters"))
                .forEach((name, place) -> place.spots().forEach(spot -> placeValue(name, spot)));
    }

    /**
     * A state_dict's buffers are given values too: the running statistics, masks and tables that the file holds as constants
     * take those, and the count of batches that PyTorch keeps beside them computes nothing.
     */
    private boolean isBuffer(OnnxGraph graph, String name, Shape shape) {
        Map<String, Tensor> constants = new HashMap<>(graph.initializers());
        roles.aliases()
                .forEach((alias, origin) -> constants.put(
                        alias, Objects.requireNonNull(graph.initializers().get(origin))));
        Optional<String> constant = constants.keySet().stream()
                .filter(each -> name.equals(each) || name.endsWith("." + each))
                .filter(each -> !roles.isParameter(each))
                .filter(each ->
                        Objects.requireNonNull(constants.get(each)).shape().equals(shape))
                .max(Comparator.comparingInt(String::length));
        constant.ifPresent(each -> values.put(each, name));
        boolean isBuffer = constant.isPresent() || name.endsWith("num_batches_tracked");
        if (isBuffer) {
            replaced.add(name);
        }
        return isBuffer;
    }

    private static Map<String, Shape> withoutInputs(OnnxGraph graph, Map<String, Shape> names) {
        Map<String, Shape> others = new LinkedHashMap<>(names);
        graph.inputs().stream()
                .filter(input -> !graph.initializers().containsKey(input.name()))
                .forEach(input -> others.remove(input.name()));
        return others;
    }

    private void place(String name, Spot spot) {
        String slot = spot.slot().name();
        Placement placement = placements.computeIfAbsent(
                slot,
                key -> new Placement(
                        spot.layout(), new String[spot.layout().pieces().size()]));
        placement.names()[spot.piece()] = name;
        namings.add(new Naming(name, slot, spot.how()));
    }

    /** A parameter whose weight is claimed under another name gives its value there. */
    private void placeValue(String name, Spot spot) {
        Slot slot = spot.slot();
        Placement placement = placements.get(slot.name());
        if (placement == null) {
            place(name, spot);
        } else if (placement.layout().equals(spot.layout()) && placement.names()[spot.piece()] != null) {
            renamed.put(name, placement.names()[spot.piece()]);
        } else if (placement.layout().equals(spot.layout())) {
            place(name, spot);
        } else if (spot.layout() instanceof Layout.Whole) {
            values.put(slot.name(), name);
            replaced.add(name);
        } else {
            throw Problem.invalid(
                    Problem.pointer("parameters", name),
                    "this weight is claimed under the file's name, which has another shape",
                    spot.shape(),
                    "the name " + slot.name() + " here too, or the pipeline's name in both");
        }
    }

    /** Everything that nobody named: copies of what is named, else parameters under the file's names. */
    private void placeOwn() {
        for (Slot slot : List.copyOf(slots.byName().values())) {
            Placement placement = placements.get(slot.name());
            if (placement != null) {
                nameTheRest(slot.name(), placement);
                shareOrSplit(slot, placement);
            }
        }
        for (Slot slot : slots.all()) {
            if (slot.isOrigin() && roles.isParameter(slot.name()) && !placements.containsKey(slot.name())) {
                Slot first = Copies.original(slots, slot);
                if (first == null || isAlone(first.name())) {
                    placements.put(slot.name(), own(slot));
                } else {
                    boolean transposed = !first.shape().equals(slot.shape()) || !Copies.areEqual(first, slot);
                    copies.put(slot.name(), new Copy(first.name(), transposed));
                    namings.add(new Naming(nameOf(first), slot.name(), How.COPY));
                    share(first, List.of(slot.name()));
                }
            }
        }
    }

    private static void nameTheRest(String slot, Placement placement) {
        for (int i = 0; i < placement.names().length; i++) {
            if (placement.names()[i] == null) {
                placement.names()[i] = slot + "[" + i + "]";
            }
        }
    }

    /** The other names of a claimed weight that nobody names follow it, unless it is claimed alone. */
    private void shareOrSplit(Slot slot, Placement placement) {
        if (!slot.isOrigin() || placement.names().length != 1) {
            return;
        }
        List<Slot> others = slots.sharing(slot).stream()
                .filter(other -> !placements.containsKey(other.name()))
                .toList();
        if (isAlone(slot.name())) {
            others.forEach(other -> placements.put(other.name(), own(other)));
        }
        share(slot, others.stream().map(Slot::name).toList());
    }

    private void share(Slot slot, List<String> others) {
        String name = nameOf(slot);
        if (!others.isEmpty() && asked.claims().containsKey(name)) {
            shared.add(new Shared(name, others, isAlone(slot.name())));
        }
    }

    private boolean isAlone(String slot) {
        Placement placement = placements.get(slot);
        return placement != null
                && placement.names().length == 1
                && asked.alone().contains(placement.names()[0]);
    }

    private String nameOf(Slot slot) {
        Placement placement = placements.get(slot.name());
        return placement == null ? slot.name() : placement.names()[0];
    }

    private static Placement own(Slot slot) {
        return new Placement(new Layout.Whole(slot.shape()), new String[] {slot.name()});
    }
}
