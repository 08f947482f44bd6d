package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Naming.How;
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
 * are told apart by their values only.
 */
final class NameSearch {

    /** How sure a place is, the surest first. */
    private enum Evidence {
        VALUES,
        MODULE,
        PART_OF_MODULE,
        SHAPE
    }

    private final Slots slots;
    private final Map<String, Shape> names;
    private final Map<String, Tensor> values;
    private final String place;
    private final Map<String, Spot> found = new LinkedHashMap<>();
    private String prefix = "+";

    private NameSearch(Slots slots, Map<String, Shape> names, Map<String, Tensor> values, String place) {
        this.slots = slots;
        this.names = names;
        this.values = values;
        this.place = place;
    }

    /**
     * The places found; names for which there is none are missing.
     *
     * @param names with the shapes of what they name
     * @param place where the request has them, for what is refused
     */
    static Map<String, Spot> spots(Slots slots, Map<String, Shape> names, Map<String, Tensor> values, String place) {
        NameSearch search = new NameSearch(slots, names, values, place);
        search.byName();
        search.byPrefix();
        for (Evidence evidence : Evidence.values()) {
            search.byPlace(evidence);
        }
        return search.found;
    }

    private List<String> missing() {
        return names.keySet().stream().filter(name -> !found.containsKey(name)).toList();
    }

    private boolean isFree(Spot spot) {
        return found.values().stream().noneMatch(spot::overlaps);
    }

    private Shape shape(String name) {
        return Objects.requireNonNull(names.get(name));
    }

    private void byName() {
        for (String name : names.keySet()) {
            Slot slot = slots.find(name);
            if (slot != null) {
                found.put(name, Spot.whole(slot, slot.isOrigin() ? How.SAME : How.SPLIT));
            }
        }
    }

    // ── one prefix ──

    private void byPrefix() {
        Map<String, Map<String, List<Spot>>> byPrefix = new LinkedHashMap<>(); // prefix: (name: places)
        for (String name : missing()) {
            for (Slot slot : slots.all()) {
                Spot spot = Spot.whole(slot, slot.isOrigin() ? How.PREFIX : How.SPLIT);
                String between = slot.isMadeUp() || !spot.fits(name, shape(name)) || !isFree(spot)
                        ? null
                        : Prefixes.between(Prefixes.bare(name), Prefixes.bare(slot.name()));
                if (between != null) {
                    byPrefix.computeIfAbsent(between, key -> new LinkedHashMap<>())
                            .computeIfAbsent(name, key -> new ArrayList<>())
                            .add(spot);
                }
            }
        }
        int most = byPrefix.values().stream().mapToInt(Map::size).max().orElse(0);
        Map<String, List<Spot>> best = new LinkedHashMap<>();
        byPrefix.forEach((each, spots) -> {
            if (spots.size() == most) {
                prefix = best.isEmpty() ? each : prefix;
                spots.forEach((name, these) ->
                        best.computeIfAbsent(name, key -> new ArrayList<>()).addAll(these));
            }
        });
        best.forEach(this::settle);
    }

    private void settle(String name, List<Spot> spots) {
        if (spots.size() > 1) {
            throw ambiguous(name, spots);
        }
        Spot spot = spots.get(0);
        if (isFree(spot)) {
            found.put(name, spot);
        }
    }

    // ── names of the exporter's own ──

    private void byPlace(Evidence evidence) {
        boolean changed = true;
        while (changed) {
            changed = false;
            Map<String, List<Spot>> candidates = new LinkedHashMap<>();
            Map<String, Set<String>> wanted = new HashMap<>();
            for (String name : missing()) {
                List<Spot> spots = candidates(name, evidence);
                candidates.put(name, spots);
                spots.forEach(spot -> wanted.computeIfAbsent(spot.id(), key -> new LinkedHashSet<>())
                        .add(name));
            }
            for (Map.Entry<String, List<Spot>> candidate : candidates.entrySet()) {
                List<Spot> spots = candidate.getValue();
                if (spots.size() == 1 && wanting(spots.get(0), wanted).size() == 1) {
                    found.put(candidate.getKey(), spots.get(0));
                    changed = true;
                }
            }
            if (!changed) {
                refuseAmbiguous(candidates, wanted);
            }
        }
    }

    private static Set<String> wanting(Spot spot, Map<String, Set<String>> wanted) {
        return Objects.requireNonNull(wanted.get(spot.id()));
    }

    private void refuseAmbiguous(Map<String, List<Spot>> candidates, Map<String, Set<String>> wanted) {
        candidates.forEach((name, spots) -> {
            if (spots.size() > 1) {
                throw ambiguous(name, spots);
            }
            if (spots.size() == 1) {
                throw Problem.invalid(
                        place + Problem.pointer(name),
                        "several names could be those of one weight of the file",
                        Prefixes.words(List.copyOf(wanting(spots.get(0), wanted))),
                        "one name for " + spots.get(0).slot().name()
                                + ", or values under parameters, by which weights are told apart");
            }
        });
    }

    private List<Spot> candidates(String name, Evidence evidence) {
        List<Spot> candidates = new ArrayList<>();
        for (Slot slot : slots.all()) {
            for (Spot spot : evidence == Evidence.VALUES
                    ? everywhere(slot)
                    : slot.isMadeUp() ? Spot.in(slot) : List.<Spot>of()) {
                if (spot.fits(name, shape(name)) && isFree(spot) && speaks(evidence, name, spot)) {
                    candidates.add(spot);
                    break;
                }
            }
        }
        return candidates;
    }

    /** Values tell where names, operators and shapes do not. */
    private static List<Spot> everywhere(Slot slot) {
        List<Spot> spots = new ArrayList<>(slot.isMadeUp() ? Spot.in(slot) : List.of());
        spots.add(Spot.whole(slot, How.ALIAS));
        if (slot.shape().rank() == 2) {
            spots.add(Spot.transposed(slot));
        }
        return spots;
    }

    private boolean speaks(Evidence evidence, String name, Spot spot) {
        String given = Prefixes.module(Prefixes.bare(name));
        String expected = Prefixes.applied(prefix, given);
        return switch (evidence) {
            case VALUES -> {
                Tensor value = values.get(name);
                yield value != null && value.shape().equals(spot.shape()) && spot.holds(value);
            }
            case MODULE ->
                !expected.isEmpty()
                        && spot.slot().uses().stream()
                                .anyMatch(use -> Prefixes.bare(use.module()).equals(expected));
            case PART_OF_MODULE ->
                spot.slot().uses().stream().anyMatch(use -> Prefixes.isWithin(Prefixes.bare(use.module()), given));
            case SHAPE -> true;
        };
    }

    private Problem ambiguous(String name, List<Spot> spots) {
        List<String> both = spots.stream().map(spot -> spot.slot().name()).toList();
        return Problem.invalid(
                place + Problem.pointer(name),
                "several weights of the file could be this one: " + Prefixes.words(both),
                name,
                "the file's name, or values under parameters, by which weights are told apart");
    }
}
