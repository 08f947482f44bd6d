package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Naming.How;
import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.List;

/**
 * Where a parameter of the pipeline sits in a file: in one tensor, or in several that hold a part of it each.
 *
 * @param isSure whether its name, its values or a neighbour's name confirm it, not only its shape and module
 */
record Place(List<Spot> spots, boolean isSure) {

    Place {
        spots = List.copyOf(spots);
    }

    static Place sure(Spot spot) {
        return new Place(List.of(spot), true);
    }

    static Place guessed(Spot spot) {
        return new Place(List.of(spot), false);
    }

    Place confirmed() {
        return new Place(spots, true);
    }

    Place as(How how) {
        return new Place(spots.stream().map(spot -> spot.as(how)).toList(), isSure);
    }

    /** The first tensor of the file that has a part of it. */
    Slot slot() {
        return spots.get(0).slot();
    }

    boolean isFree(Collection<Place> taken) {
        return taken.stream().flatMap(place -> place.spots().stream()).noneMatch(other -> spots.stream()
                .anyMatch(other::overlaps));
    }

    List<String> ids() {
        return spots.stream().map(Spot::id).toList();
    }

    List<String> slots() {
        return spots.stream().map(spot -> spot.slot().name()).toList();
    }

    /** Whether the file holds just these values here. */
    boolean holds(Tensor given) {
        if (spots.size() == 1 && !(spots.get(0).layout() instanceof Layout.Part)) {
            return spots.get(0).holds(given);
        }
        boolean tells = false;
        for (Spot spot : spots) {
            Tensor own = spot.layout().taken(spot.slot().value()).get(0);
            for (int i = 0; i < own.size(); i++) {
                boolean same =
                        own.at(i) == given.at(i) || own.at(i) == own.datatype().round(given.at(i));
                if (own.at(i) != 0 && !same) { // zero stands for what lies elsewhere
                    return false;
                }
                tells |= own.at(i) != 0;
            }
        }
        return tells;
    }
}
