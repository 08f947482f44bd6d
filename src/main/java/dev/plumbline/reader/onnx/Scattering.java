package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What writes elements to positions: a lookup, in the tensor and the updates behind each other, of what stands at each
 * position in the end. Positions that are not known are {@link ComputedPositions}. Where several updates meet, the last one stays, or pairs of them are
 * combined until one is left.
 */
final class Scattering {

    private Scattering() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Scatter", Scattering::elements);
        table.put("ScatterElements", Scattering::elements);
        table.put("ScatterND", Scattering::slices);
        table.put("TensorScatter", Scattering::cache);
    }

    private static @Nullable BinaryFunction reduction(Call call) {
        return switch (call.choice("reduction", "none", "add", "mul", "max", "min")) {
            case "add" -> BinaryFunction.ADD;
            case "mul" -> BinaryFunction.MULTIPLY;
            case "max" -> BinaryFunction.MAXIMUM;
            case "min" -> BinaryFunction.MINIMUM;
            default -> null;
        };
    }

    static List<Value> elements(Call call) {
        return elements(call, reduction(call));
    }

    static List<Value> elements(Call call, @Nullable BinaryFunction reduction) {
        ProgramBuilder b = call.builder();
        call.requireIntegers(1);
        Shape x = call.in(0).shape();
        Shape shape = call.in(1).shape();
        int axis = call.axis(call.whole("axis", 0), x.rank());
        call.requireShape(2, shape);
        boolean fits = shape.rank() == x.rank();
        for (int k = 0; fits && k < x.rank(); k++) {
            fits = k == axis || shape.extent(k) <= x.extent(k);
        }
        if (!fits) {
            throw Problem.invalid("", "the indices do not fit", shape, "no extent above those of " + x);
        }
        Tensor indices = call.known(1);
        if (indices == null) {
            return call.result(
                    ComputedPositions.scatterElements(b, call.in(0), call.in(2), call.in(1), axis, reduction));
        }
        int[] strides = x.strides();
        int[] targets = new int[indices.size()];
        for (int i = 0; i < targets.length; i++) {
            int[] index = shape.index(i);
            index[axis] = Lookups.requireIndex(indices.at(i), x.extent(axis));
            for (int k = 0; k < index.length; k++) {
                targets[i] += index[k] * strides[k];
            }
        }
        Node rows = b.reshape(call.in(0), Shape.of(x.size()));
        Node updates = b.reshape(call.in(2), Shape.of(targets.length));
        return call.result(b.reshape(scattered(b, rows, updates, targets, reduction), x));
    }

    static List<Value> slices(Call call) {
        return slices(call, reduction(call));
    }

    static List<Value> slices(Call call, @Nullable BinaryFunction reduction) {
        ProgramBuilder b = call.builder();
        call.requireIntegers(1);
        Shape x = call.in(0).shape();
        Shape shape = call.in(1).shape();
        int depth = shape.rank() == 0 ? 0 : shape.extent(-1);
        if (depth < 1 || depth > x.rank()) {
            throw Problem.invalid("", "the indices do not fit", shape, "rows of at most " + x.rank());
        }
        int[] lead = Arrays.copyOf(shape.extents(), shape.rank() - 1);
        int[] rest = Arrays.copyOfRange(x.extents(), depth, x.rank());
        int[] expected = Arrays.copyOf(lead, lead.length + rest.length);
        System.arraycopy(rest, 0, expected, lead.length, rest.length);
        call.requireShape(2, Shape.of(expected));
        int count = shape.size() / depth;
        int length = Reshaping.product(rest, 0, rest.length);
        Node rows = b.reshape(call.in(0), Shape.of(Reshaping.product(x.extents(), 0, depth), length));
        Node updates = b.reshape(call.in(2), Shape.of(count, length));
        Tensor indices = call.known(1);
        if (indices == null) {
            Node targets = ComputedPositions.flat(b, call.in(1), Arrays.copyOf(x.extents(), depth));
            Node written = ComputedPositions.scatter(
                    b, lane(b, rows), lane(b, updates), lane(b, b.reshape(targets, Shape.of(count))), reduction);
            return call.result(b.reshape(written, x));
        }
        int[] targets = new int[count];
        for (int row = 0; row < count; row++) {
            for (int k = 0; k < depth; k++) {
                int index = Lookups.requireIndex(indices.at(row * depth + k), x.extent(k));
                targets[row] = targets[row] * x.extent(k) + index;
            }
        }
        return call.result(b.reshape(scattered(b, rows, updates, targets, reduction), x));
    }

    private static Node lane(ProgramBuilder b, Node x) {
        return b.reshape(x, x.shape().prepend(1));
    }

    /** Writes each sample's update into its cache from a position on, which may wrap around. */
    private static List<Value> cache(Call call) {
        ProgramBuilder b = call.builder();
        Shape x = call.in(0).shape();
        Shape u = call.in(1).shape();
        int axis = call.axis(call.whole("axis", -2), x.rank());
        boolean circular = call.choice("mode", "linear", "circular").equals("circular");
        int[] starts = call.has(2) ? call.wholes(2) : new int[x.extent(0)];
        int[] expected = x.extents();
        expected[Math.max(axis, 0)] = u.rank() == x.rank() ? u.extent(axis) : 0;
        if (axis == 0 || !u.equals(Shape.of(expected)) || starts.length != x.extent(0)) {
            throw Problem.invalid(
                    "", "cache, update and positions do not fit", x + ", " + u, "equal but along the axis");
        }
        int[] strides = x.strides();
        int[] targets = new int[u.size()];
        for (int i = 0; i < targets.length; i++) {
            int[] index = u.index(i);
            int at = starts[index[0]] + index[axis];
            index[axis] = Lookups.requireIndex(circular ? Math.floorMod(at, x.extent(axis)) : at, x.extent(axis));
            for (int k = 0; k < index.length; k++) {
                targets[i] += index[k] * strides[k];
            }
        }
        Node rows = b.reshape(call.in(0), Shape.of(x.size()));
        Node updates = b.reshape(call.in(1), Shape.of(targets.length));
        return call.result(b.reshape(scattered(b, rows, updates, targets, null), x));
    }

    /** Rows of {@code x} with rows of {@code updates} written to {@code targets}; a null function means the last one stays. */
    static Node scattered(ProgramBuilder b, Node x, Node updates, int[] targets, @Nullable BinaryFunction function) {
        if (targets.length == 0) {
            return x;
        }
        if (function == null) {
            return written(b, x, updates, targets);
        }
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < targets.length; i++) {
            groups.computeIfAbsent(targets[i], key -> new ArrayList<>()).add(i);
        }
        Node combined = updates;
        while (groups.values().stream().anyMatch(group -> group.size() > 1)) {
            combined = halved(b, combined, groups, function);
        }
        int[] distinct = groups.keySet().stream().mapToInt(Integer::intValue).toArray();
        double[] places =
                groups.values().stream().mapToDouble(group -> group.get(0)).toArray();
        Node old = rows(b, x, Arrays.stream(distinct).asDoubleStream().toArray());
        return written(b, x, b.binary(function, old, rows(b, combined, places)), distinct);
    }

    /** Combines pairs of each group; the groups then name rows of the result. */
    private static Node halved(
            ProgramBuilder b, Node values, Map<Integer, List<Integer>> groups, BinaryFunction function) {
        List<Integer> left = new ArrayList<>();
        List<Integer> right = new ArrayList<>();
        List<Integer> alone = new ArrayList<>();
        groups.values().forEach(group -> {
            for (int i = 0; i + 1 < group.size(); i += 2) {
                left.add(group.get(i));
                right.add(group.get(i + 1));
            }
            if (group.size() % 2 == 1) {
                alone.add(group.get(group.size() - 1));
            }
        });
        int pair = 0;
        int single = left.size();
        for (Map.Entry<Integer, List<Integer>> group : groups.entrySet()) {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i + 1 < group.getValue().size(); i += 2) {
                places.add(pair++);
            }
            if (group.getValue().size() % 2 == 1) {
                places.add(single++);
            }
            group.setValue(places);
        }
        Node pairs = b.binary(function, rows(b, values, numbers(left)), rows(b, values, numbers(right)));
        return alone.isEmpty() ? pairs : b.concat(0, List.of(pairs, rows(b, values, numbers(alone))));
    }

    private static double[] numbers(List<Integer> list) {
        return list.stream().mapToDouble(Integer::doubleValue).toArray();
    }

    private static Node written(ProgramBuilder b, Node x, Node updates, int[] targets) {
        double[] sources = new double[x.shape().extent(0)];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = i;
        }
        for (int i = 0; i < targets.length; i++) {
            sources[targets[i]] = sources.length + i;
        }
        return rows(b, b.concat(0, List.of(x, updates)), sources);
    }

    static Node rows(ProgramBuilder b, Node x, double[] positions) {
        return b.gather(x, b.constant(Tensor.vector(positions)), 0);
    }
}
