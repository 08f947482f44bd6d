package dev.plumbline.compute.explanation;

import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.program.Fragment;
import dev.plumbline.compute.program.Node;
import dev.plumbline.tensor.Datatype;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Searches for the rule that makes what an operation passed on by itself: each once, and of so many operations only. */
final class AloneNames {

    private static final int MOST = 20;

    private final Seen seen;
    private final Map<Node, Datatype> datatypes;
    private final AloneSetting setting;
    private final AloneWork work;
    private final Map<Tried, Optional<Cause>> tried = new HashMap<>();

    private record Tried(Fragment fragment, List<Node> inputs) {}

    AloneNames(Seen seen, Map<Node, Datatype> datatypes, AloneSetting setting, AloneWork work) {
        this.seen = seen;
        this.datatypes = datatypes;
        this.setting = setting;
        this.work = work;
    }

    /**
     * What makes what a fragment passed on to some of what it reads; null where that is not known, or was not tried.
     *
     * @param comparisons of what it passed on with what it should have
     */
    @Nullable
    Cause of(Alone own, List<Node> inputs, Function<Node, Comparison> comparisons, Runnable alive) {
        Tried these = new Tried(own.fragment(), inputs);
        Optional<Cause> known = tried.get(these);
        if (known == null && (setting.seconds() == 0 || tried.size() == MOST)) {
            return null;
        }
        if (known == null) {
            known = searched(own, inputs, comparisons, alive);
            tried.put(these, known);
        }
        return known.orElse(null);
    }

    private Optional<Cause> searched(
            Alone own, List<Node> inputs, Function<Node, Comparison> comparisons, Runnable alive) {
        List<Datatype> arithmetic =
                inputs.stream().map(datatypes::get).filter(Objects::nonNull).toList();
        Case wrong = new Case(
                own.objective(),
                own.gradient(),
                inputs.stream().map(comparisons).toList(),
                ClaimDatatype.widest(arithmetic),
                setting.seed());
        Budget budget = Budget.of(setting.seconds() / MOST, (passes, most) -> alive.run());
        Cause cause = Search.rulesAndPaths(wrong, Fragment.SUM, budget);
        work.searched(own, budget);
        return Optional.ofNullable(cause)
                .map(found -> found.explaining(inputs.stream()
                        .filter(input -> found.explains().contains(Fragment.input(input)))
                        .map(seen::name)
                        .toList()));
    }
}
