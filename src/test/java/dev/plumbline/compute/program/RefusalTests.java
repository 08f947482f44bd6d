package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What does not fit is refused by the shape rule, before a value exists, and says what was got and expected. */
class RefusalTests {

    private static final int MANY = 70_000; // times itself beyond 2^31
    private static final List<Integer> ONE = List.of(1, 1);
    private static final List<Integer> TWO = List.of(2, 2);
    private static final List<Integer> NONE = List.of(0, 0, 0, 0);

    private record Refusal(String name, Supplier<?> attempt, String got, String expected) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Refusal shapes(String name, Op op, String got, String expected, Shape... inputs) {
        return new Refusal(name, () -> op.shape(List.of(inputs)), got, expected);
    }

    private static Refusal window(
            String name, List<Integer> kernel, List<Integer> strides, List<Integer> padding, String got) {
        return new Refusal(name, () -> new Window(kernel, strides, padding, ONE, false), got, "");
    }

    static Stream<Refusal> elementwise() {
        Op add = new Binary(BinaryFunction.ADD);
        return Stream.of(
                shapes("extents differ", add, "[2, 3] and [2, 4]", "equal or 1", Shape.of(2, 3), Shape.of(2, 4)),
                shapes("aligned at the end", add, "[2, 3] and [2]", "last axis", Shape.of(2, 3), Shape.of(2)),
                shapes("nothing and two", add, "[0] and [2]", "equal or 1", Shape.of(0), Shape.of(2)),
                shapes("outer sum", add, "[70000, 70000]", "2^31", Shape.of(MANY, 1), Shape.of(1, MANY)),
                shapes("select", new Select(), "[2]", "equal", Shape.of(2), Shape.of(2), Shape.of(1)),
                shapes("condition", new Select(), "[1]", "equal", Shape.of(1), Shape.of(2), Shape.of(2)));
    }

    static Stream<Refusal> products() {
        Op plain = new MatMul(false, false);
        Op transposed = new MatMul(true, true);
        return Stream.of(
                shapes("inner extents", plain, "[2, 3] times [4, 5]", "3 and 4", Shape.of(2, 3), Shape.of(4, 5)),
                shapes("transposed", transposed, "transpose", "2 and 5", Shape.of(2, 3), Shape.of(4, 5)),
                shapes("a vector", plain, "[3] and [3, 2]", "rank 2", Shape.of(3), Shape.of(3, 2)),
                shapes("a number", plain, "[2, 3] and []", "rank 2", Shape.of(2, 3), Shape.SCALAR),
                shapes("batches", plain, "[2] and [3]", "equal or 1", Shape.of(2, 1, 1), Shape.of(3, 1, 1)),
                shapes("large", plain, "[70000, 70000]", "2^31", Shape.of(MANY, 1), Shape.of(1, MANY)),
                shapes("many", plain, "[70000, 70000]", "2^31", Shape.of(MANY, 1, 1, 1), Shape.of(MANY, 1, 1)));
    }

