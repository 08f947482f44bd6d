package dev.plumbline.compute.difference;

/**
 * Is told how far a check has come, often and from any thread, and may throw to give it up: so a time limit and a caller
 * who hangs up end the work between two pieces of it. What it does must be quick, and safe to do from several threads.
 */
@FunctionalInterface
public interface Progress {

    /** For whoever does not want to know. */
    Progress NONE = (phase, done, total, evaluations) -> {};

    /** The parts of a check, in their order. */
    enum Phase {
        /** The model's own gradient, and what rounding does to it. */
        REFERENCE,
        /** Forward mode along random directions, and around the bends. */
        CERTIFICATE,
        /** Numeric derivatives by every entry. */
        EXHAUSTIVE,
        /** Every entry by a scheme with a fixed step. */
        SCHEME,
        /** Numeric derivatives by the entries that the report shows. */
        EVIDENCE,
        /** The search for what made a wrong gradient. */
        EXPLANATION,
        /** Planted mistakes, judged without evaluations. */
        POWER,
        /** Taylor's test and the checks without differences. */
        SECOND_OPINION
    }

    /**
     * @param done of {@code total} pieces of this phase; 0 when it begins
     * @param evaluations of the objective, or of the part of it behind what was moved, in this phase so far
     */
    void at(Phase phase, long done, long total, long evaluations);

    /** Who moves the positions of an exhaustive check. */
    default Crew crew() {
        return Crew.HERE;
    }
}
