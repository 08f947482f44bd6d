package dev.plumbline.compute.program;

import org.jspecify.annotations.Nullable;

/**
 * How far rounding may have moved each element of a node's value: an operation that sits that near to an edge may as well
 * be on it.
 */
@FunctionalInterface
public interface Deviations {

    /** Every value counts as exact. */
    Deviations NONE = node -> null;

    /** By element; null where the value is exact, as a parameter's. */
    double @Nullable [] of(Node node);
}
