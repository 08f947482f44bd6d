package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.explanation.Factors.Named;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Paths into an operation that pass on c times what they should: {@code a = g + (c - 1) C}, C what the path adds to the
 * gradient. 0 is a cut, and a constant may have a meaning.
 */
final class Paths {

    private static final double NONE = 1e-9;

    /** What a factor without a meaning may leave: in 16 bits the nearest multiple of a gradient may lie within the allowances. */
    private static final double CLOSE = 0.01;

    /** What a factor without a meaning may leave of the largest entry: a claim of eight bits proves none. */
    private static final double TOLD = 1e-3;

    private final Trial trial;

    Paths(Trial trial) {
        this.trial = trial;
    }

    /** What paths into an operation explain. */
    List<Found> of(Operation operation) {
        List<Found> found = new ArrayList<>();
        for (int k = 0; k < operation.inputs().size(); k++) {
            Found one = of(operation, k);
            if (one != null) {
                found.add(one);
            }
        }
        return found;
    }

    private @Nullable Found of(Operation operation, int k) {
        Node input = operation.inputs().get(k);
        double[] contribution = trial.multiple(Replay.scaling(operation, input, 2));
        double factor = contribution == null ? Double.NaN : 1 + Fit.factor(trial.deviation(), contribution);
        if (contribution == null || Double.isNaN(factor)) {
            return null;
        }
        Fit fit = Fit.of(trial.deviation(), times(contribution, factor));
        if (!fit.isClose()) {
            return null;
        }
        double uncertainty = uncertainty(contribution);
        if (Math.abs(factor) <= Math.max(NONE, 3 * uncertainty)) {
            return found(operation, input, contribution, new Named(0, "nothing", true), Found.CUT, 0);
        }
        Named named =
                Factors.named(factor, uncertainty, operation, trial.wrong().objective());
        if (named == null && (fit.rest() > CLOSE || fit.residual() > TOLD)) {
            return null;
        }
        return named != null
                ? found(operation, input, contribution, named, named.isOwn() ? Found.OWN_FACTOR : Found.OTHER_FACTOR, 0)
                : found(operation, input, contribution, new Named(factor, "unknown", false), Found.FITTED, 1);
    }

    private @Nullable Found found(
            Operation operation, Node input, double[] contribution, Named factor, int order, int free) {
        Cause cause = trial.explained(
                Replay.scaling(operation, input, factor.value()),
                times(contribution, factor.value()),
                free,
                fit -> cause(operation, input, factor, fit));
        return cause == null ? null : Found.at(operation, cause, order);
    }

    private static double[] times(double[] contribution, double factor) {
        double[] effect = contribution.clone();
        for (int i = 0; i < effect.length; i++) {
            effect[i] *= factor - 1;
        }
        return effect;
    }

    /** Of a fitted factor: rounding, with the allowances for six deviations, over all entries. */
    private double uncertainty(double[] contribution) {
        double squares = 0;
        double[] allowance = trial.deviation().allowance();
        for (int i = 0; i < contribution.length; i++) {
            double ratio = contribution[i] / allowance[i];
            squares += ratio * ratio;
        }
        return 1 / Math.sqrt(squares);
    }

    private Cause cause(Operation operation, Node input, Named factor, Fit fit) {
        boolean cut = factor.value() == 0;
        String from = where(operation, input);
        String advice = cut
                ? "%s passes no gradient on to %s. Its backward pass must, beside whatever else it does: look for a detached tensor, a dropped branch or an operand that was forgotten."
                        .formatted(operation, from)
                : String.format(
                        Locale.ROOT,
                        "%s passes %.6g times the right gradient on to %s%s.",
                        operation,
                        factor.value(),
                        from,
                        factor.words().equals("unknown")
                                ? "; what that number means is unknown"
                                : factor.value() == -1
                                        ? ": a minus is missing, or there is one too many"
                                        : " (" + factor.words()
                                                + "): look for a constant of the forward pass that is missing behind, or there twice");
        return new Cause(
                cut ? Kind.CUT : Kind.SCALED_PATH,
                null,
                operation.name(),
                operation.title(),
                position(operation, input),
                null,
                cut ? null : factor.value(),
                cut ? null : factor.words(),
                null,
                fit.touched(),
                fit.residual(),
                advice,
                List.of());
    }

    /** Where a path leads to; what the file made one operation of may read a value in several places. */
    private String where(Operation operation, Node input) {
        if (ValueWords.isInner(input, operation) || operation.toString().startsWith(input.label())) {
            return part(operation, input);
        }
        List<Node> readers = trial.wrong().objective().consumers(input).stream()
                .filter(reader -> reader.origin() == operation.output().origin())
                .toList();
        return operation.nodes().containsAll(readers)
                ? input.label()
                : "%s in one of the %d places where it reads it".formatted(input.label(), readers.size());
    }

    /** By the parameters that it reads, if it reads any. */
    private String part(Operation operation, Node input) {
        Set<Node> read = new HashSet<>();
        Deque<Node> open = new ArrayDeque<>(List.of(input));
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (read.add(node) && node.origin() == operation.output().origin()) {
                open.addAll(node.inputs());
            }
        }
        List<String> names = trial.wrong().objective().program().parameters().entrySet().stream()
                .filter(parameter -> read.contains(parameter.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        return names.isEmpty() ? "a part of itself" : "a part of itself, which reads " + String.join(", ", names);
    }

    private static int position(Operation operation, Node input) {
        int own = operation.output().inputs().indexOf(input);
        return own >= 0 ? own : operation.inputs().indexOf(input);
    }
}
