package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Exporting;
import dev.plumbline.reader.Names;
import dev.plumbline.reader.Names.Shared;
import dev.plumbline.reader.Naming;
import dev.plumbline.reader.Naming.How;
import dev.plumbline.reader.onnx.Families.Family;
import dev.plumbline.reader.onnx.NameSearch.Wanted;
import dev.plumbline.reader.onnx.Plan.Copy;
import dev.plumbline.reader.onnx.Plan.OtherName;
import dev.plumbline.reader.onnx.Plan.Placement;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the names of a request on the weights of a file: the claims first, then the values that are given, then the rest. */
final class Placing {

    /** So many numbers of weights are looked at to recognise what the export computed: a second at most. */
    private static final double MOST_LOOKS = 1e8;

    private final OnnxGraph graph;
    private final Slots slots;
    private final Families families;
    private final Roles roles;
    private final Asked asked;
    private final Map<String, Placement> placements = new LinkedHashMap<>(); // by slot
    private final Map<String, Copy> copies = new LinkedHashMap<>(); // by slot
    private final Map<String, String> values = new HashMap<>(); // slot: the given parameter that replaces its value
    private final Map<String, List<OtherName>> called = new LinkedHashMap<>(); // by the first name
    private final Map<String, String> renamed = new HashMap<>();
    private final Set<String> replaced = new HashSet<>();
    private final List<Naming> namings = new ArrayList<>();
    private final List<Shared> shared = new ArrayList<>();
    private final Map<String, List<String>> doubtful = new HashMap<>();
    private final Map<String, Place> claimed = new LinkedHashMap<>();

    Placing(OnnxGraph graph, Roles roles, Asked asked) {
        this.graph = graph;
        this.slots = Slots.of(graph, roles);
        this.families = Families.of(slots);
        this.roles = roles;
        this.asked = asked;
    }

