package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The weights of a file that stand in it more than once: under several names of one initializer, or as copies that are equal or
 * transposed bit for bit. Tied weights are written so where constant folding transposes one use of them, and so are weights
 * that were copied to begin with; a file does not tell which.
 */
final class Families {

    private final Slots slots;
    private final Map<String, Family> bySlot = new HashMap<>();

    /** Slots of one weight, in the order of the file. */
    record Family(List<Slot> slots) {

        Family {
            slots = List.copyOf(slots);
        }

        /** Whether one of two is a copy that the exporter made, or another name: hardly a second weight of its own. */
        boolean isMadeBy(Slot one, Slot other) {
            return one.origin().equals(other.origin()) || one.isMadeUp() || other.isMadeUp();
        }
    }

    private record Print(List<Integer> extents, long bits) {}

    private Families(Slots slots) {
        this.slots = slots;
    }

    static Families of(Slots slots) {
        Map<Print, List<Slot>> candidates = new LinkedHashMap<>();
        for (Slot slot : slots.all()) {
            candidates.computeIfAbsent(print(slot), key -> new ArrayList<>()).add(slot);
        }
        Families families = new Families(slots);
        for (List<Slot> alike : candidates.values()) {
            List<List<Slot>> groups = new ArrayList<>();
            for (Slot slot : alike) {
                List<Slot> own = groups.stream()
                        .filter(group -> isSame(group.get(0), slot))
                        .findFirst()
                        .orElseGet(() -> {
                            List<Slot> first = new ArrayList<>();
                            groups.add(first);
                            return first;
                        });
                own.add(slot);
            }
            groups.forEach(group -> {
                Family family = new Family(group);
                group.forEach(slot -> families.bySlot.put(slot.name(), family));
            });
        }
        return families;
    }

    Slots slots() {
        return slots;
    }

    /** What a weight and its transposed copies have in common, whatever is on their diagonals; others hardly ever. */
    private static Print print(Slot slot) {
        Integer[] extents = slot.shape().toList().toArray(Integer[]::new);
        if (extents.length == 2) {
            Arrays.sort(extents);
        }
        long bits = tells(slot.value()) ? 1 : slot.origin().hashCode(); // numbers that are all one tell nothing
        for (int i = 0; i < slot.value().size(); i++) {
            bits += Double.doubleToLongBits(slot.value().at(i)) * 0x9E3779B97F4A7C15L;
        }
        return new Print(List.of(extents), bits);
    }

    /** Whether the numbers are not all one. */
    static boolean tells(Tensor value) {
        for (int i = 1; i < value.size(); i++) {
            if (value.at(i) != value.at(0)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSame(Slot one, Slot other) {
        return one.origin().equals(other.origin())
                || (tells(one.value()) && (isEqual(one, other) || isTransposed(one, other)));
    }

    Family of(Slot slot) {
        return Objects.requireNonNull(bySlot.get(slot.name()));
    }

    static boolean isEqual(Slot one, Slot other) {
        return isEqual(one.value(), other.value());
    }

    static boolean isEqual(Tensor one, Tensor other) {
        if (!one.shape().equals(other.shape())) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (one.at(i) != other.at(i)) {
                return false;
            }
        }
        return true;
    }

    static boolean isTransposed(Slot one, Slot other) {
        return isTransposed(one.value(), other.value());
    }

    static boolean isTransposed(Tensor one, Tensor other) {
        return one.shape().rank() == 2
                && other.shape().rank() == 2
                && isEqual(new Layout.Transposed(one.shape()).taken(one).get(0), other);
    }
}
