package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Exporting;
import dev.plumbline.reader.Naming.How;
import dev.plumbline.reader.OnePrefix;
import dev.plumbline.reader.Prefixes;
import dev.plumbline.reader.onnx.Hints.Evidence;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Finds the places in a file that the names of a pipeline mean: equal names first, then names that differ by one prefix,
 * then weights to which the exporter gave names of its own: by their values where those are given, by the module of the node
 * that reads them, by their shapes where only one fits. Where two fit equally well, it refuses and names both.
 *
 * <p>It is bad at functions: the nodes of {@code x @ self.a.T} bear the name of no parameter, so that two weights of one shape
 * are told apart by their values only. And it cannot see what the exporter computed from a weight besides moving it: such a
 * place is a guess until a gradient fits it.
 */
final class NameSearch {

    /**
     * What is looked for.
     *
     * @param shapes by name
     * @param values of those that are given
     * @param claims the gradients, where the names are claims
     * @param pointer to where the request has them, for what is refused
     */
    record Wanted(Map<String, Shape> shapes, Map<String, Tensor> values, Map<String, Tensor> claims, String pointer) {

        Shape shape(String name) {
            return Objects.requireNonNull(shapes.get(name));
        }

        Problem problem(String name, String explanation, String got, String expected) {
            return Problem.invalid(pointer + Problem.pointer(name), explanation, got, expected);
        }
    }

    private final Slots slots;
    private final Families families;
    private final Wanted wanted;
    private final Map<String, Place> found = new LinkedHashMap<>();
    private final Hints hints;
    private double looks; // at numbers, to recognise what the export computed

    private NameSearch(Slots slots, Families families, Wanted wanted) {
        this.slots = slots;
        this.families = families;
        this.wanted = wanted;
        this.hints = new Hints(slots, wanted);
    }

    /** The places found; names for which there is none are missing. */
    static Map<String, Place> places(Slots slots, Families families, Wanted wanted) {
        NameSearch search = new NameSearch(slots, families, wanted);
        search.byName();
        search.byPrefix();
        for (Evidence evidence : Evidence.values()) {
            search.byPlace(evidence);
        }
        search.furtherNames();
        return search.found;
    }

    private List<String> missing() {
        return wanted.shapes().keySet().stream()
                .filter(name -> !found.containsKey(name))
                .toList();
    }

    private boolean isFree(Place place) {
        return place.isFree(found.values());
    }

    private void byName() {
        for (String name : wanted.shapes().keySet()) {
            Slot slot = slots.find(name);
            if (slot != null) {
                found.put(name, Place.sure(Spot.whole(slot, slot.isOrigin() ? How.SAME : How.SPLIT)));
            }
        }
    }

    // ── one prefix ──

    private void byPrefix() {
        List<String> named = slots.byName().values().stream()
                .filter(slot -> !slot.isMadeUp())
                .map(Slot::name)
                .toList();
        OnePrefix common = OnePrefix.between(missing(), named, (name, slot) -> {
            Place place = ofPrefix(slot);
            return place.spots().get(0).fits(name, wanted.shape(name)) && isFree(place);
        });
        hints.prefixed(common.change());
        common.meanings()
                .forEach((name, these) ->
                        settle(name, these.stream().map(this::ofPrefix).toList()));
    }

    private Place ofPrefix(String name) {
        Slot slot = Objects.requireNonNull(slots.find(name));
        return Place.sure(Spot.whole(slot, slot.isOrigin() ? How.PREFIX : How.SPLIT));
    }

    private void settle(String name, List<Place> places) {
        if (places.size() > 1) {
            throw ambiguous(name, places);
        }
        if (isFree(places.get(0))) {
            found.put(name, places.get(0));
        }
    }

    // ── names of the exporter's own ──

