package dev.plumbline.compute.consistency;

import org.jspecify.annotations.Nullable;

/**
 * What one check found.
 *
 * @param check its name on the wire, such as {@code zeroCotangent}
 * @param holds null where it could not be evaluated, and {@code detail} says why
 * @param detail one plain sentence, with the numbers
 */
public record Finding(String check, @Nullable Boolean holds, String detail) {

    /** A check that could not be made, because {@code because}. */
    public static Finding notEvaluated(String check, String because) {
        return new Finding(check, null, "Not evaluated: " + because + ".");
    }
}
