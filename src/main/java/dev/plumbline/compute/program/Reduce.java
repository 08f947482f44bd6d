package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sum or the maximum over axes (counted from the front), which disappear. The sum over nothing is 0; a maximum over
 * nothing is refused. A sum is right to a few units in the last place of the sum of sizes, however many its terms. Elements that tie for the maximum share its gradient equally, as in PyTorch's amax.
 */
public record Reduce(Kind kind, List<Integer> axes) implements Op {

    public enum Kind {
        SUM,
        MAX
    }

    public Reduce {
        axes = List.copyOf(axes);
    }

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape source = inputs.get(0);
        axes.forEach(axis -> Shapes.axis(axis, source.rank()));
        if (kind == Kind.MAX && axes.stream().anyMatch(axis -> source.extent(axis) == 0)) {
            throw Problem.invalid("", "there is no maximum of nothing", source, "axes that are not empty");
        }
        int[] kept = new int[source.rank()];
        int count = 0;
        for (int axis = 0; axis < source.rank(); axis++) {
            if (!axes.contains(axis)) {
                kept[count++] = source.extent(axis);
            }
        }
        return Shape.of(Arrays.copyOf(kept, count));
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        Tensor x = inputs.get(0);
        double[] y = new double[shape.size()];
        StridedRows rows = StridedRows.of(
                x.shape(), resultStrides(x.shape(), shape), x.shape().strides());
        if (kind == Kind.SUM) {
            rows.sum(y, x.values());
            return y;
        }
        Arrays.fill(y, Double.NEGATIVE_INFINITY);
        double[] values = x.values();
        rows.forEach(at -> {
            for (int i = 0, t = at[0], f = at[1]; i < rows.length(); i++, t += rows.step(0), f += rows.step(1)) {
                y[t] = Math.max(y[t], values[f]);
            }
        });
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return new Reduce(kind, axes.stream().map(axis -> axis + 1).toList()).value(inputs, shape.prepend(copies));
    }

    @Override
    public boolean isSmooth() {
        return kind == Kind.SUM;
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        if (kind == Kind.SUM) {
            return Germs.linear(this, inputs, 1, side);
        }
        Germ x = inputs.get(0);
        int[] results = results(x.value().shape(), side.shape());
        int[] winners = new int[side.shape().size()];
        Arrays.fill(winners, -1);
        double[] values = x.value().values();
        for (int i = 0; i < results.length; i++) {
            int best = winners[results[i]];
            winners[results[i]] = best < 0 || values[i] > values[best] ? i : best;
        }
        double[] @Nullable [] terms = new double[side.order()][];
        for (int k = 1; k <= terms.length; k++) {
            terms[k - 1] = x.has(k) ? Bends.chosen(x.coefficient(k), winners) : null;
        }
        Map<Integer, List<Candidate>> ties = x.isConstant() ? Map.of() : ties(x, side, results, winners);
        int[] onEdge =
                ties.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
        return Germs.choice(this, inputs, side, terms, onEdge, new Germs.Ties(ties::get, true));
    }

    private static Map<Integer, List<Candidate>> ties(Germ x, Side side, int[] results, int[] winners) {
        Map<Integer, List<Candidate>> ties = new HashMap<>();
        double[] values = x.value().values();
        for (int i = 0; i < results.length; i++) {
            int winner = winners[results[i]];
            if (values[i] >= values[winner] - side.width(0, i) - side.width(0, winner)) {
                ties.computeIfAbsent(results[i], k -> new ArrayList<>()).add(new Candidate(0, i, 1));
            }
        }
        ties.values().removeIf(tied -> tied.size() == 1);
        return ties;
    }

    /** For each element of the source the element of the result that it goes to. */
    private int[] results(Shape source, Shape shape) {
        int[] results = new int[source.size()];
        StridedRows rows = StridedRows.of(source, resultStrides(source, shape), source.strides());
        rows.forEach(at -> {
            for (int i = 0, t = at[0], f = at[1]; i < rows.length(); i++, t += rows.step(0), f += rows.step(1)) {
                results[f] = t;
            }
        });
        return results;
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx == null) {
            return;
        }
        Shape source = inputs.get(0).shape();
        int[] strides = resultStrides(source, output.shape());
        if (kind == Kind.SUM) {
            StridedRows.of(source, source.strides(), strides).add(dx, 0, cotangent, 0);
            return;
        }
        double[] x = inputs.get(0).values();
        double[] y = output.values();
        int[] ties = new int[y.length];
        StridedRows rows = StridedRows.of(source, strides, source.strides());
        rows.forEach(at -> {
            for (int i = 0, t = at[0], f = at[1]; i < rows.length(); i++, t += rows.step(0), f += rows.step(1)) {
                ties[t] += x[f] == y[t] ? 1 : 0;
            }
        });
        rows.forEach(at -> {
            for (int i = 0, t = at[0], f = at[1]; i < rows.length(); i++, t += rows.step(0), f += rows.step(1)) {
                dx[f] += x[f] == y[t] ? cotangent[t] / ties[t] : 0;
            }
        });
    }

    /** The strides of the result along the axes of the source: 0 along those that disappear. */
    int[] resultStrides(Shape source, Shape shape) {
        int[] own = shape.strides();
        int[] strides = new int[source.rank()];
        for (int axis = 0, k = 0; axis < strides.length; axis++) {
            strides[axis] = axes.contains(axis) ? 0 : own[k++];
        }
        return strides;
    }

    @Override
    public double cost(List<Shape> inputs, Shape output) {
        return inputs.get(0).size();
    }
}
