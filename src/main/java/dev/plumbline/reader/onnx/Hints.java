package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Naming.How;
import dev.plumbline.reader.Prefixes;
import dev.plumbline.reader.onnx.NameSearch.Wanted;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What speaks for a place of a weight that bears a name of the exporter's: its values, the modules that read it. */
final class Hints {

    /** How sure a place is, the surest first. */
    enum Evidence {
        VALUES,
        MODULE,
        PART_OF_MODULE,
        SHAPE
    }

    private final Slots slots;
    private final Wanted wanted;
    private String prefix = "+";

    Hints(Slots slots, Wanted wanted) {
        this.slots = slots;
        this.wanted = wanted;
    }

    /** From now on names are the file's but for this prefix ({@link Prefixes#between}). */
    void prefixed(String change) {
        prefix = change;
    }

    /** Values tell where names, operators and shapes do not. */
    static List<Spot> everywhere(Slot slot, Shape shape) {
        List<Spot> spots = new ArrayList<>(slot.isMadeUp() ? Spot.in(slot, shape) : List.of());
        spots.add(Spot.whole(slot, How.ALIAS));
        if (slot.shape().rank() == 2) {
            spots.add(Spot.transposed(slot));
        }
        return spots;
    }

    boolean speaks(Evidence evidence, String name, Place place) {
        if (evidence == Evidence.VALUES) {
            Tensor value = wanted.values().get(name);
            return value != null && value.shape().equals(place.spots().get(0).shape()) && place.holds(value);
        }
        return isIn(evidence, name, place.spots().get(0).slot());
    }

    boolean isIn(Evidence evidence, String name, Slot slot) {
        String given = Prefixes.module(Prefixes.bare(name));
        return switch (evidence) {
            case MODULE -> isReadIn(moduleOf(name), slot);
            case PART_OF_MODULE ->
                slot.uses().stream().anyMatch(use -> Prefixes.isWithin(Prefixes.bare(use.module()), given));
            case VALUES, SHAPE -> true;
        };
    }

    /** The module of a name, as the file calls it. */
    String moduleOf(String name) {
        return Prefixes.applied(prefix, Prefixes.module(Prefixes.bare(name)));
    }

    private static boolean isReadIn(String module, Slot slot) {
        return !module.isEmpty()
                && slot.uses().stream()
                        .anyMatch(use -> Prefixes.bare(use.module()).equals(module));
    }

    /** A bias of its own name, read in the module of the weight, says that the module is what PyTorch calls Linear. */
    boolean isConfirmed(String name, Spot spot) {
        String module = moduleOf(name);
        if (spot.slot().isReadBy("PRelu") && isReadIn(module, spot.slot())) {
            return true; // the slopes of a module are what its one weight is
        }
        if (!name.endsWith("weight") || spot.how() != How.TRANSPOSED || !isReadIn(module, spot.slot())) {
            return false;
        }
        for (Slot slot : slots.all()) {
            if (Prefixes.bare(slot.name()).equals(module + ".bias") && isReadIn(module, slot)) {
                return true;
            }
        }
        return false;
    }
}
