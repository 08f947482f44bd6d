package dev.plumbline.compute.probe.session;

/**
 * How a session is led.
 *
 * @param seed that of all its directions
 * @param confidence with which a defect at the reported limits would have been seen
 * @param budget of evaluations
 * @param localise whether a wrong tensor is searched for the wrong entries
 */
public record Settings(long seed, double confidence, int budget, boolean localise) {

    /** Kept for the evidence at what is found. */
    static final int RESERVE = 40;
}
