package dev.plumbline.compute.probe.session;

import java.util.List;

/** Where a session stands: it asks, or it has found what it can. */
public sealed interface Step permits Step.Question, Findings {

    /** What is being looked for. */
    enum Stage {
        /** Noise and repeats at the point. */
        POINT,
        /** Directions over everything. */
        EVERYTHING,
        /** Groups of tensors that those did not see. */
        GROUPS,
        /** Which tensors are wrong. */
        TENSORS,
        /** Which part of a wrong tensor. */
        PARTS,
        /** The numbers at what was found. */
        EVIDENCE,
        /** What the mistake is called. */
        NAMES
    }

    /**
     * The asks of one round.
     *
     * @param sets those that are new
     * @param firstAsk the number of the first ask
     * @param remaining evaluations of the budget, before this round
     */
    record Question(int round, Stage stage, List<TensorSet> sets, int firstAsk, List<Ask> asks, int remaining)
            implements Step {
        public Question {
            sets = List.copyOf(sets);
            asks = List.copyOf(asks);
        }
    }
}
