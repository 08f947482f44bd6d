package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Suffix.Step;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One pass through a {@link Suffix} for some copies. Each step's values are a column as long as operations allow, then
 * all values of all copies, and after the sum over samples one number a sample: how its share changes.
 */
final class SuffixPass {

    private final List<Step> steps;
    private final Column start;
    private final Tensor startPoint;
    private final @Nullable Column[] columns; // (step)
    private final @Nullable Tensor[] dense;
    private final double[] @Nullable [] shares;

    SuffixPass(List<Step> steps, Column start, Tensor startPoint) {
        this.steps = steps;
        this.start = start;
        this.startPoint = startPoint;
        this.columns = new Column[steps.size()];
        this.dense = new Tensor[steps.size()];
        this.shares = new double[steps.size()][];
    }

    /** How each sample's share of the last step changes: {@code [copy * samples + sample]}. */
    double[] changes() {
        for (int s = 0; s < steps.size(); s++) {
            Step step = steps.get(s);
            if (step.isShared()) {
                shares[s] = shares(step);
            } else {
                compute(s, step);
            }
        }
        int last = steps.size() - 1;
        double[] result = shares[last];
        return result != null
                ? result
                : changes(columns[last], dense[last], steps.get(last).result());
    }

    private void compute(int s, Step step) {
        Op op = step.node().op();
        int operand = onlyColumn(step);
        Column x = operand < 0 ? null : column(step, operand);
        Column column = x == null
                ? null
                : op.column(x, operand, step.point(), step.node().shape());
        if (column != null) {
            columns[s] = column;
            return;
        }
        double[] all = x == null ? null : op.values(x, operand, step.point(), step.result());
        dense[s] = all != null ? copies(step, all) : denseValue(step);
    }

    /** The operand that is a column, where it is the only one that differs; else -1. */
    private int onlyColumn(Step step) {
        int only = -1;
        for (int k = 0; k < step.sources().length; k++) {
            if (step.sources()[k] != Suffix.POINT) {
                if (only >= 0 || column(step, k) == null) {
                    return -1;
                }
                only = k;
            }
        }
        return only;
    }

    private @Nullable Column column(Step step, int operand) {
        int source = step.sources()[operand];
        return source == Suffix.START ? start : source == Suffix.POINT ? null : columns[source];
    }

    private Tensor copies(Step step, double[] values) {
        return Tensor.of(step.node().shape().prepend(start.copies()), values);
    }

    private Tensor denseValue(Step step) {
        List<Tensor> inputs = new ArrayList<>(step.sources().length);
        boolean[] differs = new boolean[step.sources().length];
        for (int k = 0; k < differs.length; k++) {
            Column column = column(step, k);
            Tensor stays = step.point().get(k);
            differs[k] = step.sources()[k] != Suffix.POINT;
            inputs.add(
                    column != null
                            ? column.dense(stays)
                            : differs[k] ? Objects.requireNonNull(dense[step.sources()[k]]) : stays);
        }
        Op op = step.node().op();
        Tensor first = inputs.get(0);
        boolean onlyFirst = differs[0] && (differs.length == 1 || !differs[1]);
        // A column in all its values was made for this step alone.
        boolean mayOverwrite = onlyFirst && (step.consumesFirst() || column(step, 0) != null);
        return mayOverwrite
                        && op.overwrite(
                                first.values(),
                                start.copies(),
                                inputs,
                                step.node().shape())
                ? copies(step, first.values())
                : copies(
                        step,
                        op.values(start.copies(), inputs, differs, step.node().shape()));
    }

    // ── after the sum over samples: one number a sample, the change of its share ──

    private double[] shares(Step step) {
        double[] first = shared(step, 0);
        double[] second = step.sources().length > 1 ? shared(step, 1) : null;
        if (first == null && second == null) {
            int source = step.sources()[0];
            return source == Suffix.START
                    ? changes(start, null, startPoint)
                    : changes(columns[source], dense[source], step.point().get(0));
        }
        if (!(step.node().op() instanceof Binary binary)) {
            double sign = step.node().op() instanceof Unary ? -1 : 1;
            return scaled(Objects.requireNonNull(first), sign);
        }
        return switch (binary.function()) {
            case MULTIPLY ->
                first != null ? scaled(first, item(step, 1)) : scaled(Objects.requireNonNull(second), item(step, 0));
            case DIVIDE -> scaled(Objects.requireNonNull(first), 1 / item(step, 1));
            default -> combined(first, second, binary.function() == BinaryFunction.SUBTRACT ? -1 : 1);
        };
    }

    private double @Nullable [] shared(Step step, int operand) {
        int source = step.sources()[operand];
        return source < 0 ? null : shares[source];
    }

    private static double item(Step step, int operand) {
        return step.point().get(operand).item();
    }

    /** What a node's values, summed over each sample, differ by from the point's. */
    private double[] changes(@Nullable Column column, @Nullable Tensor dense, Tensor at) {
        int samples = start.samples();
        double[] point = at.values();
        int part = point.length / samples;
        double[] changes = new double[start.copies() * samples];
        if (column != null) {
            for (int c = 0, i = 0; c < start.copies(); c++) {
                int position = column.positions()[c];
                for (int n = 0; n < samples; n++, i++) {
                    changes[i] = position < 0 ? 0 : column.values()[i] - point[n * part + position];
                }
            }
            return changes;
        }
        double[] all = Objects.requireNonNull(dense).values();
        for (int i = 0, k = 0; i < changes.length; i++) {
            int begin = i % samples * part;
            double sum = 0;
            for (int p = 0; p < part; p++, k++) {
                sum += all[k] - point[begin + p];
            }
            changes[i] = sum;
        }
        return changes;
    }

    private static double[] scaled(double[] shares, double factor) {
        double[] scaled = new double[shares.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = factor * shares[i];
        }
        return scaled;
    }

    private static double[] combined(double @Nullable [] first, double @Nullable [] second, double sign) {
        if (first == null || second == null) {
            return first != null ? first : scaled(Objects.requireNonNull(second), sign);
        }
        double[] combined = new double[first.length];
        for (int i = 0; i < combined.length; i++) {
            combined[i] = first[i] + sign * second[i];
        }
        return combined;
    }
}
