package dev.plumbline.compute.program;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/** Arrays of a pass that nobody reads any more, for what comes later. */
final class Vacated {

    private final IntPredicate forgets;
    private final Map<Integer, ArrayDeque<double[]>> free = new HashMap<>(); // by length

    /** @param forgets by the id of a node, whether its array may be used again */
    Vacated(IntPredicate forgets) {
        this.forgets = forgets;
    }

    /** A node's array, which is no longer the node's where it is forgotten. */
    void add(int id, double[][] arrays) {
        double[] passedOn = arrays[id];
        if (forgets.test(id)) {
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