    static Stream<Refusal> convolutions() {
        Window kernel = Window.of(2, 2);
        Op one = new Convolution(kernel, 1);
        Shape x = Shape.of(1, 4, 5, 5);
        return Stream.of(
                shapes("rank of input", one, "[4, 5, 5]", "rank 4", Shape.of(4, 5, 5), Shape.of(2, 4, 2, 2)),
                shapes("rank of weight", one, "[2, 4, 2]", "rank 4", x, Shape.of(2, 4, 2)),
                shapes("channels", one, "[2, 3, 2, 2]", "= 3", x, Shape.of(2, 3, 2, 2)),
                shapes("groups", new Convolution(kernel, 2), "groups 2", "multiple", x, Shape.of(3, 2, 2, 2)),
                shapes("no groups", new Convolution(kernel, 0), "groups 0", "multiple", x, Shape.of(2, 4, 2, 2)),
                shapes("negative groups", new Convolution(kernel, -1), "groups -1", "", x, Shape.of(2, 4, 2, 2)),
                shapes("no filters", new Convolution(kernel, 9), "groups 9", "", x, Shape.of(0, 4, 2, 2)),
                shapes(
                        "groups beyond int",
                        new Convolution(kernel, (1 << 30) + 1),
                        "groups",
                        "4294967300",
                        x,
                        Shape.of(0, 4, 2, 2)),
                shapes("kernel of weight", one, "[2, 4, 3, 3]", "[2, 2]", x, Shape.of(2, 4, 3, 3)),
                shapes(
                        "kernel too large",
                        new Convolution(Window.of(6, 1), 1),
                        "6 of 5",
                        "fits",
                        x,
                        Shape.of(2, 4, 6, 1)),
                shapes(
                        "dilated kernel too large",
                        new Convolution(new Window(TWO, ONE, NONE, List.of(1, 5), false), 1),
                        "6 of 5",
                        "fits",
                        x,
                        Shape.of(2, 4, 2, 2)),
                shapes(
                        "result too large",
                        new Convolution(new Window(ONE, ONE, List.of(4_999, 4_999, 0, 0), ONE, false), 1),
                        "[1, 100, 5000, 5000]",
                        "2^31",
                        Shape.of(1, 1, 1, 1),
                        Shape.of(100, 1, 1, 1)),
                shapes(
                        "patches too large",
                        new Convolution(new Window(List.of(9, 9), ONE, List.of(5_000, 5_000, 0, 0), ONE, false), 1),
                        "2025810081 numbers",
                        "134217728",
                        Shape.of(1, 1, 9, 9),
                        Shape.of(1, 1, 9, 9)),
                shapes(
                        "padding beyond int",
                        new Convolution(
                                new Window(ONE, ONE, List.of(Integer.MAX_VALUE, 0, Integer.MAX_VALUE, 0), ONE, false),
                                1),
                        "4294967295",
                        "536870912",
                        Shape.of(1, 1, 1, 1),
                        Shape.of(1, 1, 1, 1)),
                shapes(
                        "stride beyond int",
                        new Convolution(
                                new Window(ONE, List.of(1, Integer.MAX_VALUE), List.of(0, 9, 0, 9), ONE, false), 1),
                        "2147483647",
                        "536870912",
                        Shape.of(1, 1, 1, 1),
                        Shape.of(1, 1, 1, 1)),
                shapes(
                        "extent beyond int",
                        new Convolution(new Window(ONE, ONE, List.of(0, 9, 0, 9), ONE, false), 1),
                        "2147483665",
                        "536870912",
                        Shape.of(1, 1, 1, Integer.MAX_VALUE),
                        Shape.of(1, 1, 1, 1)));
    }

    static Stream<Refusal> windows() {
        Op maxPool = new MaxPool(new Window(TWO, TWO, List.of(0, 2, 0, 0), ONE, false));
        Op averagePool = new AveragePool(new Window(List.of(3, 3), TWO, List.of(0, 0, 2, 0), ONE, false), true);
        return Stream.of(
                window("stride 0", TWO, List.of(1, 0), NONE, "[1, 0]"),
                window("negative stride", TWO, List.of(-1, 1), NONE, "[-1, 1]"),
                window("kernel 0", List.of(0, 2), ONE, NONE, "[0, 2]"),
                window("negative padding", TWO, ONE, List.of(0, 0, -1, 0), "[0, 0, -1, 0]"),
                window("one kernel extent", List.of(2), ONE, NONE, "[1, 2, 4, 2]"),
                window("two paddings", TWO, ONE, List.of(1, 1), "[2, 2, 2, 2]"),
                new Refusal("dilation 0", () -> new Window(TWO, ONE, NONE, List.of(0, 1), false), "[0, 1]", "from 1"),
                shapes("padding over half", maxPool, "[0, 2, 0, 0]", "half", Shape.of(1, 1, 4, 4)),
                shapes("padding below", averagePool, "[0, 0, 2, 0]", "half", Shape.of(1, 1, 4, 4)),
                shapes("rank of max pool", new MaxPool(Window.of(1, 1)), "[4, 4]", "rank 4", Shape.of(4, 4)),
                shapes("rank of mean", new AveragePool(Window.of(1, 1), true), "[4]", "rank 4", Shape.of(4)),
                shapes("pool too large", new MaxPool(Window.of(3, 5)), "5 of 4", "fits", Shape.of(1, 1, 4, 4)),
                shapes("empty image", new MaxPool(Window.of(1, 1)), "1 of 0", "fits", Shape.of(1, 1, 0, 4)));
    }

