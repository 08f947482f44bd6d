package dev.plumbline.compute.explanation;

/**
 * An explanation that holds.
 *
 * @param order the simpler the lower: named rules and cuts, factors that mean something, samples, elements, fitted numbers
 * @param place of the operation in the program: of equals, the nearest to the loss comes first
 */
record Found(Cause cause, int order, int place) {

    static final int LOOP = 0;
    static final int NAMED = 1;
    static final int CUT = 2;
    static final int OWN_FACTOR = 3;
    static final int OTHER_FACTOR = 4;
    static final int EVERYWHERE = 5;
    static final int SAMPLES = 6;
    static final int ELEMENTS = 7;
    static final int FITTED = 8;
    static final int UNKNOWN = 9;
}
