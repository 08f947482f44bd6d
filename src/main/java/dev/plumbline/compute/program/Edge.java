package dev.plumbline.compute.program;

import java.util.List;

/**
 * An element of an operation's result that sits where the operation bends, jumps or has a root, and that the direction at
 * hand moves away from there.
 *
 * @param element of the result, row-major
 * @param candidates that tie, where the operation bends; at a jump what is compared, at a root its operand
 * @param chosen which of them this direction takes; for a jump 0 below and 1 above
 */
public record Edge(Node node, int element, Kind kind, List<Candidate> candidates, int chosen) {

    /** What happens to the operation there. */
    public enum Kind {
        /** Its slope changes: relu, abs, a tie of a maximum. */
        BEND,
        /** Its value changes: floor, sign, a comparison. */
        JUMP,
        /** A root or broken power of 0, or a quotient of two zeros. */
        ROOT
    }
}
