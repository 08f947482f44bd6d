package dev.plumbline.compute.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatePathsTests {

    private static final int BATCH = 5;
    private static final int UNITS = 2;
    private static final int STEPS = 3;

    private final Random random = new Random(8);
    private final ProgramBuilder b = new ProgramBuilder();
    private final Map<String, Tensor> point = new HashMap<>();
    private final List<Integer> products = new ArrayList<>();
    private final List<Integer> resets = new ArrayList<>();
    private final List<Integer> differences = new ArrayList<>();
    private final List<Integer> updates = new ArrayList<>();

    private Node parameter(String name, int... extents) {
        Shape shape = Shape.of(extents);
        point.put(name, Tensor.of(shape, random.doubles(shape.size(), -1, 1).toArray()));
        return b.parameter(name, shape);
    }

    /** {@code n = tanh(x + p h) + R h, z = sigmoid(R h), h' = n + z (h - n)} with weights of its own. */
    private Node recurrence(String name, Node x) {
        Node weights = parameter("R" + name, UNITS, UNITS);
        Node peephole = b.slice(parameter("p" + name, 2 * UNITS), 0, 0, UNITS, 1);
        Node state = b.unary(UnaryFunction.TANH, parameter("h" + name, BATCH, UNITS));
        for (int t = 0; t < STEPS; t++) {
            Node product = b.matmul(state, weights);
            Node reset = b.multiply(peephole, state);
            Node next = b.add(b.unary(UnaryFunction.TANH, b.add(x, reset)), product);
            Node difference = b.subtract(state, next);
            Node update = b.multiply(b.unary(UnaryFunction.SIGMOID, product), difference);
            state = b.add(next, update);
            products.add(product.id());
            resets.add(reset.id());
            differences.add(difference.id());
            updates.add(update.id());
        }
        return state;
    }

    private Node product(String name, Node x, int count) {
        Node product = x;
        for (int k = 0; k < count; k++) {
            product = b.matmul(product, parameter(name + k, UNITS, UNITS));
        }
        return product;
    }

    private List<GatePaths.Path> paths(Node last) {
        Program program = b.output("y", b.sum(last)).build();
        Objective objective = new Objective(program, program.output("y"), point);
        return new GatePaths(objective, program.nodes()).all();
    }

    private static Set<Integer> places(GatePaths.Path path) {
        return path.rules().keySet().stream().map(Node::id).collect(Collectors.toSet());
    }

    /** Of one recurrence, or of two directions one after the other, each with products of its own around it. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 1", "1, 0, 1", "2, 0, 1", "3, 0, 1", "4, 0, 1", "0, 1, 1", "1, 2, 1", "3, 3, 1", "0, 4, 1", "1, 0, 2",
        "2, 3, 2"
    })
    void thePlacesAreTheSameWhateverIsAroundTheSteps(int before, int after, int directions) {
        Node x = parameter("x", BATCH, UNITS);
        Node y = null;
        for (int k = 0; k < directions; k++) {
            Node one = product("V" + k, recurrence("" + k, product("W" + k, x, before)), after);
            y = y == null ? one : b.add(y, one);
        }
        Map<Set<Integer>, Set<String>> found = new HashMap<>();
        paths(Objects.requireNonNull(y)).forEach(path -> found.computeIfAbsent(places(path), key -> new HashSet<>())
                .add(path.words()));

        String peephole = "p" + (directions - 1);
        assertThat(found)
                .isEqualTo(Map.of(
                        Set.copyOf(products),
                        Set.of("passes no gradient on to the state before where it meets its weights, at every step"),
                        Set.copyOf(resets),
                        Set.of(
                                "passes no gradient on to " + peephole
                                        + " where it meets the state before, at every step",
                                "leaves the state before out of what it passes on to " + peephole + ", at every step",
                                "passes no gradient on to the state before where it meets " + peephole
                                        + ", at every step",
                                "leaves " + peephole + " out of what it passes on to the state before, at every step"),
                        Set.copyOf(differences),
                        Set.of(
                                "passes no gradient on to the state before where it meets the other factor, at every step",
                                "passes no gradient on to the other factor where it meets the state before, at every step"),
                        Set.copyOf(updates),
                        Set.of(
                                "passes no gradient on to the sigmoid where it meets the other factor, at every step",
                                "leaves the other factor out of what it passes on to the sigmoid, at every step",
                                "passes no gradient on to the other factor where it meets the sigmoid, at every step",
                                "leaves the sigmoid out of what it passes on to the other factor, at every step")));
    }

    @Test
    void whatWasThereBeforeTheFirstStepIsTheInput() {
        Node weights = parameter("R", UNITS, UNITS);
        Node x = b.unary(UnaryFunction.TANH, parameter("x", BATCH, UNITS));
        Node state = parameter("h", BATCH, UNITS);
        for (int t = 0; t < STEPS; t++) {
            state = b.multiply(b.matmul(state, weights), x);
        }
        assertThat(paths(state).stream().map(GatePaths.Path::words))
                .contains("passes no gradient on to the input where it meets the other factor, at every step");
    }

    @Test
    void aFactorThatIsRepeatedTakesTheSumOfWhatIsPassedOn() {
        List<GatePaths.Path> paths = paths(recurrence("", parameter("x", BATCH, UNITS)));
        GatePaths.Path path = paths.stream()
                .filter(each -> each.words().startsWith("leaves the state before out"))
                .findFirst()
                .orElseThrow();
        Node peephole = path.at().inputs().get(0);
        Tensor d = Tensor.of(Shape.of(BATCH, UNITS), 1, 20, 3, 40, 5, 60, 7, 80, 9, 100);
        double[] passed = Objects.requireNonNull(path.rules().get(path.at()))
                .pullBack(b.build().evaluate(point), d.values())
                .get(peephole);
        assertThat(passed).containsExactly(25, 300);
    }

    /** A step that has a product more than the others is like them as far as that. */
    @Test
    void whatOneStepDoesDifferentlyGetsNoName() {
        Node weights = parameter("R", UNITS, UNITS);
        Node state = parameter("h", BATCH, UNITS);
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        for (int t = 0; t < STEPS; t++) {
            Node product = b.matmul(state, weights);
            Node square = b.multiply(product, b.unary(UnaryFunction.TANH, product));
            first.add(product.id());
            second.add(square.id());
            state = t == 1 ? b.subtract(square, product) : b.multiply(square, product);
        }
        assertThat(paths(state).stream().map(GatePathsTests::places).distinct())
                .containsExactlyInAnyOrder(Set.copyOf(first), Set.copyOf(second));
    }
}
