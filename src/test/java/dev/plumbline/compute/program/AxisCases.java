package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.Samples.at;
import static dev.plumbline.compute.program.Samples.grid;
import static dev.plumbline.compute.program.Samples.normal;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows for the operations along axes: reductions, running sums, and everything that moves elements. */
final class AxisCases {

    private AxisCases() {}

    static Stream<OperationCase> all() {
        return Stream.of(reductions(), runningSums(), moves(), slices(), joins(), lookups())
                .flatMap(rows -> rows);
    }

    private static Stream<OperationCase> reductions() {
        List<OperationCase> rows = new ArrayList<>();
        for (Reduce.Kind kind : Reduce.Kind.values()) {
            rows.add(reduce(kind, new int[] {2, 3}, 0));
            rows.add(reduce(kind, new int[] {2, 3}, 1));
            rows.add(reduce(kind, new int[] {2, 3}, 0, 1));
            rows.add(reduce(kind, new int[] {2, 3, 4}, 1));
            rows.add(reduce(kind, new int[] {2, 3, 4}, 0, 2));
            rows.add(reduce(kind, new int[] {2, 3, 2, 2}, 1, 3));
            rows.add(reduce(kind, new int[] {2, 1, 3}, 1));
            rows.add(reduce(kind, new int[] {4}, 0));
            rows.add(reduce(kind, new int[] {}));
            rows.add(reduce(kind, new int[] {2, 3}));
            rows.add(reduce(kind, new int[] {0, 3}, 1));
        }
        rows.add(reduce(Reduce.Kind.SUM, new int[] {0, 3}, 0));
        rows.add(reduce(Reduce.Kind.SUM, new int[] {0}, 0));
        return rows.stream();
    }

    private static OperationCase reduce(Reduce.Kind kind, int[] shape, int... axes) {
        List<Integer> over = IntStream.of(axes).boxed().toList();
        int[] kept = IntStream.range(0, shape.length)
                .filter(axis -> !over.contains(axis))
                .toArray();
        Shape expected = Shape.of(IntStream.of(kept).map(axis -> shape[axis]).toArray());
        return OperationCase.of(new Reduce(kind, over), List.of(grid(1, 0.1, 0.25, shape)), expected, (in, index) -> {
            double result = kind == Reduce.Kind.SUM ? 0 : Double.NEGATIVE_INFINITY;
            for (int i = 0; i < in.get(0).size(); i++) {
                int[] source = in.get(0).shape().index(i);
                int[] place = IntStream.of(kept).map(axis -> source[axis]).toArray();
                if (Arrays.equals(place, index)) {
                    double x = in.get(0).at(i);
                    result = kind == Reduce.Kind.SUM ? result + x : x > result ? x : result;
                }
            }
            return result;
        });
    }

    private static Stream<OperationCase> runningSums() {
        int[][] shapes = {{5}, {2, 4}, {3, 2}, {2, 3, 2}, {1, 3}, {2, 0}};
        int[] axes = {0, 1, 0, 1, 0, 1};
        return IntStream.range(0, shapes.length).mapToObj(row -> {
            int axis = axes[row];
            Tensor x = normal(2, shapes[row]);
            return OperationCase.of(new CumulativeSum(axis), List.of(x), x.shape(), (in, index) -> {
                double sum = 0;
                for (int k = 0; k <= index[axis]; k++) {
                    sum += at(in.get(0), with(index, axis, k));
                }
                return sum;
            });
        });
    }

    private static int[] with(int[] index, int axis, int position) {
        int[] changed = index.clone();
        changed[axis] = position;
        return changed;
    }