    private void byPlace(Evidence evidence) {
        boolean changed = true;
        while (changed) {
            changed = false;
            Map<String, List<Place>> candidates = new LinkedHashMap<>();
            Map<String, Set<String>> wanting = new HashMap<>(); // spot: names
            for (String name : missing()) {
                List<Place> places = candidates(name, evidence);
                candidates.put(name, places);
                places.forEach(
                        place -> place.ids().forEach(spot -> wanting.computeIfAbsent(spot, key -> new LinkedHashSet<>())
                                .add(name)));
            }
            for (Map.Entry<String, List<Place>> candidate : candidates.entrySet()) {
                List<Place> places = candidate.getValue();
                if (places.size() == 1
                        && isFree(places.get(0))
                        && areOneWeight(wanting(places.get(0), wanting), candidate.getKey())) {
                    found.put(candidate.getKey(), places.get(0));
                    changed = true;
                }
            }
            if (!changed) {
                refuseAmbiguous(candidates, wanting);
            }
        }
    }

    /** Whether all these are names of one weight: by their values, else by claims that mostly are equal bit for bit. */
    private boolean areOneWeight(Set<String> names, String name) {
        return names.stream().allMatch(other -> other.equals(name) || areOneWeight(other, name));
    }

    private boolean areOneWeight(String one, String other) {
        Tensor value = wanted.values().get(one);
        Tensor its = wanted.values().get(other);
        if (value != null && its != null) {
            return Families.tells(value) && Families.isEqual(value, its);
        }
        Tensor claim = wanted.claims().get(one);
        Tensor second = wanted.claims().get(other);
        return claim != null && second != null && Families.tells(claim) && FurtherNames.isMostlyEqual(claim, second);
    }

    private static Set<String> wanting(Place place, Map<String, Set<String>> wanting) {
        Set<String> all = new LinkedHashSet<>();
        place.ids().forEach(spot -> all.addAll(Objects.requireNonNull(wanting.get(spot))));
        return all;
    }

    private void refuseAmbiguous(Map<String, List<Place>> candidates, Map<String, Set<String>> wanting) {
        candidates.forEach((name, places) -> {
            if (places.size() > 1) {
                throw ambiguous(name, places);
            }
            if (places.size() == 1) {
                throw contested(places.get(0).slots().get(0), List.copyOf(wanting(places.get(0), wanting)));
            }
        });
    }

    /** Values would tell which one it is, and leave the others without a place. */
    private Problem contested(String slot, List<String> names) {
        boolean areGiven = wanted.values().keySet().containsAll(names);
        return wanted.problem(
                names.get(0),
                "several names could be those of one weight of the file"
                        + (areGiven ? ", which has the values of none: the export computed it, perhaps from all" : ""),
                Prefixes.words(names),
                Exporting.KEEPING_NAMES + "; or, where they are names of one weight, one of them for " + slot);
    }

    private List<Place> candidates(String name, Evidence evidence) {
        Shape shape = wanted.shape(name);
        List<Place> candidates = new ArrayList<>();
        for (Slot slot : slots.all()) {
            for (Spot spot : evidence == Evidence.VALUES
                    ? Hints.everywhere(slot, shape)
                    : slot.isMadeUp() ? Spot.in(slot, shape) : List.<Spot>of()) {
                Place place = Place.guessed(spot);
                if (spot.fits(name, shape) && isFree(place) && hints.speaks(evidence, name, place)) {
                    boolean sure = spot.how() == How.GATES
                            || hints.isConfirmed(name, spot)
                            || hints.speaks(Evidence.VALUES, name, place);
                    candidates.add(sure ? place.confirmed() : place);
                    break;
                }
            }
        }
        if (!candidates.isEmpty()) {
            return ofOneWeight(name, evidence, inRole(name, candidates));
        }
        List<Place> parts = cutUp(name, evidence);
        return parts.isEmpty() && evidence == Evidence.VALUES ? computed(name) : parts;
    }

