package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.explanation.Deviation.Part;
import dev.plumbline.compute.explanation.Factors.Named;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The gradient of a parameter whose first row stands in for all of them, {@code a_i = c g_0}: an index {@code [0]} too many
 * behind the product, beside a constant that may be missing.
 */
final class FirstRows {

    private final Trial trial;

    FirstRows(Trial trial) {
        this.trial = trial;
    }

    /** What the parameters that an operation reads explain. */
    List<Found> of(Operation operation) {
        List<Found> found = new ArrayList<>();
        for (Part part : trial.deviation().parts()) {
            Node parameter = trial.parameter(part.name());
            boolean hasRows = parameter.rank() > 0
                    && parameter.shape().extent(0) > 1
                    && part.size() == trial.deviation().off().length;
            if (hasRows && operation.inputs().contains(parameter)) {
                rows(operation, parameter, part, found);
            }
        }
        return found;
    }

    private void rows(Operation operation, Node parameter, Part part, List<Found> found) {
        double[] first =
                repeated(trial.deviation().reference(), parameter.shape().extent(0));
        double largest = Arrays.stream(first).map(Math::abs).max().orElse(0);
        int at = largest == 0 ? -1 : position(first, largest);
        double claimed = at < 0 ? 0 : part.comparison().claimed().at(at);
        Named named = at < 0 || claimed == first[at]
                ? new Named(1, "", false)
                : Factors.named(
                        claimed / first[at],
                        trial.deviation().allowance()[at] / largest,
                        operation,
                        trial.wrong().objective());
        if (at < 0 || named == null) {
            return;
        }
        Replay replay = Replay.of(operation, (point, d) -> {
            double[] right = Replay.passedOn(operation, point, d).getOrDefault(parameter, new double[first.length]);
            double[] excess = repeated(right, parameter.shape().extent(0));
            Arrays.setAll(excess, i -> named.value() * excess[i] - right[i]);
            return Map.of(parameter, excess);
        });
        Cause cause = trial.explained(replay, 0, fit -> cause(operation, parameter, named, fit));
        if (cause != null) {
            int order = named.value() == 1 ? Found.NAMED : Found.OTHER_FACTOR;
            found.add(Found.at(operation, cause, order));
        }
    }

    private static double[] repeated(double[] gradient, int rows) {
        double[] repeated = new double[gradient.length];
        Arrays.setAll(repeated, i -> gradient[i % (gradient.length / rows)]);
        return repeated;
    }

    private static int position(double[] values, double size) {
        int at = 0;
        while (Math.abs(values[at]) != size) {
            at++;
        }
        return at;
    }

    private static Cause cause(Operation operation, Node parameter, Named factor, Fit fit) {
        String times = factor.value() == 1
                ? ""
                : String.format(Locale.ROOT, ", times %.6g (%s)", factor.value(), factor.words());
        return new Cause(
                Kind.RULE,
                "firstOnly",
                operation.name(),
                operation.title(),
                null,
                null,
                factor.value() == 1 ? null : factor.value(),
                factor.value() == 1 ? null : factor.words(),
                null,
                fit.touched(),
                fit.residual(),
                "In the backward pass, %s gives every row of %s the gradient of the first row%s: look for an index [0] too many."
                        .formatted(operation, parameter.label(), times),
                List.of());
    }
}
