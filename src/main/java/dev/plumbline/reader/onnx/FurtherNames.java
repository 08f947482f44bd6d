package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Naming.How;
import dev.plumbline.reader.Prefixes;
import dev.plumbline.reader.onnx.Hints.Evidence;
import dev.plumbline.reader.onnx.NameSearch.Wanted;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Further names of weights that have one, as a tied weight has: by their values, their claims, the modules that read them. */
final class FurtherNames {

    private final Slots slots;
    private final Wanted wanted;
    private final Hints hints;
    private final Map<String, Place> found;

    /** @param found the places of first names, which grow */
    FurtherNames(Slots slots, Wanted wanted, Hints hints, Map<String, Place> found) {
        this.slots = slots;
        this.wanted = wanted;
        this.hints = hints;
        this.found = found;
    }

    /** The places that a name may be a further name of. */
    List<Place> of(String name) {
        List<Place> places = byValue(name);
        places = places.isEmpty() ? byClaim(name) : places;
        return places.isEmpty() ? byReader(name) : places;
    }

    private List<Place> byValue(String name) {
        List<Place> places = new ArrayList<>();
        for (Slot slot : slots.all()) {
            for (Spot spot : Hints.everywhere(slot, wanted.shape(name))) {
                Place place = Place.sure(spot.as(How.COPY));
                if (spot.fits(name, wanted.shape(name)) && hints.speaks(Evidence.VALUES, name, place)) {
                    places.add(place);
                    break;
                }
            }
        }
        return places;
    }

    private List<Place> byClaim(String name) {
        Tensor claim = wanted.claims().get(name);
        List<Place> places = new ArrayList<>();
        wanted.claims().forEach((other, its) -> {
            Place place = found.get(other);
            if (claim != null && place != null && Families.tells(claim) && isMostlyEqual(claim, its)) {
                places.add(place.as(How.COPY));
            }
        });
        return places;
    }

    /** One tensor in memory under two names, in which a mistake may be. */
    static boolean isMostlyEqual(Tensor one, Tensor other) {
        int equal = 0;
        for (int i = 0; i < one.size() && one.shape().equals(other.shape()); i++) {
            equal += one.at(i) == other.at(i) && one.at(i) != 0 ? 1 : 0;
        }
        return 2 * equal > one.size();
    }

    /** A weight of its own name that the name's module reads too. */
    private List<Place> byReader(String name) {
        List<Place> places = new ArrayList<>();
        for (Slot slot : slots.all()) {
            Place place = Place.guessed(Spot.whole(slot, How.COPY));
            if (!slot.isMadeUp()
                    && slot.shape().equals(wanted.shape(name))
                    && !Prefixes.module(Prefixes.bare(slot.name())).equals(hints.moduleOf(name))
                    && hints.isIn(Evidence.MODULE, name, slot)) {
                places.add(place);
            }
        }
        return places;
    }
}