    static Stream<Refusal> axes() {
        Reduce sum = new Reduce(Reduce.Kind.SUM, List.of(2));
        Reduce max = new Reduce(Reduce.Kind.MAX, List.of(1));
        Shape matrix = Shape.of(2, 3);
        return Stream.of(
                shapes("axis of a sum", sum, "axis 2 of a tensor of rank 2", "-2 to 1", matrix),
                shapes("axis of a number", sum, "rank 0", "no axis", Shape.SCALAR),
                shapes("maximum of nothing", max, "[2, 0]", "not empty", Shape.of(2, 0)),
                shapes("running sum", new CumulativeSum(2), "axis 2", "-2 to 1", matrix),
                shapes("reshape", new Reshape(Shape.of(4, 2)), "6 elements", "8 elements", matrix),
                shapes("permutation twice", new Transpose(List.of(0, 0)), "[0, 0]", "once", matrix),
                shapes("permutation beyond", new Transpose(List.of(0, 2)), "[0, 2]", "0 to 1", matrix),
                shapes("negative axis", new Transpose(List.of(0, -1)), "[0, -1]", "0 to 1", matrix),
                shapes("short permutation", new Transpose(List.of(0)), "[0]", "0 to 1", matrix),
                shapes("broadcast to less", new Broadcast(Shape.of(3)), "[2, 3]", "1", matrix),
                shapes("broadcast to another", new Broadcast(Shape.of(2, 4)), "[2, 3]", "1", matrix),
                shapes("broadcast down", new Broadcast(Shape.of(2, 1)), "[2, 3]", "1", matrix));
    }

