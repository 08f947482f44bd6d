package dev.plumbline.check;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.plumbline.compute.judgement.Mask;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of one tensor are judged: a nested array of the tensor's shape, of {@code true} and {@code false}, or 1
 * and 0.
 *
 * @param judged by position, row-major
 */
record MaskSetting(Shape shape, BitSet judged) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static MaskSetting of(Object json) {
        List<Integer> extents = new ArrayList<>();
        for (Object level = json; level instanceof List<?> list; level = list.isEmpty() ? null : list.get(0)) {
            extents.add(list.size());
        }
        List<Boolean> flat = new ArrayList<>();
        flatten(json, extents, "", flat);
        BitSet judged = new BitSet(flat.size());
        for (int i = 0; i < flat.size(); i++) {
            judged.set(i, flat.get(i));
        }
        return new MaskSetting(
                Shape.of(extents.stream().mapToInt(Integer::intValue).toArray()), judged);
    }

    private static void flatten(@Nullable Object json, List<Integer> extents, String pointer, List<Boolean> flat) {
        if (extents.isEmpty()) {
            flat.add(isTrue(json, pointer));
            return;
        }
        int extent = extents.get(0);
        if (!(json instanceof List<?> list) || list.size() != extent) {
            throw Problem.invalid(
                    pointer,
                    "the parts of a mask have one length",
                    json instanceof List<?> list ? list.size() + " elements" : json,
                    extent + " elements");
        }
        for (int i = 0; i < extent; i++) {
            flatten(list.get(i), extents.subList(1, extents.size()), pointer + "/" + i, flat);
        }
    }

    private static boolean isTrue(@Nullable Object json, String pointer) {
        if (json instanceof Boolean value) {
            return value;
        }
        if (json instanceof Integer number && (number == 0 || number == 1)) {
            return number == 1;
        }
        throw Problem.invalid(pointer, "a mask says yes or no of every entry", json, "true or false, or 1 or 0");
    }

    static MaskSetting all(Shape shape) {
        BitSet judged = new BitSet(shape.size());
        judged.set(0, shape.size());
        return new MaskSetting(shape, judged);
    }

    /** The same without one row: everything at this position of the first axis. */
    MaskSetting without(int row) {
        int size = shape.size() / shape.extent(0);
        BitSet left = (BitSet) judged.clone();
        left.clear(row * size, (row + 1) * size);
        return new MaskSetting(shape, left);
    }

    Mask mask() {
        return new Mask(judged::get);
    }

    /** Whether nothing is left to judge. */
    boolean isEmpty() {
        return judged.isEmpty();
    }

    /** How many entries are left out. */
    int leftOut() {
        return shape.size() - judged.cardinality();
    }

    @JsonValue
    Object json() {
        return json(0, 0, shape.size());
    }

    private Object json(int axis, int from, int size) {
        if (axis == shape.rank()) {
            return judged.get(from);
        }
        List<Object> parts = new ArrayList<>();
        int part = shape.extent(axis) == 0 ? 0 : size / shape.extent(axis);
        for (int i = 0; i < shape.extent(axis); i++) {
            parts.add(json(axis + 1, from + i * part, part));
        }
        return parts;
    }
}
