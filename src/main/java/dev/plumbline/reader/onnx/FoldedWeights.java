package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Naming;
import dev.plumbline.reader.Naming.How;
import dev.plumbline.reader.onnx.Plan.Copy;
import dev.plumbline.reader.onnx.Plan.Placement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What constant folding computed from weights, and nobody claims: views follow their weight, anything else casts doubt. */
final class FoldedWeights {

    /** So many numbers of weights are looked at to recognise what the export computed: a second at most. */
    static final double MOST_LOOKS = 1e8;

    private final Slots slots;
    private final Roles roles;
    private final Draft draft;

    FoldedWeights(Slots slots, Roles roles, Draft draft) {
        this.slots = slots;
        this.roles = roles;
        this.draft = draft;
    }

    /** What the export computed, and nobody claims: the norm of a weight, say, which then no longer depends on it. */
    private List<Slot> computed() {
        List<Slot> computed = new ArrayList<>();
        for (Slot slot : slots.all()) {
            boolean isNamed = draft.copies.containsKey(slot.name())
                    || (draft.placements.containsKey(slot.name()) && !isGuess(slot));
            if (slot.isMadeUp() && slot.isOrigin() && !slot.uses().isEmpty() && !isNamed) {
                computed.add(slot);
            }
        }
        return computed;
    }

    /** Whether only the value of a name that nobody claims went there, by its shape: a weight that nothing reads has a value too. */
    private boolean isGuess(Slot slot) {
        return draft.doubtful.entrySet().stream()
                .anyMatch(doubt -> doubt.getValue().contains(slot.name())
                        && !draft.asked.claims().containsKey(doubt.getKey()));
    }

    /** What is a part or a multiple of one weight follows it. */
    void followViews() {
        List<Slot> weights = new ArrayList<>();
        for (Slot slot : slots.all()) {
            boolean isNamed = draft.placements.containsKey(slot.name()) || (!slot.isMadeUp() && slot.isOrigin());
            if (isNamed && !draft.copies.containsKey(slot.name()) && roles.isParameter(slot.origin())) {
                weights.add(slot);
            }
        }
        double looks = 0;
        for (Slot folded : computed()) {
            if (draft.placements.containsKey(folded.name())) {
                continue;
            }
            Map<Slot, View> views = new LinkedHashMap<>();
            for (Slot weight : weights) {
                looks += weight.value().size() + 4.0 * folded.value().size(); // which are hashed, twice
                View view = looks > MOST_LOOKS ? null : View.of(weight.value(), folded.value());
                if (view != null) {
                    views.put(weight, view);
                }
            }
            if (views.size() == 1) {
                views.forEach((weight, view) -> {
                    Placement there = draft.placements.computeIfAbsent(weight.name(), key -> Placement.own(weight));
                    draft.copies.put(folded.name(), new Copy(weight.name(), false, view));
                    draft.namings.add(new Naming(there.names()[0], folded.name(), How.COMPUTED));
                });
            }
        }
    }

    /** Weights from which the export may have computed what nobody claims: those read in the same module, or further in. */
    Map<String, List<String>> doubts(Map<String, Place> claimed) {
        Map<String, List<String>> doubtful = new LinkedHashMap<>();
        Set<String> places = new HashSet<>();
        claimed.values().forEach(place -> places.addAll(place.slots()));
        boolean isAllClaimed = slots.byName().values().stream()
                .filter(slot ->
                        slot.isOrigin() && !slot.isMadeUp() && !slot.uses().isEmpty())
                .allMatch(slot -> places.contains(slot.name()));
        List<Slot> computed = computed().stream()
                .filter(slot -> isAllClaimed || !slot.isReadBy("MatMul", "Gemm"))
                .toList();
        claimed.forEach((name, place) -> {
            List<String> doubts = computed.stream()
                    .filter(slot -> place.spots().stream().anyMatch(spot -> slot.isReadAround(spot.slot())))
                    .map(Slot::name)
                    .toList();
            if (place.isSure() && !doubts.isEmpty()) {
                doubtful.put(name, doubts);
            }
        });
        return doubtful;
    }
}
