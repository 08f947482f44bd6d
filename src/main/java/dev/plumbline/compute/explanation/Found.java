package dev.plumbline.compute.explanation;

/**
 * An explanation that holds.
 *
 * @param order the simpler the lower: named rules and cuts, factors that mean something, samples, elements, fitted numbers
 * @param place of the operation in the program: of equals, the nearest to the loss comes first
 */
record Found(Cause cause, int order, int place) {

    static final int NAMED = 0;
    static final int OWN_FACTOR = 1;
    static final int EVERYWHERE = 2;
    static final int SAMPLES = 3;
    static final int ELEMENTS = 4;
    static final int FITTED = 5;
    static final int UNKNOWN = 6;
}
