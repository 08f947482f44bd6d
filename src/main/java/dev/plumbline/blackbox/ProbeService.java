package dev.plumbline.blackbox;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The order of work of probe sessions. A round is answered once it is committed, and counts once. */
@Service
class ProbeService {

    private final Limits limits;
    private final ProbeStore store;

    ProbeService(Limits limits, ProbeStore store) {
        this.limits = limits;
        this.store = store;
    }

    ProbeReply open(String owner, ProbeOpening opening) {
        opening.identities(); // refused now, not after all the work
        Instant now = Instant.now();
        ProbeConversation session =
                new ProbeConversation(UUID.randomUUID().toString(), opening, List.of(), now, expiry());
        ProbeReply reply = session.reply();
        store.makeRoom(owner, limits.sessions());
        store.insert(owner, session);
        return reply;
    }

    ProbeReply reply(String owner, String id) {
        return conversation(owner, id).reply();
    }

    /** A round that was answered before is answered again as it was; somebody who is faster makes this one look again. */
    ProbeReply answer(String owner, String id, ProbeAnswers answers) {
        while (true) {
            ProbeConversation session = conversation(owner, id);
            int rounds = session.transcript().size();
            if (answers.round() < rounds && answers.round() >= 0) {
                requireSame(session.transcript().get(answers.round()), answers);
                return session.after(answers.round() + 1).reply();
            }
            ProbeReply before = session.reply();
            requireAsked(before, answers.round());
            ProbeConversation next = session.with(answers, expiry());
            ProbeReply reply = next.reply();
            if (store.update(
                    next, reply.report() == null ? null : reply.report().verdict())) {
                return reply;
            }
        }
    }

    private static void requireSame(ProbeAnswers earlier, ProbeAnswers answers) {
        if (!earlier.equals(answers)) {
            throw new Problem(
                    Problem.Code.CONFLICT,
                    "/round",
                    "this round was answered already, with other numbers",
                    "round " + answers.round() + " once more",
                    "the same answers, or the next round");
        }
    }

    private static void requireAsked(ProbeReply asked, int round) {
        if (asked.round() == null || asked.round() != round) {
            throw new Problem(
                    Problem.Code.CONFLICT,
                    "/round",
                    "this round was not asked",
                    round,
                    asked.round() == null ? "none: the session has reported" : "round " + asked.round());
        }
    }

    Page<ProbeSummary> list(String owner, int limit, @Nullable String after) {
        return Page.of(store.list(owner, after, Page.requireLimit(limit) + 1), limit, ProbeSummary::id);
    }

    void delete(String owner, String id) {
        if (!store.delete(owner, id)) {
            throw unknown(id);
        }
    }

    private ProbeConversation conversation(String owner, String id) {
        return store.find(owner, id).orElseThrow(() -> unknown(id));
    }

    private Problem unknown(String id) {
        return Problem.notFound(
                "",
                "there is no probe session of this id; unused ones are dropped after " + limits.sessionHours()
                        + " hours, and the oldest of more than " + limits.sessions(),
                id,
                "the id of a probe session");
    }

    private Instant expiry() {
        return Instant.now().plus(Duration.ofHours(limits.sessionHours()));
    }
}
