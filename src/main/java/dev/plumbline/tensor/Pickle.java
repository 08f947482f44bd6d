package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Pickled.Global;
import dev.plumbline.tensor.Pickled.None;
import dev.plumbline.tensor.Pickled.Storage;
import dev.plumbline.tensor.Pickled.Tuple;
import dev.plumbline.tensor.Pickled.View;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the pickles that {@code torch.save} makes of tensors (Python's {@code pickletools}, protocols 2 to 5). It is no
 * unpickler: it knows the opcodes that such a pickle needs and the names of {@link Global}, calls nothing, and refuses
 * everything else by name. Operations are counted, and every one makes at most one small object, so memory and time are
 * bounded; the object may hold itself, so whoever walks through it counts too.
 */
final class Pickle {

    /** Some 40 for each tensor. */
    private static final int MOST_OPERATIONS = 1 << 20;

    private static final int HIGHEST_PROTOCOL = 5;

    /** As NumPy had it for twenty years; {@link TensorLimits} allow fewer. */
    private static final int MOST_AXES = 32;

    private final ByteBuffer in;
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private Pickle(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The object that the pickle describes. */
    static Object read(byte[] bytes) {
        Pickle pickle = new Pickle(bytes);
        try {
            return pickle.read();
        } catch (BufferUnderflowException cutOff) {
            throw malformed("the pickle ends too early", bytes.length + " bytes");
        }
    }

    private Object read() {
        for (int operation = 0; operation < MOST_OPERATIONS; operation++) {
            int opcode = in.get() & 0xff;
            if (opcode == '.') {
                return pop();
            }
            execute(opcode);
        }
        throw Problem.limit("", "the pickle is too long", "more operations", "at most " + MOST_OPERATIONS);
    }

    private void execute(int opcode) {
        switch (opcode) {
            case 0x80 -> requireProtocol(in.get() & 0xff); // PROTO
            case 0x95 -> in.getLong(); // FRAME
            case 'c' -> push(global(line() + "." + line())); // GLOBAL
            case 0x93 -> { // STACK_GLOBAL
                String name = pop(String.class);
                push(global(pop(String.class) + "." + name));
            }
            case '(' -> marks.add(stack.size()); // MARK
            case ')' -> push(new Tuple(List.of())); // EMPTY_TUPLE
            case 0x85, 0x86, 0x87 -> push(new Tuple(popped(stack.size() - (opcode - 0x84)))); // TUPLE1, 2, 3
            case 't' -> push(new Tuple(popped(mark()))); // TUPLE
            case ']' -> push(new ArrayList<>()); // EMPTY_LIST
            case 'a' -> append(popped(stack.size() - 1)); // APPEND
            case 'e' -> append(popped(mark())); // APPENDS
            case '}' -> push(new LinkedHashMap<>()); // EMPTY_DICT
            case 's' -> set(popped(stack.size() - 2)); // SETITEM
            case 'u' -> set(popped(mark())); // SETITEMS
            case 'X' -> push(text(in.getInt())); // BINUNICODE
            case 0x8c -> push(text(in.get() & 0xff)); // SHORT_BINUNICODE
            case 'K' -> push((long) (in.get() & 0xff)); // BININT1
            case 'M' -> push((long) (in.getShort() & 0xffff)); // BININT2
            case 'J' -> push((long) in.getInt()); // BININT
            case 0x8a -> push(longNumber(in.get() & 0xff)); // LONG1
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong()))); // BINFLOAT
            case 'N' -> push(None.NONE);
            case 0x88 -> push(true); // NEWTRUE
            case 0x89 -> push(false); // NEWFALSE
            case 'q' -> memo.put(in.get() & 0xff, top()); // BINPUT
            case 'r' -> memo.put(in.getInt(), top()); // LONG_BINPUT
            case 0x94 -> memo.put(memo.size(), top()); // MEMOIZE
            case 'h' -> push(remembered(in.get() & 0xff)); // BINGET
            case 'j' -> push(remembered(in.getInt())); // LONG_BINGET
            case 'Q' -> push(storage(pop(Tuple.class))); // BINPERSID
            case 'R' -> reduce(); // REDUCE
            case 'b' -> build(); // BUILD
            default ->
                throw Problem.unsupported(
                        "",
                        "the pickle asks for what no tensor needs",
                        "opcode 0x%02x at byte %d".formatted(opcode, in.position() - 1),
                        StateDict.CURE);
        }
    }

    private static void requireProtocol(int protocol) {
        if (protocol > HIGHEST_PROTOCOL) {
            throw Problem.unsupported("", "this pickle protocol is not known", protocol, "2 to " + HIGHEST_PROTOCOL);
        }
    }

    private static Global global(String name) {
        return Global.named(name)
                .orElseThrow(() -> Problem.unsupported(
                        "", "the file holds more than tensors, and nothing else is read", name, StateDict.CURE));
    }

    // ── calls ──

    private void reduce() {
        Tuple arguments = pop(Tuple.class);
        Global called = pop(Global.class);
        push(
                switch (called) {
                    case ORDERED_DICT -> {
                        if (!arguments.items().isEmpty()) {
                            throw malformed(
                                    "an OrderedDict is made of something",
                                    arguments.items().size() + " arguments");
                        }
                        yield new LinkedHashMap<>();
                    }
                    case REBUILD_TENSOR -> view(arguments.items());
                    case REBUILD_PARAMETER -> argument(arguments.items(), 0, View.class);
                    default -> throw malformed("a storage is called", called);
                });
    }

    /** {@code _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)} */
    private static View view(List<Object> arguments) {
        return new View(
                argument(arguments, 0, Storage.class),
                argument(arguments, 1, Long.class),
                longs(argument(arguments, 2, Tuple.class)),
                longs(argument(arguments, 3, Tuple.class)));
    }

    /** Extents or strides, whose rank is judged later; a long tuple may be asked for many times. */
    private static long[] longs(Tuple tuple) {
        if (tuple.items().size() > MOST_AXES) {
            throw malformed("a tensor has too many axes", tuple.items().size());
        }
        long[] numbers = new long[tuple.items().size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = argument(tuple.items(), i, Long.class);
        }
        return numbers;
    }

    /** {@code ("storage", type, key, location, numel)} */
    private static Storage storage(Tuple id) {
        Global type = argument(id.items(), 1, Global.class);
        Datatype datatype = type.storage().orElseThrow(() -> malformed("this is no type of a storage", type));
        return new Storage(datatype, argument(id.items(), 2, String.class), argument(id.items(), 4, Long.class));
    }

    /** Modules leave a note of their versions on the dictionary, which is no tensor. */
    private void build() {
        pop();
        if (!(top() instanceof Map)) {
            throw malformed("something besides a dictionary has a state", kind(top()));
        }
    }

    // ── containers ──

    @SuppressWarnings("unchecked")
    private void append(List<Object> items) {
        if (!(top() instanceof List<?> list)) {
            throw malformed("items are appended to something else than a list", kind(top()));
        }
        ((List<Object>) list).addAll(items);
    }

    @SuppressWarnings("unchecked")
    private void set(List<Object> items) {
        if (!(top() instanceof Map<?, ?> map) || items.size() % 2 != 0) {
            throw malformed("items are set in something else than a dictionary", kind(top()));
        }
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            if (!(key instanceof String || key instanceof Long)) {
                throw malformed("a key of a dictionary is no text or number", kind(key));
            }
            ((Map<Object, Object>) map).put(key, items.get(i + 1));
        }
    }

    // ── the stack ──

    private void push(Object value) {
        stack.add(value);
    }

    private Object top() {
        requireDepth(stack.size() - 1);
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        requireDepth(stack.size() - 1);
        return stack.remove(stack.size() - 1);
    }

    private <T> T pop(Class<T> type) {
        return cast(pop(), type);
    }

    /** Everything from a depth on, taken off. */
    private List<Object> popped(int depth) {
        requireDepth(depth);
        List<Object> above = stack.subList(depth, stack.size());
        List<Object> items = new ArrayList<>(above);
        above.clear();
        return items;
    }

    private int mark() {
        if (marks.isEmpty()) {
            throw malformed("the pickle goes back to a mark that it never made", "no mark");
        }
        return marks.remove(marks.size() - 1);
    }

    private void requireDepth(int depth) {
        int bottom = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (depth < bottom || depth > stack.size()) {
            throw malformed("the pickle takes more than it has made", "an empty stack");
        }
    }

    private Object remembered(int place) {
        Object value = memo.get(place);
        if (value == null) {
            throw malformed("the pickle remembers what it never noted", place);
        }
        return value;
    }

    // ── bytes ──

    private String text(int length) {
        if (length < 0 || length > in.remaining()) {
            throw malformed("a text is longer than the pickle", length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() {
        int begin = in.position();
        while (in.get() != '\n') {
            // the name ends with its line
        }
        return new String(in.array(), begin, in.position() - 1 - begin, StandardCharsets.UTF_8);
    }

    /** Little-endian two's complement, of at most 8 bytes here. */
    private long longNumber(int length) {
        if (length > Long.BYTES) {
            throw malformed("a number is too large", length + " bytes");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (in.get() & 0xffL) << (8 * i);
        }
        int unused = 64 - 8 * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    // ── kinds ──

    private static <T> T argument(List<Object> arguments, int place, Class<T> type) {
        return cast(place < arguments.size() ? arguments.get(place) : null, type);
    }

    private static <T> T cast(@Nullable Object value, Class<T> type) {
        if (!type.isInstance(value)) {
            throw malformed("the pickle puts a thing where it does not belong", kind(value));
        }
        return Objects.requireNonNull(type.cast(value));
    }

    private static String kind(@Nullable Object value) {
        return value == null ? "nothing" : "a " + value.getClass().getSimpleName();
    }

    private static Problem malformed(String explanation, Object got) {
        return Problem.malformed("", explanation, got, "data.pkl as torch.save writes it");
    }
}
