package dev.plumbline.compute.program;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Arrays of a pass that nobody reads any more, for what comes later. */
final class Vacated {

    private final IntPredicate forgets;
    private final Map<Integer, ArrayDeque<double[]>> free = new HashMap<>(); // by length

    /** @param forgets by the id of a node, whether its array may be used again */
    Vacated(IntPredicate forgets) {
        this.forgets = forgets;
    }

    /** A node's array, which is no longer the node's where it is forgotten. */
    void add(int id, double[] @Nullable [] arrays) {
        double[] passedOn = arrays[id];
        if (passedOn != null && forgets.test(id)) {
            free.computeIfAbsent(passedOn.length, length -> new ArrayDeque<>()).push(passedOn);
            arrays[id] = null;
        }
    }

    double[] zeros(int length) {
        ArrayDeque<double[]> alike = free.get(length);
        double[] array = alike == null ? null : alike.poll();
        if (array == null) {
            return new double[length];
        }
        Arrays.fill(array, 0);
        return array;
    }
}
