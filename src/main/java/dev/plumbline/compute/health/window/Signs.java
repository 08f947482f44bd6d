package dev.plumbline.compute.health.window;

import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Symptom;
import java.util.ArrayList;
import java.util.List;

/** What a rule has to say: signs, or why it has none to offer; with neither, all is well. */
record Signs(List<Sign> seen, List<NotEvaluated> notEvaluated) {

    static final Signs NONE = new Signs(List.of(), List.of());

    static Signs of(List<Sign> seen) {
        return new Signs(seen, List.of());
    }

    static Signs of(Sign sign) {
        return of(List.of(sign));
    }

    static Signs notEvaluated(Symptom rule, String because) {
        return new Signs(List.of(), List.of(new NotEvaluated(rule, because)));
    }

    Signs and(Signs others) {
        List<Sign> all = new ArrayList<>(seen);
        all.addAll(others.seen);
        List<NotEvaluated> none = new ArrayList<>(notEvaluated);
        none.addAll(others.notEvaluated);
        return new Signs(all, none);
    }
}
