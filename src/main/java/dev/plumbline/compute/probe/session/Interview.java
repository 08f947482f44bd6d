package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Step.Question;
import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The conversation with the caller, replayed: {@link #ask} returns what was told in this round before, and where the
 * transcript ends it leaves the examination by {@link Pending}. The same transcript leads to the same place every time.
 */
final class Interview {

    private final List<List<Told>> transcript;
    private final int budget;
    private final Map<List<Integer>, TensorSet> sets = new LinkedHashMap<>();
    private final List<TensorSet> newSets = new ArrayList<>();
    private int round;
    private int asked;
    private int evaluations;

    Interview(Subject subject, Settings settings, List<List<Told>> transcript) {
        this.transcript = transcript;
        this.budget = settings.budget();
        List<Integer> all = subject.all();
        sets.put(all, new TensorSet(TensorSet.ALL, all));
    }

    /** The transcript ends here. */
    static final class Pending extends RuntimeException {

        private final transient Question question;

        Pending(Question question) {
            super("asked", null, false, false);
            this.question = question;
        }

        Question question() {
            return question;
        }
    }

    /** The set of these tensors, with the name that it has or gets. */
    TensorSet set(List<Integer> tensors) {
        return sets.computeIfAbsent(List.copyOf(tensors), members -> {
            TensorSet set = new TensorSet("g" + sets.size(), members);
            newSets.add(set);
            return set;
        });
    }

    List<Told> ask(Stage stage, List<? extends Ask> asks) {
        if (asks.isEmpty()) {
            return List.of();
        }
        if (round == transcript.size()) {
            throw new Pending(new Question(round, stage, newSets, asked, List.copyOf(asks), remaining()));
        }
        List<Told> told = transcript.get(round);
        round++;
        asked += asks.size();
        evaluations += asks.stream().mapToInt(Ask::evaluations).sum();
        newSets.clear();
        return told;
    }

    boolean affords(int more) {
        return evaluations + more <= budget;
    }

    int remaining() {
        return budget - evaluations;
    }

    int evaluations() {
        return evaluations;
    }

    int rounds() {
        return round;
    }
}
