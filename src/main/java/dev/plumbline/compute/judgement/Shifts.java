package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * Right numbers a few places off, along an axis or through the whole tensor, wrapped round or pushed out.
 *
 * <p>Not every shift is tried: the largest entries of the reference are looked for in the claim, and only shifts that
 * carry one of them to where it was found are.
 */
final class Shifts {

    /** If the largest entry was pushed out of the tensor, the next ones tell. */
    private static final int ANCHORS = 8;

    /** A tensor of equal entries would otherwise be searched for ever; and it has no shift to find. */
    private static final int SIGHTINGS = 16;

    private final Suspect suspect;
    private final Shape flat;
    private final double price;

    private Shifts(Suspect suspect) {
        this.suspect = suspect;
        this.flat = Shape.of(suspect.size());
        this.price = Support.choice(2.0 * suspect.size() * (1 + suspect.shape().rank()));
    }

    static List<Explanation> explain(Suspect suspect) {
        return suspect.size() < 2
                ? List.of()
                : new Shifts(suspect).explain().map(List::of).orElse(List.of());
    }

    private Optional<Explanation> explain() {
        double bound = Double.POSITIVE_INFINITY;
        for (int count = 0; count < ANCHORS; count++) {
            int anchor = largestBelow(bound);
            if (anchor < 0) {
                break;
            }
            bound = Math.abs(suspect.reference(anchor));
            Optional<Explanation> found = carrying(anchor);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private int largestBelow(double bound) {
        int largest = -1;
        double magnitude = 0;
        for (int i = 0; i < suspect.size(); i++) {
            double candidate = Math.abs(suspect.reference(i));
            if (candidate > magnitude && candidate < bound) {
                largest = i;
                magnitude = candidate;
            }
        }
        return largest;
    }

    private Optional<Explanation> carrying(int anchor) {
        double n = suspect.reference(anchor);
        double tolerance = suspect.allowance(anchor) + suspect.rounding(n);
        int sightings = 0;
        for (int i = 0; i < suspect.size() && sightings < SIGHTINGS; i++) {
            if (i != anchor && Math.abs(suspect.claimed(i) - n) <= tolerance) {
                sightings++;
                Optional<Explanation> found = between(anchor, i);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Explanation> between(int from, int to) {
        Shape shape = suspect.shape();
        int axis = onlyAxis(shape.index(from), shape.index(to));
        if (axis >= 0) {
            int shift = shape.index(to)[axis] - shape.index(from)[axis];
            Optional<Explanation> along = along(shape, axis, shift);
            if (along.isPresent()) {
                return along;
            }
        }
        return along(flat, -1, to - from);
    }

    /** The one axis along which two indices differ, or -1. */
    private static int onlyAxis(int[] one, int[] other) {
        int only = -1;
        for (int axis = 0; axis < one.length; axis++) {
            if (one[axis] != other[axis]) {
                if (only >= 0) {
                    return -1;
                }
                only = axis;
            }
        }
        return only;
    }

    /** Axis -1 stands for the flat tensor. */
    private Optional<Explanation> along(Shape shape, int axis, int shift) {
        int along = Math.max(axis, 0);
        int extent = shape.extent(along);
        // Wrapping round, 9 of 10 places forward is 1 back.
        int nearest = 2 * Math.abs(shift) > extent ? shift - Integer.signum(shift) * extent : shift;
        if (explains(Places.rolled(shape, along, nearest))) {
            return Optional.of(explanation(nearest, axis, "wrapped round at the end"));
        }
        if (explains(Places.pushed(shape, along, shift))) {
            return Optional.of(explanation(shift, axis, "zeros coming in"));
        }
        return Optional.empty();
    }

    private boolean explains(IntUnaryOperator source) {
        return suspect.rearranged(source).affords(price);
    }

    private static Explanation explanation(int shift, int axis, String end) {
        String where = axis < 0 ? "through the flat tensor" : "along axis " + axis;
        String advice =
                "The claim is the reference moved by %d %s %s, %s: an index is off, or blocks are stacked in another order."
                        .formatted(shift, Math.abs(shift) == 1 ? "place" : "places", where, end);
        return new Explanation(new Mistake.Shifted(shift, axis < 0 ? null : axis, advice), Explanation.COUNTED);
    }
}