    Plan plan() {
        placeClaims();
        placeParameters();
        slots.all().forEach(slot -> nameTheRest(slot.name()));
        Set<Family> all = new LinkedHashSet<>();
        slots.all().forEach(slot -> all.add(families.of(slot)));
        all.forEach(this::settle);
        placeViews();
        doubtClaims();
        placeOwn();
        Names names = new Names(namings, renamed, replaced, shared, doubtful, left());
        return new Plan(slots.byName(), placements, copies, values, called, names, asked);
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
                doubtful.put(name, place.slots());
            }
        });
        claimed.putAll(places);
    }

    private void placeClaim(String name, Spot spot) {
        Placement placement = placements.get(spot.slot().name());
        String first = placement == null ? null : placement.names()[spot.piece()];
        if (first == null) {
            place(name, spot);
        } else {
            requireOneValue(first, name);
            addName(first, new OtherName(name, false));
            namings.add(new Naming(name, spot.slot().name(), spot.how()));
        }
    }

    private void requireOneValue(String first, String second) {
        Tensor one = asked.values().get(first);
        Tensor other = asked.values().get(second);
        if (one != null && other != null && !Families.isEqual(one, other)) {
            throw Problem.invalid(
                    Problem.pointer("parameters", second),
                    "the file has one weight for %s and %s, which are given different values".formatted(first, second),
                    second,
                    "the values of " + first + ", or " + Exporting.KEEPING_NAMES);
        }
    }

    private void addName(String first, OtherName other) {
        List<OtherName> names = called.computeIfAbsent(first, key -> new ArrayList<>());
        if (names.stream().noneMatch(each -> each.name().equals(other.name()))) {
            names.add(other);
        }
    }

    // ── what the export computed ──

    /** What the export computed, and nobody claims: the norm of a weight, say, which then no longer depends on it. */
    private List<Slot> computed() {
        List<Slot> computed = new ArrayList<>();
        for (Slot slot : slots.all()) {
            boolean isNamed = placements.containsKey(slot.name()) || copies.containsKey(slot.name());
            if (slot.isMadeUp() && slot.isOrigin() && !slot.uses().isEmpty() && !isNamed) {
                computed.add(slot);
            }
        }
        return computed;
    }

    /** What is a part or a multiple of one weight follows it. */
    private void placeViews() {
        List<Slot> weights = new ArrayList<>();
        for (Slot slot : slots.all()) {
            boolean isNamed = placements.containsKey(slot.name()) || (!slot.isMadeUp() && slot.isOrigin());
            if (isNamed && !copies.containsKey(slot.name()) && roles.isParameter(slot.origin())) {
                weights.add(slot);
            }
        }
        double looks = 0;
        for (Slot folded : computed()) {
            Map<Slot, View> views = new LinkedHashMap<>();
            for (Slot weight : weights) {
                looks += weight.value().size();
                View view = looks > MOST_LOOKS ? null : View.of(weight.value(), folded.value());
                if (view != null) {
                    views.put(weight, view);
                }
            }
            if (views.size() == 1) {
                views.forEach((weight, view) -> {
                    Placement there = placements.computeIfAbsent(weight.name(), key -> own(weight));
                    copies.put(folded.name(), new Copy(weight.name(), false, view));
                    namings.add(new Naming(there.names()[0], folded.name(), How.COMPUTED));
                });
            }
        }
    }

    /** Weights from which the export may have computed what nobody claims: those read in the same module, or further in. */
    private void doubtClaims() {
        boolean isAllClaimed = claimed.values().stream().flatMap(place -> place.slots().stream()).count()
                >= slots.byName().values().stream()
                        .filter(slot -> slot.isOrigin() && !slot.isMadeUp() && !slot.uses().isEmpty())
                        .count();
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
                        doubtful.put(name, place.slots());
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
        constant.ifPresent(each -> values.put(each, name));
        boolean isBuffer = constant.isPresent() || name.endsWith("num_batches_tracked");
        if (isBuffer) {
            replaced.add(name);
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
            return;
        }
        boolean isLaidOutSo = placement.layout().equals(spot.layout());
        String first = isLaidOutSo ? placement.names()[spot.piece()] : null;
        if (first != null) {
            giveValue(name, first);
        } else if (isLaidOutSo) {
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

    /** The value of one more name of a parameter: the parameter's, where it has none of its own. */
    private void giveValue(String name, String first) {
        requireOneValue(first, name);
        if (asked.values().containsKey(first)) {
            replaced.add(name);
        } else {
            renamed.put(name, first);
        }
    }

    // ── weights that stand in the file more than once ──

    /** Whatever nobody tells apart is one weight. */
    private void settle(Family family) {
        List<Slot> read = family.slots().stream()
                .filter(slot -> !slot.uses().isEmpty() || placements.containsKey(slot.name()))
                .toList();
        List<Slot> named = read.stream()
                .filter(slot -> placements.containsKey(slot.name()))
                .toList();
        List<Slot> claimed = named.stream().filter(this::isClaimed).toList();
        if (read.size() < 2) {
            return;
        }
        Slot first = !claimed.isEmpty() ? claimed.get(0) : !named.isEmpty() ? named.get(0) : original(read);
        List<String> claims = claims(claimed);
        boolean alone = claims.stream().anyMatch(asked.alone()::contains);
        List<String> others = new ArrayList<>();
        for (Slot slot : read) {
            if (slot != first && (!claims.isEmpty() || family.isMadeBy(first, slot))) {
                if (!claimed.contains(slot)) {
                    others.add(slot.name());
                }
                if (!alone) {
                    follow(slot, first);
                } else if (roles.isParameter(slot.origin())) {
                    placements.computeIfAbsent(slot.name(), key -> own(slot));
                }
            }
        }
        if (!claims.isEmpty()) {
            boolean made = read.stream().allMatch(slot -> slot == first || family.isMadeBy(first, slot));
            shared.add(new Shared(claims, others, alone, made));
        }
    }

    private static Slot original(List<Slot> read) {
        return read.stream()
                .filter(Slot::isOrigin)
                .min(Comparator.comparing(Slot::isMadeUp))
                .orElse(read.get(0));
    }

    private boolean isClaimed(Slot slot) {
        Placement placement = Objects.requireNonNull(placements.get(slot.name()));
        return Arrays.stream(placement.names()).anyMatch(asked.claims()::containsKey);
    }

    private List<String> claims(List<Slot> claimed) {
        List<String> claims = new ArrayList<>();
        for (Slot slot : claimed) {
            for (String name :
                    Objects.requireNonNull(placements.get(slot.name())).names()) {
                if (asked.claims().containsKey(name)) {
                    claims.add(name);
                }
            }
        }
        return claims.stream().distinct().toList();
    }

    /** Makes a slot the same weight as the first, unless their given values say that they are not, any more. */
    private void follow(Slot slot, Slot first) {
        Placement own = placements.get(slot.name());
        boolean isWeight = placements.containsKey(first.name()) || roles.isParameter(first.origin());
        if (!isWeight || (own == null && !roles.isParameter(slot.origin()))) {
            return;
        }
        Placement there = placements.computeIfAbsent(first.name(), key -> own(first));
        if (own != null && !takeOver(slot, own, first, there)) {
            return;
        }
        placements.remove(slot.name());
        if (slot.isOrigin()) {
            boolean transposed = !Families.isEqual(first, slot);
            copies.put(slot.name(), new Copy(first.name(), transposed));
            if (own == null) {
                namings.add(new Naming(there.names()[0], slot.name(), How.COPY));
            }
        } else if (!first.origin().equals(slot.origin())) {
            copies.put(slot.name(), new Copy(first.name(), !Families.isEqual(first, slot)));
        }
    }

    /** Whether the names on a slot could become further names of those on the first. */
    private boolean takeOver(Slot slot, Placement own, Slot first, Placement there) {
        if (own.names().length != there.names().length) {
            return false;
        }
        List<Tensor> pieces = own.layout().taken(slot.value());
        List<Tensor> firsts = there.layout().taken(first.value());
        for (int i = 0; i < pieces.size(); i++) {
            boolean equal = Families.isEqual(pieces.get(i), firsts.get(i));
            Tensor given = asked.values().get(own.names()[i]);
            Tensor value = asked.values().get(there.names()[i]);
            boolean isOneWeight = equal || Families.isTransposed(pieces.get(i), firsts.get(i));
            boolean isOneValue =
                    given == null || (value == null ? equal : Families.isEqual(turned(given, !equal), value));
            if (!isOneWeight || !isOneValue) {
                return false;
            }
        }
        for (int i = 0; i < pieces.size(); i++) {
            String name = own.names()[i];
            boolean transposed = !Families.isEqual(pieces.get(i), firsts.get(i));
            if (asked.claims().containsKey(name)) {
                addName(there.names()[i], new OtherName(name, transposed));
            } else if (asked.values().containsKey(name)) {
                giveValue(name, there.names()[i]);
            }
            for (OtherName other : Objects.requireNonNullElse(called.remove(name), List.<OtherName>of())) {
                addName(there.names()[i], new OtherName(other.name(), other.transposed() != transposed));
            }
        }
        return true;
    }

    private static Tensor turned(Tensor value, boolean transposed) {
        return transposed && value.shape().rank() == 2
                ? new Layout.Transposed(value.shape()).taken(value).get(0)
                : value;
    }

    // ── the rest ──

    /** Everything that nobody named: parameters under the file's names. */
    private void placeOwn() {
        for (Slot slot : slots.all()) {
            boolean isFree = !placements.containsKey(slot.name()) && !copies.containsKey(slot.name());
            if (slot.isOrigin() && roles.isParameter(slot.name()) && isFree) {
                placements.put(slot.name(), own(slot));
            }
        }
    }

    private void nameTheRest(String slot) {
        @Nullable Placement placement = placements.get(slot);
        for (int i = 0; placement != null && i < placement.names().length; i++) {
            if (placement.names()[i] == null) {
                placement.names()[i] = slot + "[" + i + "]";
            }
        }
    }

    /** Given values that are no weight's, where all weights are given theirs. */
    private Set<String> left() {
        Set<String> known = new HashSet<>(replaced);
        known.addAll(renamed.keySet());
        namings.forEach(naming -> known.add(naming.given()));
        Set<String> left = new LinkedHashSet<>(withoutInputs(asked.parameters()).keySet());
        left.removeAll(known);
        left.removeAll(asked.claims().keySet());
        boolean isWhole =
                !slots.byName().isEmpty() && slots.byName().values().stream().allMatch(this::isGiven);
        return isWhole ? left : Set.of();
    }

    private boolean isGiven(Slot slot) {
        Placement placement = placements.get(slot.name());
        return placement == null
                || slot.uses().isEmpty()
                || values.containsKey(slot.name())
                || Arrays.stream(placement.names())
                        .allMatch(name -> asked.values().containsKey(name) || renamed.containsValue(name));
    }

    private static Placement own(Slot slot) {
        return new Placement(new Layout.Whole(slot.shape()), new String[] {slot.name()});
    }
}
