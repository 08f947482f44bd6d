package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The search for what made a wrong claim, from cheap to dear and from simple to complicated: loops and shared parameters,
 * rules and paths at the first suspects, weights of samples and of elements of the loss, slices that never arrive, the other
 * suspects. It ends at the first that makes the claim, and a few more that would do as well.
 */
public final class Search {

    /** Operations that are looked at behind the first hit, for equivalents. */
    private static final int MORE = 12;

    /** Suspects that are looked at before it is asked whether all of a kind are wrong. */
    private static final int FIRST = 12;

    private static final int ALTERNATIVES = 4;

    private final Trial trial;
    private final Rules rules;
    private final List<Found> found = new ArrayList<>();

    private Search(Trial trial) {
        this.trial = trial;
        this.rules = new Rules(trial);
    }

    /**
     * What a search found.
     *
     * @param cause null where nothing in the catalogue makes the claim
     * @param suspects operations whose rule alone could be at fault, the likeliest first
     * @param passes its work, in whole reverse passes
     * @param stopped what ended it before its end: "time" or "passes"; null where nothing did
     */
    public record Findings(
            @Nullable Cause cause,
            List<Suspect> suspects,
            double passes,
            @Nullable String stopped) {

        /** Of a right claim, or where nobody asked. */
        public static final Findings NONE = new Findings(null, List.of(), 0, null);

        public Findings {
            suspects = List.copyOf(suspects);
        }
    }

    /** Explains a wrong claim. */
    public static Findings of(Case wrong, Budget budget) {
        Deviation deviation = new Deviation(wrong.comparisons());
        if (deviation.wrong().isEmpty()) {
            return Findings.NONE;
        }
        Suspects suspects = Suspects.of(wrong.objective(), deviation);
        if (!deviation.isFinite()) {
            return new Findings(null, suspects.shown(Map.of()), 0, null);
        }
        Search search = new Search(new Trial(wrong, deviation, budget));
        search.found.addAll(new Loops(search.trial).found());
        search.found.addAll(new Gates(search.trial).found());
        List<Operation> ranked = suspects.ranked();
        int first = Math.min(FIRST, ranked.size());
        search.operations(ranked.subList(0, first));
        if (search.isOpen()) {
            search.found.addAll(search.rules.everywhere(Stream.concat(ranked.stream(), suspects.operations().stream())
                    .toList()));
        }
        if (search.isOpen()) {
            search.found.addAll(new SampleWeights(search.trial).found());
            search.found.addAll(new CountedElements(search.trial).found());
        }
        if (search.isOpen()) {
            search.found.addAll(new Slices(search.trial).of(ranked));
        }
        if (search.isOpen()) {
            search.operations(ranked.subList(first, ranked.size()));
        }
        budget.release();
        Map<Operation, Boolean> admitted =
                search.found.isEmpty() ? Entrances.among(suspects.ranked(), search.trial) : Map.of();
        return new Findings(
                best(search.found),
                suspects.shown(admitted),
                budget.passes(),
                search.isOpen() ? budget.exhausted() : null);
    }

    private void operations(List<Operation> ranked) {
        Paths paths = new Paths(trial);
        FirstRows rows = new FirstRows(trial);
        int more = MORE;
        for (Operation operation : ranked) {
            if (!trial.budget().isOpen()) {
                return;
            }
            found.addAll(rules.of(operation));
            if (isOpen()) {
                found.addAll(rules.everywhereAs(operation));
            }
            found.addAll(paths.of(operation));
            found.addAll(rows.of(operation));
            if (!isOpen() && more-- == 0) {
                return;
            }
        }
    }

    /** Whether nothing has been found that means something. */
    private boolean isOpen() {
        return found.stream().noneMatch(one -> one.order() < Found.FITTED);
    }

    /**
     * The faulty rule, cut or factor that makes what one operation passed on, or a few together.
     *
     * @param beside what nodes are called that are not to be looked at
     */
    static @Nullable Cause rulesAndPaths(Case wrong, String beside, Budget budget) {
        Deviation deviation = new Deviation(wrong.comparisons());
        if (deviation.wrong().isEmpty() || !deviation.isFinite()) {
            return null;
        }
        Search search = new Search(new Trial(wrong, deviation, budget));
        search.operations(wrong.objective().operations().stream()
                .filter(operation -> !operation.output().label().equals(beside))
                .toList());
        return best(search.found);
    }

    private static @Nullable Cause best(List<Found> found) {
        Set<String> said = new HashSet<>();
        List<Cause> sorted = found.stream()
                .filter(one -> found.stream().noneMatch(one::isInnerTo))
                .sorted(Comparator.comparingInt(Found::order).thenComparing(one -> -one.place()))
                .map(Found::cause)
                .filter(cause -> said.add(cause.kind() + cause.rule() + cause.node() + cause.input() + cause.factor()))
                .limit(1 + ALTERNATIVES)
                .toList();
        return sorted.isEmpty() ? null : sorted.get(0).beside(sorted.subList(1, sorted.size()));
    }
}
