package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** What picks elements by known values: by conditions, by being new, by lengths, by boxes that overlap. */
final class Choosing {

    private Choosing() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Compress", Choosing::compress);
        table.put("NonZero", Choosing::nonZero);
        table.put("Unique", Choosing::unique);
        table.put("ReverseSequence", Choosing::reverseSequence);
        table.put("MaxUnpool", Choosing::unpool);
        table.put("NonMaxSuppression", BoxSuppression::apply);
    }

    private static Node flat(Call call, Node x) {
        return call.builder().reshape(x, Shape.of(x.shape().size()));
    }

    private static List<Value> compress(Call call) {
        Tensor condition = call.constant(1);
        Node x = call.hasAttribute("axis") ? call.in(0) : flat(call, call.in(0));
        int axis = call.hasAttribute("axis") ? call.axis(call.whole("axis", 0), x.rank()) : 0;
        if (condition.shape().rank() != 1 || condition.size() > x.shape().extent(axis)) {
            throw Problem.invalid(
                    "",
                    "the condition does not fit",
                    condition.shape(),
                    "at most " + x.shape().extent(axis));
        }
        double[] kept = IntStream.range(0, condition.size())
                .filter(i -> condition.at(i) != 0)
                .asDoubleStream()
                .toArray();
        return call.result(call.builder().gather(x, call.indices(kept), axis));
    }

    /** (rank, count) positions in row-major order. */
    private static List<Value> nonZero(Call call) {
        Tensor x = call.constant(0);
        int[] found = IntStream.range(0, x.size()).filter(i -> x.at(i) != 0).toArray();
        int rank = x.shape().rank();
        double[] positions = new double[rank * found.length];
        for (int k = 0; k < found.length; k++) {
            int[] index = x.shape().index(found[k]);
            for (int axis = 0; axis < rank; axis++) {
                positions[axis * found.length + k] = index[axis];
            }
        }
        return List.of(call.integers(Shape.of(rank, found.length), positions));
    }

    /** Distinct elements, or slices along an axis, in the order of their values or of their coming. */
    private static List<Value> unique(Call call) {
        ProgramBuilder b = call.builder();
        Tensor values = call.constant(0);
        Node x = call.hasAttribute("axis") ? call.in(0) : flat(call, call.in(0));
        int axis = call.hasAttribute("axis") ? call.axis(call.whole("axis", 0), x.rank()) : 0;
        int extent = x.shape().extent(axis);
        int inner = x.shape().strides()[axis];
        Map<List<Double>, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < extent; i++) {
            List<Double> slice = new ArrayList<>();
            for (int at = i * inner; at < values.size(); at += inner * extent) {
                for (int k = 0; k < inner; k++) {
                    slice.add(values.at(at + k));
                }
            }
            places.computeIfAbsent(slice, key -> new ArrayList<>()).add(i);
        }
        List<List<Double>> order = new ArrayList<>(places.keySet());
        if (call.flag("sorted", true)) {
            order.sort(Choosing::compare);
        }
        double[] first = new double[order.size()];
        double[] counts = new double[order.size()];
        double[] inverse = new double[extent];
        for (int k = 0; k < first.length; k++) {
            List<Integer> equal = Objects.requireNonNull(places.get(order.get(k)));
            first[k] = equal.get(0);
            counts[k] = equal.size();
            int own = k;
            equal.forEach(i -> inverse[i] = own);
        }
        return List.of(
                call.result(
                        b.gather(x, call.indices(first), axis), call.value(0).type()),
                call.integers(Shape.of(first.length), first),
                call.integers(Shape.of(extent), inverse),
                call.integers(Shape.of(counts.length), counts));
    }

    private static int compare(List<Double> a, List<Double> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = Double.compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static List<Value> reverseSequence(Call call) {
        ProgramBuilder b = call.builder();
        Shape x = call.in(0).shape();
        if (x.rank() < 2) {
            throw Problem.invalid("", "there is no batch", x, "rank 2 or more");
        }
        int batch = call.axis(call.whole("batch_axis", 1), x.rank());
        int time = call.axis(call.whole("time_axis", 0), x.rank());
        int[] lengths = call.wholes(1);
        boolean fits = lengths.length == x.extent(batch) && batch != time;
        if (!fits || Arrays.stream(lengths).anyMatch(length -> length < 0 || length > x.extent(time))) {
            throw Problem.invalid("", "the lengths do not fit", Arrays.toString(lengths), "one for each sample");
        }
        return call.result(reversed(b, call.in(0), time, batch, lengths));
    }

    /** Each sample's first steps in reverse, as many as its length. */
    static Node reversed(ProgramBuilder b, Node x, int time, int batch, int[] lengths) {
        Shape shape = x.shape();
        int[] strides = shape.strides();
        double[] sources = new double[shape.size()];
        for (int i = 0; i < sources.length; i++) {
            int[] index = shape.index(i);
            int length = lengths[index[batch]];
            int from = index[time] < length ? length - 1 - index[time] : index[time];
            sources[i] = i + (from - index[time]) * (double) strides[time];
        }
        return b.reshape(Scattering.rows(b, b.reshape(x, Shape.of(sources.length)), sources), shape);
    }

    /** Elements go to the flat positions from which a max pool took them; zeros elsewhere. */
    private static List<Value> unpool(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int[] extents = x.shape().extents();
        call.requireShape(1, x.shape());
        int[] spatial = Windows.spatial(x.shape());
        int axes = spatial.length;
        int[] kernel = Windows.checked("kernel_shape", call.wholes("kernel_shape"), axes, 1);
        int[] strides = Windows.checked("strides", call.wholes("strides"), axes, 1);
        int[] pads = Windows.checked("pads", call.wholes("pads"), 2 * axes, 0);
        for (int k = 0; k < axes; k++) {
            extents[k + 2] =
                    Math.addExact(Math.multiplyExact(spatial[k] - 1, strides[k]), kernel[k] - pads[k] - pads[k + axes]);
        }
        Shape pooled = Call.shape(Arrays.stream(extents).asLongStream().toArray());
        Shape shape = call.has(2)
                ? Call.shape(Arrays.stream(call.wholes(2)).asLongStream().toArray())
                : pooled;
        Tensor known = call.known(1);
        if (known == null) {
            return call.result(b.reshape(byComparison(b, x, call.in(1), pooled.size(), shape.size()), shape));
        }
        int[] targets = new int[known.size()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = moved(Lookups.requireIndex(known.at(i), pooled.size()), pooled, shape);
        }
        Node zeros = b.broadcast(b.constant(0), Shape.of(shape.size()));
        return call.result(b.reshape(Scattering.scattered(b, zeros, flat(call, x), targets, null), shape));
    }

    /** The positions count in what the pool's attributes say; the output may be larger. */
    private static int moved(int position, Shape from, Shape to) {
        if (from.equals(to)) {
            return position;
        }
        int[] index = from.index(position);
        int[] strides = to.strides();
        int target = 0;
        for (int k = 0; k < index.length; k++) {
            target += Lookups.requireIndex(index[k], to.extent(k)) * strides[k];
        }
        return target;
    }

    /** Positions that depend on parameters: one comparison for each pair of an element and a position. */
    private static Node byComparison(ProgramBuilder b, Node x, Node positions, int count, int size) {
        if (count != size) {
            throw Problem.unsupported(
                    "", "positions computed from parameters with an output_shape", size, "no output_shape");
        }
        int elements = x.shape().size();
        double[] numbers = IntStream.range(0, size).asDoubleStream().toArray();
        Node hot = b.binary(
                BinaryFunction.EQUAL,
                b.reshape(positions, Shape.of(elements, 1)),
                b.constant(Tensor.of(Shape.of(1, size), Datatype.INT64, numbers)));
        return b.matmul(b.reshape(x, Shape.of(1, elements)), hot);
    }
}
