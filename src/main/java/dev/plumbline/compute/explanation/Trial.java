package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.ReversePass;
import dev.plumbline.compute.program.Work;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Hypotheses put to the test, against one deviation and within one budget. */
final class Trial {

    private final Case wrong;
    private final Deviation deviation;
    private final Arithmetic arithmetic;
    private final Budget budget;
    private final List<Screen> screens;
    private boolean madeTheNearest;

    Trial(Case wrong, Deviation deviation, Budget budget) {
        this.wrong = wrong;
        this.deviation = deviation;
        this.arithmetic = new Arithmetic(wrong, deviation);
        this.screens = Screen.of(wrong.objective(), deviation);
        this.budget = budget;
    }

    Case wrong() {
        return wrong;
    }

    Deviation deviation() {
        return deviation;
    }

    Budget budget() {
        return budget;
    }

    /** What a hypothesis does to the gradient; null once the budget is used up. */
    double @Nullable [] effect(Replay replay) {
        Map<String, double[]> effect = played(replay, pass -> pass);
        return effect == null ? null : deviation.vector(effect);
    }

    /** The same; null also where no multiple of it makes what the nearest wrong tensors are off. */
    double @Nullable [] multiple(Replay replay) {
        return pass(replay, Screen::admitsMultiple) ? effect(replay) : null;
    }

    /** Whether a hypothesis may make what a few tensors are off. */
    private boolean pass(Replay replay, BiPredicate<Screen, Map<String, double[]>> admits) {
        madeTheNearest = false;
        for (Screen screen : screens) {
            Map<String, double[]> few = played(replay, screen::over);
            if (few == null || !admits.test(screen, few)) {
                return false;
            }
            madeTheNearest = true;
        }
        return true;
    }

    /** Whether the last hypothesis makes what the nearest wrong tensors are off, and perhaps not what those behind are. */
    boolean madeTheNearest() {
        return madeTheNearest;
    }

    /** The nearest right tensor that an operation's gradient goes to; null where there is none. */
    @Nullable
    String rightBefore(Operation operation) {
        BitSet upstream = new BitSet();
        operation.inputs().stream()
                .filter(input -> !input.inputs().isEmpty())
                .forEach(input -> upstream.set(input.id()));
        for (int id = upstream.length() - 1; id >= 0; id = upstream.previousSetBit(id - 1)) {
            wrong.objective().program().nodes().get(id).inputs().forEach(input -> upstream.set(input.id()));
        }
        return deviation.right().stream()
                .filter(name -> upstream.get(parameter(name).id()))
                .max(Comparator.comparingInt(wrong.objective()::firstReader))
                .orElse(null);
    }

    /** Whether a hypothesis would make a right tensor wrong. */
    boolean touches(String right, Replay replay) {
        Map<String, double[]> effect = played(replay, pass -> pass.toward(Set.of(parameter(right))));
        return effect == null || !Fit.leaves(deviation, right, effect.getOrDefault(right, new double[0]));
    }

    /** The node of a parameter. */
    Node parameter(String name) {
        return Objects.requireNonNull(wrong.objective().program().parameters().get(name));
    }

    private @Nullable Map<String, double[]> played(Replay replay, UnaryOperator<ReversePass> way) {
        if (!budget.isOpen()) {
            return null;
        }
        Work work = budget.work();
        ReversePass pass = ReversePass.over(wrong.objective().base()).counting(work);
        Map<String, double[]> effect = replay.effect(way.apply(pass), wrong.gradient());
        budget.charge(work.passes());
        return work.isOver() ? null : effect;
    }

    /** The explanation that a hypothesis amounts to, or null where it does not make the claim. */
    @Nullable
    Cause explained(Replay replay, int free, Function<Fit, Cause> words) {
        madeTheNearest = false;
        if (!Fit.isLarge(deviation, free)) {
            return null;
        }
        double[] effect = pass(replay, Screen::admits) ? effect(replay) : null;
        return effect == null ? null : explained(replay, effect, free, words);
    }

    /** The same where its effect is known. */
    @Nullable
    Cause explained(Replay replay, double[] effect, int free, Function<Fit, Cause> words) {
        Fit fit = Fit.of(deviation, effect);
        return fit.isClose() && Fit.isLarge(deviation, free) && arithmetic.allows(replay, effect, fit, budget)
                ? words.apply(fit)
                : null;
    }
}
