package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What gives the same elements another shape or order, or repeats them. */
final class Reshaping {

    private Reshaping() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Identity", Call.one(call -> call.in(0)));
        table.put("Reshape", Reshaping::reshape);
        table.put("Flatten", Call.one(call -> call.builder()
                .reshape(call.in(0), matrix(call, call.in(0).shape(), call.whole("axis", 1)))));
        table.put("Squeeze", Reshaping::squeeze);
        table.put("Unsqueeze", Reshaping::unsqueeze);
        table.put("Transpose", Reshaping::transpose);
        table.put("Expand", Reshaping::expand);
        table.put("Tile", Reshaping::tile);
        table.put("DepthToSpace", Reshaping::depthToSpace);
        table.put("SpaceToDepth", Reshaping::spaceToDepth);
    }

    /** The axes before {@code axis} as rows, the others as columns. */
    static Shape matrix(Call call, Shape shape, int axis) {
        int split = axis == shape.rank() ? axis : call.axis(axis, shape.rank());
        int[] extents = shape.extents();
        return Shape.of(product(extents, 0, split), product(extents, split, extents.length));
    }

    static int product(int[] extents, int from, int until) {
        return Arrays.stream(extents, from, until).reduce(1, Math::multiplyExact);
    }

    static Shape without(Shape shape, int axis) {
        return Shape.of(IntStream.range(0, shape.rank())
                .filter(k -> k != axis)
                .map(shape::extent)
                .toArray());
    }

    /** 0 copies the extent of the input, -1 is what is left. */
    private static List<Value> reshape(Call call) {
        Node x = call.in(0);
        int[] asked = call.wholes("shape", 1, 5);
        if (asked == null) {
            throw Problem.invalid("", "the shape is missing", "none", "one extent for each axis");
        }
        boolean zeroIsZero = call.opset() >= 14 && call.flag("allowzero", false);
        long[] extents = new long[asked.length];
        long known = 1;
        int open = -1;
        for (int axis = 0; axis < asked.length; axis++) {
            boolean copied = asked[axis] == 0 && !zeroIsZero;
            if (asked[axis] < -1 || (asked[axis] == -1 && open >= 0) || (copied && axis >= x.rank())) {
                throw doesNotFit(x, asked);
            }
            extents[axis] = copied ? x.shape().extent(axis) : asked[axis];
            if (asked[axis] == -1) {
                open = axis;
            } else {
                known = Math.multiplyExact(known, extents[axis]);
            }
        }
        if (open >= 0) {
            if (known == 0 ? x.shape().size() != 0 : x.shape().size() % known != 0) {
                throw doesNotFit(x, asked);
            }
            extents[open] = known == 0 ? 0 : x.shape().size() / known;
        } else if (known != x.shape().size()) {
            throw doesNotFit(x, asked);
        }
        return call.result(call.builder().reshape(x, Call.shape(extents)));
    }

    private static Problem doesNotFit(Node x, int[] asked) {
        return Problem.invalid(
                "",
                "this shape does not fit the input",
                Arrays.toString(asked),
                x.shape().size() + " elements of " + x.shape());
    }

    private static List<Value> squeeze(Call call) {
        Shape shape = call.in(0).shape();
        int[] named = call.wholes("axes", 1, 13);
        int[] axes = named == null
                ? IntStream.range(0, shape.rank())
                        .filter(axis -> shape.extent(axis) == 1)
                        .toArray()
                : call.axes(named, shape.rank());
        List<Integer> extents = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            int current = axis;
            if (Arrays.stream(axes).noneMatch(each -> each == current)) {
                extents.add(shape.extent(axis));
            } else if (shape.extent(axis) != 1) {
                throw Problem.invalid(
                        "", "only an axis of extent 1 can go", "axis " + axis + " of " + shape, "extent 1");
            }
        }
        Shape squeezed = Shape.of(extents.stream().mapToInt(Integer::intValue).toArray());
        return call.result(call.builder().reshape(call.in(0), squeezed));
    }

    private static List<Value> unsqueeze(Call call) {
        Shape shape = call.in(0).shape();
        int[] named = call.wholes("axes", 1, 13);
        if (named == null) {
            throw Problem.invalid("", "the axes are missing", "none", "at least one axis");
        }
        int rank = shape.rank() + named.length;
        int[] axes = call.axes(named, rank);
        int[] extents = new int[rank];
        Arrays.stream(axes).forEach(axis -> extents[axis] = 1);
        int next = 0;
        for (int axis = 0; axis < rank; axis++) {
            extents[axis] = extents[axis] == 1 ? 1 : shape.extent(next++);
        }
        return call.result(call.builder().reshape(call.in(0), Shape.of(extents)));
    }

    private static List<Value> transpose(Call call) {
        int rank = call.in(0).rank();
        int[] order = call.wholes("perm");
        int[] permutation = order != null
                ? order
                : IntStream.range(0, rank).map(k -> rank - 1 - k).toArray();
        int[] sorted = Arrays.stream(permutation).sorted().toArray();
        if (!Arrays.equals(sorted, IntStream.range(0, rank).toArray())) {
            throw Problem.invalid(
                    "", "attribute perm is no permutation", Arrays.toString(permutation), "each of 0 to " + (rank - 1));
        }
        return call.result(call.builder().transpose(call.in(0), permutation));
    }

    private static List<Value> expand(Call call) {
        Shape own = call.in(0).shape();
        int[] asked = call.wholes(1);
        int rank = Math.max(own.rank(), asked.length);
        long[] extents = new long[rank];
        for (int k = 1; k <= rank; k++) {
            int from = k <= own.rank() ? own.extent(-k) : 1;
            int to = k <= asked.length ? asked[asked.length - k] : 1;
            if (to < 0 || (from != to && from != 1 && to != 1)) {
                throw Problem.invalid(
                        "",
                        "this shape does not broadcast",
                        own + " to " + Arrays.toString(asked),
                        "equal extents or 1");
            }
            extents[rank - k] = from == 1 ? to : from;
        }
        return call.result(call.builder().broadcast(call.in(0), Call.shape(extents)));
    }

    /** Each axis becomes (repeats, extent), broadcast along the first and merged. */
    private static List<Value> tile(Call call) {
        ProgramBuilder b = call.builder();
        Shape shape = call.in(0).shape();
        int[] repeats = call.opset() < 6 ? repeatsAlongAxis(call, shape.rank()) : call.wholes(1);
        Windows.checked("repeats", repeats, shape.rank(), 0);
        long[] merged = new long[shape.rank()];
        Node x = call.in(0);
        for (int axis = 0; axis < shape.rank(); axis++) {
            merged[axis] = (long) repeats[axis] * shape.extent(axis);
        }
        Shape result = Call.shape(merged);
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (repeats[axis] != 1) {
                int rows = product(x.shape().extents(), 0, axis);
                int columns = product(x.shape().extents(), axis, shape.rank());
                Node spread =
                        b.broadcast(b.reshape(x, Shape.of(rows, 1, columns)), Call.shape(rows, repeats[axis], columns));
                int[] extents = x.shape().extents();
                extents[axis] = Math.toIntExact(merged[axis]);
                x = b.reshape(spread, Shape.of(extents));
            }
        }
        return call.result(b.reshape(x, result));
    }

    /** Until opset 5 one axis is repeated, both given as inputs. */
    private static int[] repeatsAlongAxis(Call call, int rank) {
        int[] repeats = new int[rank];
        Arrays.fill(repeats, 1);
        repeats[call.axis((int) call.number(2), rank)] = (int) call.number(1);
        return repeats;
    }

    private static List<Value> depthToSpace(Call call) {
        ProgramBuilder b = call.builder();
        int[] x = images(call);
        int block = block(call);
        boolean columnFirst = call.choice("mode", "DCR", "CRD").equals("CRD");
        int area = Math.multiplyExact(block, block);
        if (x[1] % area != 0) {
            throw Problem.invalid("", "the channels do not divide into blocks", x[1], "a multiple of " + area);
        }
        int channels = x[1] / area;
        Node split = columnFirst
                ? b.transpose(
                        b.reshape(call.in(0), Shape.of(x[0], channels, block, block, x[2], x[3])), 0, 1, 4, 2, 5, 3)
                : b.transpose(
                        b.reshape(call.in(0), Shape.of(x[0], block, block, channels, x[2], x[3])), 0, 3, 4, 1, 5, 2);
        return call.result(b.reshape(split, Shape.of(x[0], channels, x[2] * block, x[3] * block)));
    }

    private static List<Value> spaceToDepth(Call call) {
        ProgramBuilder b = call.builder();
        int[] x = images(call);
        int block = block(call);
        if (x[2] % block != 0 || x[3] % block != 0) {
            throw Problem.invalid(
                    "", "the image does not divide into blocks", call.in(0).shape(), "multiples of " + block);
        }
        int height = x[2] / block;
        int width = x[3] / block;
        boolean columnFirst =
                call.opset() >= 28 && call.choice("mode", "DCR", "CRD").equals("CRD");
        Node blocks = b.reshape(call.in(0), Shape.of(x[0], x[1], height, block, width, block));
        Node split = columnFirst ? b.transpose(blocks, 0, 1, 3, 5, 2, 4) : b.transpose(blocks, 0, 3, 5, 1, 2, 4);
        return call.result(b.reshape(split, Shape.of(x[0], x[1] * block * block, height, width)));
    }

    private static int[] images(Call call) {
        if (call.in(0).rank() != 4) {
            throw Problem.invalid("", "these are no images", call.in(0).shape(), "(batch, channels, height, width)");
        }
        return call.in(0).shape().extents();
    }

    private static int block(Call call) {
        int block = call.whole("blocksize", 0);
        if (block < 1) {
            throw Problem.invalid("", "attribute blocksize must be positive", block, "an integer from 1");
        }
        return block;
    }
}
