package dev.plumbline.compute.probe.session;

import java.util.List;

/**
 * A gradient judged by values that its owner evaluates: an ask/tell machine without a memory of its own.
 *
 * <p>{@link #next} leads the whole conversation again with what has been told so far, round by round, and answers with
 * the next question or with the findings. A few hundred numbers are replayed in less than a millisecond.
 */
public final class ProbeSession {

    private ProbeSession() {}

    /** @param transcript what was told in each round, in the order of its asks */
    public static Step next(Subject subject, Settings settings, List<List<Told>> transcript) {
        Interview interview = new Interview(subject, settings, transcript);
        try {
            return Examination.of(subject, settings, interview);
        } catch (Interview.Pending pending) {
            return pending.question();
        }
    }
}
