package dev.plumbline.compute.optimizer;

import dev.plumbline.problem.Problem;

/** What hyper-parameters may be. NaN and infinity never pass. */
final class Bounds {

    private Bounds() {}

    static void nonNegative(String name, double value) {
        require(value >= 0 && value < Double.POSITIVE_INFINITY, name, value, "a finite number, 0 or more");
    }

    /** For decay rates: at 1 a moment would never take in anything. */
    static void fraction(String name, double value) {
        require(value >= 0 && value < 1, name, value, "a number in [0, 1)");
    }

    static void require(boolean holds, String name, Object got, String expected) {
        if (!holds) {
            throw Problem.invalid("/" + name, name + " is out of range", got, expected);
        }
    }
}
