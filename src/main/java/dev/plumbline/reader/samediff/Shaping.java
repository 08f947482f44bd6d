package dev.plumbline.reader.samediff;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What moves numbers without changing them. */
final class Shaping {

    /** By which reshape says in which order it goes, before the extents. */
    private static final int ROWS = -99;

    private static final int COLUMNS = -102;

    private Shaping() {}

    static void addTo(Map<String, Operator> table) {
        table.put("reshape", Shaping::reshape);
        table.put("permute", Shaping::permute);
        table.put("transpose", Shaping::permute);
        table.put("concat", Shaping::concat);
        table.put("stack", Shaping::stack);
        table.put("expand_dims", Shaping::expand);
        table.put("squeeze", Shaping::squeeze);
        table.put("gather", Shaping::gather);
        table.put("cast", Shaping::cast);
        table.put("flatten_2d", call -> {
            Node x = call.in(0);
            int axis = Call.axis(call.integer(0, 1), x.rank() + 1);
            int[] extents = x.shape().extents();
            int rows = Shape.of(Arrays.copyOf(extents, axis)).size();
            int columns =
                    Shape.of(Arrays.copyOfRange(extents, axis, extents.length)).size();
            return List.of(call.builder().reshape(x, Shape.of(rows, columns)));
        });
    }

    private static List<Node> reshape(Call call) {
        Node x = call.in(0);
        int[] arguments = call.has(1) ? call.constants(1) : call.integers(0);
        if (!call.has(1) && arguments.length > 0 && arguments[0] == COLUMNS) {
            throw Problem.unsupported("", "reshaping in column-major order is not supported", "order f", "order c");
        }
        int from = !call.has(1) && arguments.length > 0 && arguments[0] == ROWS ? 1 : 0;
        int[] extents = Arrays.copyOfRange(arguments, from, arguments.length);
        return List.of(call.builder().reshape(x, filled(extents, x.shape().size())));
    }

    /** One extent may be -1, which is what is left. */
    private static Shape filled(int[] extents, int size) {
        long known = 1;
        int open = -1;
        for (int axis = 0; axis < extents.length; axis++) {
            if (extents[axis] == -1 && open < 0) {
                open = axis;
            } else if (extents[axis] < 0) {
                throw Problem.invalid("", "this is no shape", Arrays.toString(extents), "extents, one of them -1");
            } else {
                known = Math.min(known * extents[axis], Integer.MAX_VALUE);
            }
        }
        int[] whole = extents.clone();
        if (open >= 0) {
            whole[open] = known == 0 ? 0 : (int) (size / known);
        }
        long[] wide = Arrays.stream(whole).asLongStream().toArray();
        if (!Shape.fits(wide) || Shape.of(whole).size() != size) {
            throw Problem.invalid("", "the shape does not fit", Arrays.toString(extents), size + " numbers");
        }
        return Shape.of(whole);
    }

    private static List<Node> permute(Call call) {
        Node x = call.in(0);
        int[] order = call.has(1) ? call.constants(1) : call.integers(0);
        if (order.length == 0) {
            order = IntStream.range(0, x.rank())
                    .map(axis -> x.rank() - 1 - axis)
                    .toArray();
        }
        int[] axes = Arrays.stream(order).map(axis -> Call.axis(axis, x.rank())).toArray();
        if (axes.length != x.rank() || Arrays.stream(axes).distinct().count() != axes.length) {
            throw Problem.invalid("", "this is no order of the axes", Arrays.toString(order), "each axis once");
        }
        return List.of(call.builder().transpose(x, axes));
    }

    private static List<Node> concat(Call call) {
        List<Node> parts = call.all();
        if (parts.isEmpty() || call.flag(0)) {
            throw Problem.unsupported("", "there must be parts, and an axis that is stated", parts.size(), "some");
        }
        return List.of(
                call.builder().concat(Call.axis(call.integer(0, 0), parts.get(0).rank()), parts));
    }

    private static List<Node> stack(Call call) {
        List<Node> parts = new ArrayList<>();
        if (call.all().isEmpty()) {
            throw Problem.malformed("", "nothing is stacked", "no inputs", "some");
        }
        int axis = Call.axis(call.integer(0, 0), call.in(0).rank() + 1);
        call.all().forEach(part -> parts.add(expanded(call.builder(), part, axis)));
        return List.of(call.builder().concat(axis, parts));
    }

    private static List<Node> expand(Call call) {
        Node x = call.in(0);
        return List.of(expanded(call.builder(), x, Call.axis(call.integer(0, 0), x.rank() + 1)));
    }

    private static Node expanded(ProgramBuilder b, Node x, int axis) {
        List<Integer> extents = new ArrayList<>(x.shape().toList());
        extents.add(axis, 1);
        return b.reshape(
                x, Shape.of(extents.stream().mapToInt(Integer::intValue).toArray()));
    }

    private static List<Node> squeeze(Call call) {
        Node x = call.in(0);
        List<Integer> dropped = Arrays.stream(call.integers(0))
                .map(axis -> Call.axis(axis, x.rank()))
                .boxed()
                .toList();
        List<Integer> kept = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            boolean drops = dropped.isEmpty() ? x.shape().extent(axis) == 1 : dropped.contains(axis);
            if (drops && x.shape().extent(axis) != 1) {
                throw Problem.invalid("", "only axes of extent 1 can go", x.shape(), "extent 1 at axis " + axis);
            }
            if (!drops) {
                kept.add(x.shape().extent(axis));
            }
        }
        return List.of(call.builder()
                .reshape(x, Shape.of(kept.stream().mapToInt(Integer::intValue).toArray())));
    }

    private static List<Node> gather(Call call) {
        Node x = call.in(0);
        return List.of(call.builder().gather(x, call.in(1), Call.axis(call.integer(0, 0), x.rank())));
    }

    /** Between floats nothing is rounded here. */
    private static List<Node> cast(Call call) {
        var type = ArrayReader.datatype(call.integer(0, 0));
        if (type == null || !type.isFloat()) {
            throw Problem.unsupported("", "only casts to floats have a gradient", type, "a float type");
        }
        return List.of(call.in(0));
    }
}
