package dev.plumbline.blackbox;

import dev.plumbline.compute.probe.session.Findings;
import dev.plumbline.compute.probe.session.ProbeSession;
import dev.plumbline.compute.probe.session.Settings;
import dev.plumbline.compute.probe.session.Step;
import dev.plumbline.compute.probe.session.Step.Question;
import dev.plumbline.compute.probe.session.Subject;
import dev.plumbline.compute.probe.session.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A session as it is kept: what it was opened with, and the answers of each round.
 *
 * @param transcript the rounds that have been answered, in their order
 */
record ProbeConversation(
        String id, ProbeOpening opening, List<ProbeAnswers> transcript, Instant createdAt, Instant expiresAt) {

    ProbeConversation with(ProbeAnswers answers, Instant expires) {
        List<ProbeAnswers> longer = new ArrayList<>(transcript);
        longer.add(answers);
        return new ProbeConversation(id, opening, longer, createdAt, expires);
    }

    /** The same as it stood when so many rounds were answered. */
    ProbeConversation after(int rounds) {
        return new ProbeConversation(id, opening, transcript.subList(0, rounds), createdAt, expiresAt);
    }

    /** What comes next, led again from the beginning; a round that does not fit its asks is refused. */
    Step next() {
        Subject subject = opening.subject();
        Settings settings = opening.resolved();
        List<List<Told>> told = new ArrayList<>();
        for (ProbeAnswers answers : transcript) {
            Question question = (Question) ProbeSession.next(subject, settings, told);
            told.add(answers.told(question));
        }
        return ProbeSession.next(subject, settings, told);
    }

    ProbeReply reply() {
        Step step = next();
        return step instanceof Question question
                ? ProbeReply.of(id, question)
                : new ProbeReply(id, null, null, null, null, null, ProbeReport.of(opening, (Findings) step));
    }
}
