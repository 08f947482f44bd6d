package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Sequences of tensors whose lengths are known, and optional values: both vanish while the program is built. */
final class Sequences {

    private Sequences() {}

    static void addTo(Map<String, Operator> table) {
        table.put("SequenceEmpty", call -> {
            call.ignore("dtype");
            return sequence(call, List.of());
        });
        table.put("SequenceConstruct", call -> sequence(call, call.all()));
        table.put(
                "SequenceLength",
                call -> List.of(call.integers(Shape.SCALAR, call.items(0).size())));
        table.put("SequenceAt", call -> List.of(call.items(0).get(position(call, 1, 0))));
        table.put("SequenceErase", Sequences::erase);
        table.put("SequenceInsert", Sequences::insert);
        table.put("ConcatFromSequence", Sequences::concat);
        table.put("SplitToSequence", Sequences::split);
        table.put("Optional", call -> {
            call.ignore("type");
            return List.of(call.value(0));
        });
        table.put("OptionalGetElement", call -> List.of(call.value(0)));
        table.put(
                "OptionalHasElement",
                call -> List.of(call.result(call.builder().constant(call.has(0) ? 1 : 0), Datatype.BOOL)));
    }

    private static List<Value> sequence(Call call, List<Value> items) {
        return List.of(Value.sequence(call.builder().constant(0), items));
    }

    /** A position in the sequence, from its end where negative; {@code beyond} how many positions follow the last item. */
    private static int position(Call call, int input, int beyond) {
        int length = call.items(0).size();
        double position = call.number(input);
        if (!(position >= -length && position < length + beyond)) {
            throw Problem.invalid("", "there is no such item", position, "from " + -length + " to " + (length - 1));
        }
        return (int) (position < 0 ? position + length : position);
    }

    private static List<Value> erase(Call call) {
        List<Value> items = new ArrayList<>(call.items(0));
        items.remove(call.has(1) ? position(call, 1, 0) : items.size() - 1);
        return sequence(call, items);
    }

    private static List<Value> insert(Call call) {
        List<Value> items = new ArrayList<>(call.items(0));
        items.add(call.has(2) ? position(call, 2, 1) : items.size(), call.value(1));
        return sequence(call, items);
    }

    private static List<Value> concat(Call call) {
        ProgramBuilder b = call.builder();
        List<Value> items = call.items(0);
        if (items.isEmpty()) {
            throw Problem.invalid("", "the sequence is empty", 0, "at least one tensor");
        }
        boolean stack = call.flag("new_axis", false);
        Shape first = items.get(0).shape();
        int axis = call.axis(call.requiredWhole("axis"), first.rank() + (stack ? 1 : 0));
        List<Node> parts = new ArrayList<>();
        for (Value item : items) {
            parts.add(stack ? b.reshape(item.node(), inserted(item.shape(), axis)) : item.node());
        }
        return List.of(call.result(b.concat(axis, parts), items.get(0).type()));
    }

    private static Shape inserted(Shape shape, int axis) {
        int[] extents = new int[shape.rank() + 1];
        System.arraycopy(shape.extents(), 0, extents, 0, axis);
        extents[axis] = 1;
        System.arraycopy(shape.extents(), axis, extents, axis + 1, shape.rank() - axis);
        return Shape.of(extents);
    }

    /** Parts of extent 1, of one extent (the last may be smaller), or of the extents given. */
    private static List<Value> split(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int axis = call.axis(call.whole("axis", 0), x.rank());
        int extent = x.shape().extent(axis);
        boolean keep = call.flag("keepdims", true) || call.has(1);
        int[] sizes;
        if (call.has(1) && call.in(1).rank() > 0) {
            sizes = call.wholes(1);
        } else {
            int size = call.has(1) ? (int) call.number(1) : 1;
            if (size < 1) {
                throw Problem.invalid("", "a part is empty", size, "a size from 1");
            }
            sizes = new int[(extent + size - 1) / size];
            Arrays.fill(sizes, size);
            if (extent % size != 0) {
                sizes[sizes.length - 1] = extent % size;
            }
        }
        if (Arrays.stream(sizes).anyMatch(size -> size < 0)
                || Arrays.stream(sizes).asLongStream().sum() != extent) {
            throw Problem.invalid("", "these parts do not make the whole", Arrays.toString(sizes), "the sum " + extent);
        }
        List<Value> parts = new ArrayList<>();
        int start = 0;
        for (int size : sizes) {
            Node part = b.slice(x, axis, size == 0 ? 0 : start, size, 1);
            parts.add(call.result(
                    keep ? part : b.reshape(part, Reshaping.without(part.shape(), axis)),
                    call.value(0).type()));
            start += size;
        }
        return sequence(call, parts);
    }
}
