package dev.plumbline.compute.health.course;

/** How a symptom shows itself in a run. */
public enum Pattern {
    /** NaN or infinity. */
    NON_FINITE,
    /** Steps that a loss scaler left out, more than it may. */
    SKIPS,
    /** One value far above all before it. */
    SPIKE,
    /** A straight line over the window. */
    TREND,
    /** Up and down with the steps. */
    OSCILLATION,
    /** Nothing gained over a whole window. */
    PLATEAU,
    /** From layer to layer, at one step. */
    DEPTH,
    /** A figure outside its band, at one step. */
    BAND,
    /** One rank of several away from the others. */
    RANKS
}
