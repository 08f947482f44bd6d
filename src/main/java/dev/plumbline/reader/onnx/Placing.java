package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Names;
import dev.plumbline.reader.Naming;
import dev.plumbline.reader.onnx.NameSearch.Wanted;
import dev.plumbline.reader.onnx.Plan.OtherName;
import dev.plumbline.reader.onnx.Plan.Placement;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the names of a request on the weights of a file: the claims first, then the values that are given, then the rest. */
final class Placing {

    private final OnnxGraph graph;
    private final Slots slots;
    private final Families families;
    private final Roles roles;
    private final Asked asked;
    private final Draft draft;
    private final Map<String, Place> claimed = new LinkedHashMap<>();

    Placing(OnnxGraph graph, Families families, Roles roles, Asked asked) {
        this.graph = graph;
        this.slots = families.slots();
        this.families = families;
        this.roles = roles;
        this.asked = asked;
        this.draft = new Draft(asked);
    }

    Plan plan() {
        placeClaims();
        placeParameters();
        slots.all().forEach(slot -> nameTheRest(slot.name()));
        new Ties(slots, families, roles, draft).settle();
        FoldedWeights folded = new FoldedWeights(slots, roles, draft);
        folded.followViews();
        draft.doubtful.putAll(folded.doubts(claimed));
        placeOwn();
        Names names = new Names(draft.namings, draft.renamed, draft.replaced, draft.shared, draft.doubtful, left());
        return new Plan(slots.byName(), draft.placements, draft.copies, draft.values, draft.called, names, asked);
    }

    // ── claims ──

    private void placeClaims() {
        Map<String, Shape> names = withoutInputs(asked.claims());
        Map<String, Place> places =
                NameSearch.places(slots, families, new Wanted(names, asked.values(), asked.claimed(), "/gradients"));
        LostWeights.refuse(slots, names, places, asked.values().keySet());
        places.forEach((name, place) -> {
            place.spots().forEach(spot -> placeClaim(name, spot));
            if (!place.isSure()) {
                draft.doubtful.put(name, place.slots());
            }
        });
        claimed.putAll(places);
    }

    private void placeClaim(String name, Spot spot) {
        Placement placement = draft.placements.get(spot.slot().name());
        String first = placement == null ? null : placement.names()[spot.piece()];
        if (first == null) {
            draft.place(name, spot);
        } else {
            draft.requireOneValue(first, name);
            draft.addName(first, new OtherName(name, false));
            draft.namings.add(new Naming(name, spot.slot().name(), spot.how()));
        }
    }

    // ── given values ──

    private void placeParameters() {
        Map<String, Shape> names = withoutInputs(asked.parameters());
        names.keySet().removeAll(asked.claims().keySet());
        names.entrySet().removeIf(each -> isBuffer(each.getKey(), each.getValue()));
        NameSearch.places(slots, families, new Wanted(names, asked.values(), Map.of(), "/parameters"))
                .forEach((name, place) -> {
                    place.spots().forEach(spot -> placeValue(name, spot));
                    if (!place.isSure()) {
                        draft.doubtful.put(name, place.slots());
                    }
                });
    }

    /**
     * A state_dict's buffers are given values too: the running statistics, masks and tables that the file holds as constants
     * take those, and the count of batches that PyTorch keeps beside them computes nothing.
     */
    private boolean isBuffer(String name, Shape shape) {
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
        constant.ifPresent(each -> draft.values.put(each, name));
        boolean isBuffer = constant.isPresent() || name.endsWith("num_batches_tracked");
        if (isBuffer) {
            draft.replaced.add(name);
        }
        return isBuffer;
    }

    private Map<String, Shape> withoutInputs(Map<String, Shape> names) {
        Map<String, Shape> others = new LinkedHashMap<>(names);
        graph.inputs().stream()
                .filter(input -> !graph.initializers().containsKey(input.name()))
                .forEach(input -> others.remove(input.name()));
        return others;
    }

    /** A parameter whose weight is claimed under another name gives its value there. */
    private void placeValue(String name, Spot spot) {
        Slot slot = spot.slot();
        Placement placement = draft.placements.get(slot.name());
        if (placement == null) {
            draft.place(name, spot);
            return;
        }
        boolean isLaidOutSo = placement.layout().equals(spot.layout());
        String first = isLaidOutSo ? placement.names()[spot.piece()] : null;
        if (first != null) {
            draft.giveValue(name, first);
        } else if (isLaidOutSo) {
            draft.place(name, spot);
        } else if (spot.layout() instanceof Layout.Whole) {
            draft.values.put(slot.name(), name);
            draft.replaced.add(name);
        } else {
            throw Problem.invalid(
                    Problem.pointer("parameters", name),
                    "this weight is claimed under the file's name, which has another shape",
                    spot.shape(),
                    "the name " + slot.name() + " here too, or the pipeline's name in both");
        }
    }

    // ── the rest ──

    /** Everything that nobody named: parameters under the file's names. */
    private void placeOwn() {
        for (Slot slot : slots.all()) {
            boolean isFree = !draft.placements.containsKey(slot.name()) && !draft.copies.containsKey(slot.name());
            if (slot.isOrigin() && roles.isParameter(slot.name()) && isFree) {
                draft.placements.put(slot.name(), Placement.own(slot));
            }
        }
    }

    private void nameTheRest(String slot) {
        @Nullable Placement placement = draft.placements.get(slot);
        for (int i = 0; placement != null && i < placement.names().length; i++) {
            if (placement.names()[i] == null) {
                placement.names()[i] = slot + "[" + i + "]";
            }
        }
    }

    /** Given values that are no weight's, where all weights are given theirs. */
    private Set<String> left() {
        Set<String> known = new HashSet<>(draft.replaced);
        known.addAll(draft.renamed.keySet());
        draft.namings.forEach(naming -> known.add(naming.given()));
        Set<String> left = new LinkedHashSet<>(withoutInputs(asked.parameters()).keySet());
        left.removeAll(known);
        left.removeAll(asked.claims().keySet());
        boolean isWhole =
                !slots.byName().isEmpty() && slots.byName().values().stream().allMatch(this::isGiven);
        return isWhole ? left : Set.of();
    }

    private boolean isGiven(Slot slot) {
        Placement placement = draft.placements.get(slot.name());
        return placement == null
                || slot.uses().isEmpty()
                || draft.values.containsKey(slot.name())
                || Arrays.stream(placement.names())
                        .allMatch(name -> asked.values().containsKey(name) || draft.renamed.containsValue(name));
    }
}