    private static Stream<OperationCase> moves() {
        return Stream.of(
                reshape(Shape.of(2, 6), Shape.of(3, 4)),
                reshape(Shape.of(2, 3, 2), Shape.of(12)),
                reshape(Shape.of(1), Shape.SCALAR),
                reshape(Shape.of(0, 3), Shape.of(5, 0)),
                transpose(Shape.of(2, 3), Shape.of(3, 2), 1, 0),
                transpose(Shape.of(2, 3, 4), Shape.of(4, 2, 3), 2, 0, 1),
                transpose(Shape.of(2, 3, 1, 2), Shape.of(2, 1, 2, 3), 0, 2, 3, 1),
                transpose(Shape.of(2, 3), Shape.of(2, 3), 0, 1),
                transpose(Shape.SCALAR, Shape.SCALAR),
                transpose(Shape.of(0, 3), Shape.of(3, 0), 1, 0),
                broadcast(Shape.of(3), Shape.of(2, 3)),
                broadcast(Shape.of(2, 1), Shape.of(2, 3)),
                broadcast(Shape.of(1, 3, 1), Shape.of(2, 3, 2)),
                broadcast(Shape.of(2, 1, 1), Shape.of(3, 2, 1, 2)),
                broadcast(Shape.SCALAR, Shape.of(2, 2)),
                broadcast(Shape.of(1), Shape.of(0)),
                pad(Shape.of(3), Shape.of(6), List.of(1), List.of(2), 0),
                pad(Shape.of(2, 3), Shape.of(3, 5), List.of(0, 2), List.of(1, 0), -1.5),
                pad(Shape.of(2, 2, 2), Shape.of(4, 2, 3), List.of(1, 0, 1), List.of(1, 0, 0), Double.NEGATIVE_INFINITY),
                pad(Shape.of(0, 2), Shape.of(2, 2), List.of(1, 0), List.of(1, 0), 3));
    }

    private static OperationCase reshape(Shape from, Shape to) {
        return OperationCase.of(new Reshape(to), List.of(normal(3, from.extents())), to, (in, index) -> {
            int position = 0;
            for (int axis = 0; axis < index.length; axis++) {
                position = position * to.extent(axis) + index[axis];
            }
            return in.get(0).at(position);
        });
    }

    private static OperationCase transpose(Shape from, Shape to, Integer... permutation) {
        Transpose op = new Transpose(List.of(permutation));
        return OperationCase.of(op, List.of(normal(4, from.extents())), to, (in, index) -> {
            int[] source = new int[index.length];
            for (int axis = 0; axis < index.length; axis++) {
                source[permutation[axis]] = index[axis];
            }
            return at(in.get(0), source);
        });
    }

    private static OperationCase broadcast(Shape from, Shape to) {
        return OperationCase.of(
                new Broadcast(to), List.of(normal(5, from.extents())), to, (in, index) -> at(in.get(0), index));
    }

    private static OperationCase pad(Shape from, Shape to, List<Integer> before, List<Integer> after, double fill) {
        return OperationCase.of(new Pad(before, after, fill), List.of(normal(6, from.extents())), to, (in, index) -> {
            int[] source = new int[index.length];
            for (int axis = 0; axis < index.length; axis++) {
                source[axis] = index[axis] - before.get(axis);
                if (source[axis] < 0 || source[axis] >= from.extent(axis)) {
                    return fill;
                }
            }
            return at(in.get(0), source);
        });
    }

    private static Stream<OperationCase> slices() {
        return Stream.of(
                slice(Shape.of(5, 4), List.of(1, 0), List.of(3, 4), List.of(1, 1)),
                slice(Shape.of(5, 4), List.of(0, 1), List.of(3, 2), List.of(2, 2)),
                slice(Shape.of(2, 5), List.of(0, 4), List.of(2, 5), List.of(1, -1)),
                slice(Shape.of(2, 5), List.of(1, 4), List.of(2, 3), List.of(-1, -2)),
                slice(Shape.of(6), List.of(4), List.of(2), List.of(-3)),
                slice(Shape.of(2, 3, 2), List.of(0, 2, 1), List.of(2, 1, 2), List.of(1, 7, -1)),
                slice(Shape.of(3, 2), List.of(9, 0), List.of(0, 2), List.of(1, 1)),
                slice(Shape.SCALAR, List.of(), List.of(), List.of()));
    }

    private static OperationCase slice(Shape from, List<Integer> starts, List<Integer> counts, List<Integer> steps) {
        Shape to = Shape.of(counts.stream().mapToInt(Integer::intValue).toArray());
        return OperationCase.of(
                new Slice(starts, counts, steps), List.of(normal(7, from.extents())), to, (in, index) -> {
                    int[] source = new int[index.length];
                    Arrays.setAll(source, axis -> starts.get(axis) + index[axis] * steps.get(axis));
                    return at(in.get(0), source);
                });
    }

    private static Stream<OperationCase> joins() {
        return Stream.of(
                concat(0, Shape.of(3, 3), Shape.of(2, 3), Shape.of(1, 3)),
                concat(1, Shape.of(2, 6), Shape.of(2, 1), Shape.of(2, 2), Shape.of(2, 3)),
                concat(1, Shape.of(2, 3, 2), Shape.of(2, 1, 2), Shape.of(2, 2, 2)),
                concat(0, Shape.of(3), Shape.of(3)),
                concat(1, Shape.of(2, 3), Shape.of(2, 0), Shape.of(2, 3)));
    }

