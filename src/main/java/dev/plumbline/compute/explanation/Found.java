package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import java.util.Set;

/**
 * An explanation that holds.
 *
 * @param order the simpler the lower: named rules and cuts, factors that mean something, samples, elements, fitted numbers
 * @param place of the operation in the program: of equals, the nearest to the loss comes first
 * @param within the nodes of the operation; none where it is of no single one
 */
record Found(Cause cause, int order, int place, Set<Node> within) {

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

    /** Of no single operation. */
    Found(Cause cause, int order, int place) {
        this(cause, order, place, Set.of());
    }

    static Found at(Operation operation, Cause cause, int order) {
        return new Found(cause, order, operation.output().id(), operation.nodes());
    }

    /** Whether another says as simply what an operation does of which this is an inner part. */
    boolean isInnerTo(Found other) {
        return other.order <= order
                && !within.isEmpty()
                && other.within.size() > within.size()
                && other.within.containsAll(within);
    }
}