    /** What the export computed from the values that are given for a weight of which nothing else is in the file. */
    private List<Place> computed(String name) {
        Tensor value = wanted.values().get(name);
        List<Place> places = new ArrayList<>();
        for (Slot slot : slots.all()) {
            boolean mayBe = value != null && slot.isMadeUp() && slot.isOrigin() && looks < FoldedWeights.MOST_LOOKS;
            looks += mayBe ? wanted.shape(name).size() + 4.0 * slot.shape().size() : 0;
            View view = mayBe ? View.of(Objects.requireNonNull(value), slot.value()) : null;
            if (view != null) {
                Place place = Place.sure(
                        new Spot(slot, new Layout.Viewed(view, Objects.requireNonNull(value)), 0, How.COMPUTED, ""));
                if (isFree(place)) {
                    places.add(place);
                }
            }
        }
        return places;
    }

    /** Where all places are stands of one weight, its values tell nothing, and any will do that no other name wants. */
    private List<Place> ofOneWeight(String name, Evidence evidence, List<Place> places) {
        long weights = places.stream()
                .map(place -> families.of(place.slot()))
                .distinct()
                .count();
        if (weights != 1 || places.size() < 2) {
            return places;
        }
        boolean isWanted = missing().stream()
                .anyMatch(other -> !other.equals(name)
                        && wanted.shape(other).equals(wanted.shape(name))
                        && !areOneWeight(other, name));
        return switch (evidence) {
            case VALUES -> List.of();
            case MODULE, PART_OF_MODULE -> places.subList(0, 1);
            case SHAPE -> isWanted ? places : places.subList(0, 1);
        };
    }

    // ── further names of weights that have one ──

    /**
     * A tied weight has several names, of which a file keeps one: it is known by its values, by a claim whose numbers
     * mostly are the first name's bit for bit, or by the module that reads it.
     */
    private void furtherNames() {
        FurtherNames further = new FurtherNames(slots, wanted, hints, found);
        for (String name : missing()) {
            List<Place> places = further.of(name);
            if (places.stream()
                            .map(place -> families.of(place.slot()))
                            .distinct()
                            .count()
                    > 1) {
                throw ambiguous(name, places);
            }
            if (!places.isEmpty()) {
                found.put(name, places.get(0));
            }
        }
    }

    /** Of several places, those that are read as such a name is: a bias is added, a weight multiplied. */
    private static List<Place> inRole(String name, List<Place> places) {
        String operator = name.endsWith("bias") ? "Add" : "Mul";
        List<Place> inRole = places.stream()
                .filter(place -> place.spots().get(0).slot().isReadBy(operator))
                .toList();
        return places.size() < 2 || inRole.isEmpty() ? places : inRole;
    }

    private List<Place> cutUp(String name, Evidence evidence) {
        List<Place> candidates = new ArrayList<>();
        Place joined = Joined.of(
                slots,
                wanted.shape(name),
                slot -> evidence != Evidence.SHAPE
                        && isFree(Place.guessed(Spot.whole(slot, How.ALIAS)))
                        && hints.isIn(evidence == Evidence.VALUES ? Evidence.PART_OF_MODULE : evidence, name, slot));
        if (joined != null && hints.speaks(evidence, name, joined)) {
            candidates.add(evidence == Evidence.VALUES ? joined.confirmed() : joined);
        }
        Tensor claim = wanted.claims().get(name);
        for (Slot slot : slots.all()) {
            boolean mayBe = claim != null
                    && joined == null
                    && slot.isMadeUp()
                    && evidence == Evidence.SHAPE
                    && slot.isReadBy("Add", "Concat", "Mul", "MatMul");
            Place rows = mayBe ? Joined.rows(Spot.whole(slot, How.ALIAS), Objects.requireNonNull(claim)) : null;
            if (rows != null && isFree(rows)) {
                candidates.add(rows);
            }
        }
        return candidates;
    }

    private Problem ambiguous(String name, List<Place> places) {
        List<String> both =
                places.stream().flatMap(place -> place.slots().stream()).toList();
        return wanted.problem(
                name,
                "several weights of the file could be this one: " + Prefixes.words(both),
                name,
                "the file's name, or values under parameters, by which weights are told apart; or "
                        + Exporting.KEEPING_NAMES);
    }
}
