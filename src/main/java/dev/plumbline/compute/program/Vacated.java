package dev.plumbline.compute.program;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Arrays of a pass that nobody reads any more, for what comes later. */
final class Vacated {

    private final boolean forgets;
    private final Map<Integer, ArrayDeque<double[]>> free = new HashMap<>(); // by length

    /** @param forgets whether arrays are used again at all */
    Vacated(boolean forgets) {
        this.forgets = forgets;
    }

    boolean forgets() {
        return forgets;
    }

    void add(double[] passedOn) {
        if (forgets) {
            free.computeIfAbsent(passedOn.length, length -> new ArrayDeque<>()).push(passedOn);
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