    static Stream<Refusal> pieces() {
        Shape matrix = Shape.of(2, 3);
        List<Integer> zeros = List.of(0, 0);
        return Stream.of(
                shapes("slice rank", new Slice(List.of(0), List.of(1), List.of(1)), "[1, 1, 1]", "2", matrix),
                shapes("slice counts", new Slice(zeros, List.of(1), ONE), "[2, 1, 2]", "2 of each", matrix),
                shapes("slice step 0", new Slice(zeros, ONE, List.of(1, 0)), "step 0", "other than 0", matrix),
                shapes("slice begins late", new Slice(List.of(2, 0), ONE, ONE), "start 2", "0 to 1", matrix),
                shapes("slice begins early", new Slice(List.of(0, -1), ONE, ONE), "start -1", "0 to 2", matrix),
                shapes("slice ends late", new Slice(zeros, List.of(1, 4), ONE), "count 4", "0 to 2", matrix),
                shapes("slice ends early", new Slice(zeros, TWO, List.of(1, -1)), "step -1", "0 to 2", matrix),
                shapes("slice count", new Slice(zeros, List.of(1, -1), ONE), "count -1", "0 to 2", matrix),
                shapes(
                        "slice beyond int",
                        new Slice(List.of(0, 1), List.of(1, Integer.MAX_VALUE), List.of(1, Integer.MAX_VALUE)),
                        "count 2147483647",
                        "0 to 2",
                        matrix),
                shapes("ragged join", new Concat(0), "[2, 3], [2, 4]", "equal", matrix, Shape.of(2, 4)),
                shapes("join of ranks", new Concat(1), "[2]", "equal", matrix, Shape.of(2)),
                shapes("join axis", new Concat(2), "axis 2", "-2 to 1", matrix, matrix),
                shapes(
                        "long join",
                        new Concat(0),
                        "4000000000",
                        "2^31",
                        Shape.of(2_000_000_000),
                        Shape.of(2_000_000_000)),
                shapes("pad rank", new Pad(List.of(1), zeros, 0), "[1, 2]", "2 of each", matrix),
                shapes("pad rank after", new Pad(zeros, List.of(1), 0), "[2, 1]", "2 of each", matrix),
                shapes("negative pad", new Pad(zeros, List.of(0, -1), 0), "[0, -1]", "from 0", matrix),
                shapes(
                        "wide pad",
                        new Pad(List.of(Integer.MAX_VALUE, 0), List.of(Integer.MAX_VALUE, 0), 0),
                        "4294967296",
                        "2^31",
                        matrix),
                shapes("gather axis", new Gather(2), "axis 2", "-2 to 1", matrix, Shape.of(4)),
                shapes("gather many", new Gather(0), "[70000, 70000]", "2^31", Shape.of(1, MANY), Shape.of(MANY)),
                shapes("pick axis", new GatherElements(2, true), "axis 2", "", matrix, matrix),
                shapes("pick rank", new GatherElements(1, true), "[2]", "rank", matrix, Shape.of(2)),
                shapes("pick rows", new GatherElements(1, true), "[3, 1]", "larger", matrix, Shape.of(3, 1)));
    }

    static Stream<Refusal> indices() {
        return Stream.of(
                lookup(new Gather(0), 3, "3", "-3 to 2"),
                lookup(new Gather(0), -4, "-4", "-3 to 2"),
                lookup(new Gather(0), 0.5, "0.5", "-3 to 2"),
                lookup(new Gather(0), Double.NaN, "NaN", "-3 to 2"),
                lookup(new Gather(0), Double.POSITIVE_INFINITY, "", "-3 to 2"),
                lookup(new Gather(0), 1e300, "", "-3 to 2"),
                lookup(new GatherElements(0, true), 3, "3", "-3 to 2"),
                lookup(new GatherElements(0, true), -4, "-4", "-3 to 2"),
                lookup(new GatherElements(0, false), -1, "-1", "0 to 2"),
                lookup(new GatherElements(0, false), 3, "3", "0 to 2"));
    }

    /** Indices are data: they are judged when they are looked up, at index [1] here. */
    private static Refusal lookup(Op op, double index, String got, String expected) {
        List<Tensor> inputs = List.of(Tensor.vector(5, 6, 7), Tensor.vector(0, index));
        return new Refusal(
                op + " of " + index,
                () -> op.value(inputs, op.shape(List.of(Shape.of(3), Shape.of(2)))),
                got,
                expected);
    }

    @ParameterizedTest
    @MethodSource({"elementwise", "products", "convolutions", "windows", "axes", "pieces", "indices"})
    void refusesWhatDoesNotFit(Refusal refusal) {
        Problem problem = catchThrowableOfType(Problem.class, refusal.attempt()::get);
        assertThat(problem).isNotNull();
        assertThat(problem.code()).isIn(Problem.Code.INVALID, Problem.Code.LIMIT);
        assertThat(problem.explanation()).isNotBlank();
        assertThat(problem.got()).isNotBlank().contains(refusal.got());
        assertThat(problem.expected()).isNotBlank().contains(refusal.expected());
    }

    @ParameterizedTest
    @MethodSource("indices")
    void saysWhichIndexIsOutOfRange(Refusal refusal) {
        Problem problem = catchThrowableOfType(Problem.class, refusal.attempt()::get);
        assertThat(problem.explanation()).contains("at [1]");
    }
}
