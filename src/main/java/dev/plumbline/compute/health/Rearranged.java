package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.Concat;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Op;
import dev.plumbline.compute.program.Pad;
import dev.plumbline.compute.program.Reshape;
import dev.plumbline.compute.program.Slice;
import dev.plumbline.compute.program.Transpose;

/** Values that were only given another shape or order, or some of them taken. */
final class Rearranged {

    private Rearranged() {}

    /** Where the values of a node come from. */
    static Node source(Node node) {
        Node source = node;
        while (isRearranging(source)) {
            source = source.inputs().get(0);
        }
        return source;
    }

    private static boolean isRearranging(Node node) {
        Op op = node.op();
        return op instanceof Reshape
                || op instanceof Broadcast
                || op instanceof Slice
                || op instanceof Transpose
                || op instanceof Pad
                || op instanceof Concat && node.inputs().size() == 1;
    }
}