    private static OperationCase concat(int axis, Shape to, Shape... parts) {
        List<Tensor> inputs = IntStream.range(0, parts.length)
                .mapToObj(k -> normal(8 + k, parts[k].extents()))
                .toList();
        return OperationCase.of(new Concat(axis), inputs, to, (in, index) -> {
            int part = 0;
            int position = index[axis];
            while (position >= in.get(part).shape().extent(axis)) {
                position -= in.get(part++).shape().extent(axis);
            }
            return at(in.get(part), with(index, axis, position));
        });
    }

    private static Stream<OperationCase> lookups() {
        return Stream.of(
                gather(0, Shape.of(4, 3), Shape.of(4, 3), Tensor.vector(2, 0, 2, -1)),
                gather(1, Shape.of(4, 3), Shape.of(4, 2), Tensor.vector(1, 1)),
                gather(1, Shape.of(2, 3, 2), Shape.of(2, 2, 2, 2), Tensor.of(Shape.of(2, 2), 0, -3, 2, 2)),
                gather(2, Shape.of(2, 1, 3), Shape.of(2, 1), Tensor.scalar(-2)),
                gather(0, Shape.of(5), Shape.of(1, 3), Tensor.of(Shape.of(1, 3), 1, 1, 4)),
                gather(0, Shape.of(3, 2), Shape.of(0, 2), Tensor.vector()),
                gather(1, Shape.of(0, 3), Shape.of(0, 2), Tensor.vector(2, -1)),
                pick(1, true, Shape.of(2, 3), Tensor.of(Shape.of(2, 2), 0, 0, 2, -2)),
                pick(0, true, Shape.of(3, 2), Tensor.of(Shape.of(4, 2), 2, 0, 2, 0, -1, 1, 2, 0)),
                pick(2, false, Shape.of(3, 2, 4), Tensor.of(Shape.of(2, 1, 3), 3, 0, 3, 1, 1, 2)),
                pick(0, false, Shape.of(4), Tensor.vector(3, 3, 0)),
                pick(1, false, Shape.of(2, 3), Tensor.zeros(Shape.of(2, 0))),
                pickButFor(-7, 1, Shape.of(2, 3), Tensor.of(Shape.of(2, 2), 0, -7, -7, 2)),
                pickButFor(1, 0, Shape.of(3), Tensor.vector(2, 1, 0)));
    }

    private static OperationCase gather(int axis, Shape from, Shape to, Tensor indices) {
        int rank = indices.shape().rank();
        return OperationCase.of(new Gather(axis), List.of(normal(11, from.extents()), indices), to, (in, index) -> {
                    double looked = at(in.get(1), Arrays.copyOfRange(index, axis, axis + rank));
                    int[] source = new int[from.rank()];
                    for (int k = 0; k < source.length; k++) {
                        source[k] = k < axis
                                ? index[k]
                                : k == axis ? resolved(looked, from.extent(axis)) : index[k - 1 + rank];
                    }
                    return at(in.get(0), source);
                })
                .smoothIn(0);
    }

    private static OperationCase pick(int axis, boolean fromEnd, Shape from, Tensor indices) {
        GatherElements op = new GatherElements(axis, fromEnd);
        return OperationCase.of(op, List.of(normal(12, from.extents()), indices), indices.shape(), (in, index) -> {
                    int position = 0;
                    for (int k = 0; k < index.length; k++) {
                        position = position * indices.shape().extent(k) + index[k];
                    }
                    return at(in.get(0), with(index, axis, resolved(indices.at(position), from.extent(axis))));
                })
                .smoothIn(0);
    }

    /** Indices that are to be ignored pick 0. */
    private static OperationCase pickButFor(int ignored, int axis, Shape from, Tensor indices) {
        GatherElements op = new GatherElements(axis, false, ignored);
        return OperationCase.of(op, List.of(normal(12, from.extents()), indices), indices.shape(), (in, index) -> {
                    int position = 0;
                    for (int k = 0; k < index.length; k++) {
                        position = position * indices.shape().extent(k) + index[k];
                    }
                    double picked = indices.at(position);
                    return picked == ignored ? 0 : at(in.get(0), with(index, axis, (int) picked));
                })
                .smoothIn(0);
    }

    private static int resolved(double index, int extent) {
        return (int) (index < 0 ? index + extent : index);
    }
}
