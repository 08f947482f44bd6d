package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.offset;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whole programs: their gradients, what parameters share, and what is asked for wrongly. */
class EvaluationTests {

    private static final double STEP = 0x1p-10;

    private static Tensor of(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    /** Two layers, a convolution and a normalisation, each entry of each parameter differenced. */
    @Test
    void gradientOfAComposedProgramIsItsDerivative() {
        ProgramBuilder b = new ProgramBuilder();
        Node x = b.data("x", Shape.of(2, 1, 4, 4));
        Node convolved = b.convolution(x, b.parameter("filters", Shape.of(2, 1, 3, 3)), Window.of(3, 3), 1);
        Node hidden = Compositions.gelu(b, Compositions.normalize(b, b.reshape(convolved, Shape.of(2, 8)), 0.1, 1));
        Node scores = b.add(b.matmul(hidden, b.parameter("w", Shape.of(8, 3))), b.parameter("b", Shape.of(3)));
        Node loss = Loss.of(Loss.Kind.CROSS_ENTROPY, Loss.Reduction.MEAN).attach(b, scores, b.data("y", Shape.of(2)));
        Program program = b.output("loss", loss).build();
        Map<String, Tensor> point = Map.of(
                "x", Samples.normal(1, 2, 1, 4, 4),
                "filters", Samples.normal(2, 2, 1, 3, 3),
                "w", Samples.normal(3, 8, 3),
                "b", Samples.normal(4, 3),
                "y", Tensor.vector(2, 0));
        assertIsDerivative(program, point);
    }

    /** A parameter that is used twice, through a transpose and as it is, gets the sum. */
    @Test
    void tiedParametersGetTheSum() {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(3, 3));
        assertThat(b.parameter("w", Shape.of(3, 3))).isSameAs(w);
        Node x = b.data("x", Shape.of(2, 3));
        Node code = b.unary(UnaryFunction.TANH, b.matmul(x, w));
        Node y = b.matmul(code, b.transpose(w, 1, 0));
        Program program = b.output("loss", b.sum(b.square(y))).build();
        assertIsDerivative(program, Map.of("w", Samples.normal(1, 3, 3), "x", Samples.normal(2, 2, 3)));
    }

    private static void assertIsDerivative(Program program, Map<String, Tensor> point) {
        Map<String, Tensor> gradient =
                program.evaluate(point).gradient(program.output("loss")).byParameter();
        for (String name : program.parameters().keySet()) {
            for (int i = 0; i < of(gradient, name).size(); i++) {
                double numeric =
                        (4 * slope(program, point, name, i, STEP) - slope(program, point, name, i, 2 * STEP)) / 3;
                // The five-point formula's error, h^4 / 30 times a fifth derivative of at most a few hundred.
                assertThat(of(gradient, name).at(i)).isCloseTo(numeric, offset(1e-10 * (1 + Math.abs(numeric))));
            }
        }
    }

    private static double slope(Program program, Map<String, Tensor> point, String name, int entry, double step) {
        return (moved(program, point, name, entry, step) - moved(program, point, name, entry, -step)) / (2 * step);
    }

    private static double moved(Program program, Map<String, Tensor> point, String name, int entry, double step) {
        Map<String, Tensor> there = new HashMap<>(point);
        double[] values = of(point, name).values().clone();
        values[entry] += step;
        there.put(name, Tensor.of(of(point, name).shape(), values));
        return program.evaluate(there).value(program.output("loss")).item();
    }

    @Test
    void unusedParametersGetZeros() {
        ProgramBuilder b = new ProgramBuilder();
        Node used = b.parameter("used", Shape.of(2));
        b.parameter("unused", Shape.of(3, 2));
        Node beside = b.parameter("beside", Shape.of(2));
        b.output("other", b.sum(beside));
        Program program = b.output("y", b.sum(used)).build();
        Evaluation evaluation = program.evaluate(
                Map.of("used", Tensor.vector(1, 2), "unused", Samples.normal(1, 3, 2), "beside", Tensor.vector(3, 4)));
        Evaluation.Gradient gradient = evaluation.gradient(program.output("y"));
        assertThat(gradient.byParameter())
                .containsEntry("used", Tensor.vector(1, 1))
                .containsEntry("unused", Tensor.zeros(Shape.of(3, 2)))
                .containsEntry("beside", Tensor.zeros(Shape.of(2)));
        gradient.byParameter()
                .forEach((name, tensor) -> assertThat(gradient.magnitude(name)).isEqualTo(tensor));
    }

    /** Of parameters read by one node, by several, and by one before another's last reader: the same, each once. */
    @Test
    void derivativesAreHandedOnOneByOneWhenTheyAreComplete() {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(3, 3));
        Node v = b.parameter("v", Shape.of(3, 3));
        b.parameter("unused", Shape.of(2));
        Node hidden = b.unary(UnaryFunction.TANH, b.matmul(w, v));
        Program program =
                b.output("y", b.sum(b.multiply(b.matmul(hidden, w), hidden))).build();
        Evaluation evaluation = program.evaluate(
                Map.of("w", Samples.normal(1, 3, 3), "v", Samples.normal(2, 3, 3), "unused", Tensor.vector(1, 2)));
        Map<String, Tensor> whole = evaluation.gradient(program.output("y")).byParameter();
        List<String> names = new ArrayList<>();
        evaluation.gradientByParameter(program.output("y"), (name, derivatives) -> {
            names.add(name);
            assertThat(derivatives).isEqualTo(of(whole, name).values());
        });
        assertThat(names).containsExactlyInAnyOrder("w", "v");
        assertThat(evaluation.gradientByParameter(program.output("y"))).isEqualTo(whole);
        for (String one : List.of("w", "v", "unused")) {
            names.clear();
            evaluation.gradientByParameter(program.output("y"), Set.of(one), (name, derivatives) -> {
                names.add(name);
                assertThat(derivatives).isEqualTo(of(whole, name).values());
            });
            assertThat(names).isEqualTo(one.equals("unused") ? List.of() : List.of(one));
        }
    }

    /** Of a gradient that forgets what lies in between: what is kept, and what is taken again, are the same as ever. */
    @Test
    void whatAGradientOfParametersForgetsIsTakenAgain() {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(3, 3));
        Node product = b.matmul(b.constant(Samples.normal(1, 2, 3)), b.swapAxes(w, 0, 1));
        Node hidden = b.unary(UnaryFunction.TANH, product);
        Program program = b.output("y", b.sum(b.square(hidden))).build();
        Node y = program.output("y");
        Evaluation evaluation = program.evaluate(Map.of("w", Samples.normal(2, 3, 3)));
        Evaluation.Gradient whole = evaluation.gradient(y);
        Evaluation.Gradient ofParameters = evaluation.gradientOfParameters(y);
        assertThat(ofParameters.byParameter()).isEqualTo(whole.byParameter());
        assertThat(ofParameters.magnitude("w")).isEqualTo(whole.magnitude("w"));
        for (Node node : program.nodes()) {
            assertThat(ofParameters.by(node)).isEqualTo(whole.by(node));
        }
    }

    @Test
    void valuesThatNobodyWantsAreForgottenOnTheWayToOthers() {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(4));
        Node square = b.square(w);
        Node exponential = b.unary(UnaryFunction.EXP, b.add(square, w));
        b.output("square", square);
        b.output("exponential", exponential);
        Program program = b.output("y", b.sum(b.multiply(exponential, square))).build();
        Map<String, Tensor> point = Map.of("w", Samples.normal(3, 4));
        Evaluation every = program.evaluate(point);
        Node y = program.output("y");
        Node wanted = program.output("exponential");
        Evaluation some = program.evaluateOnly(Set.of(wanted, y), point, Rounding.NONE);
        assertThat(some.value(wanted)).isEqualTo(every.value(wanted));
        assertThat(some.value(y)).isEqualTo(every.value(y));
        assertThat(some.value(program.output("square")).size()).isZero();
    }

    @Test
    void anOutputThatNoParameterReachesHasGradientZero() {
        ProgramBuilder b = new ProgramBuilder();
        b.parameter("w", Shape.of(2));
        Program program = b.output("y", b.square(b.data("x", Shape.SCALAR))).build();
        Evaluation evaluation = program.evaluate(Map.of("w", Tensor.vector(1, 2), "x", Tensor.scalar(3)));
        assertThat(evaluation.value(program.output("y")).item()).isEqualTo(9);
        assertThat(evaluation.gradient(program.output("y")).byParameter())
                .containsOnly(Map.entry("w", Tensor.zeros(Shape.of(2))));
    }

    @Test
    void aParameterMayItselfBeTheOutput() {
        ProgramBuilder b = new ProgramBuilder();
        Program program = b.output("y", b.parameter("w", Shape.of(2))).build();
        Evaluation.Gradient gradient =
                program.evaluate(Map.of("w", Tensor.vector(1, 2))).gradient(program.output("y"), Tensor.vector(-3, 5));
        assertThat(gradient.byParameter()).containsEntry("w", Tensor.vector(-3, 5));
        assertThat(gradient.magnitude("w")).isEqualTo(Tensor.vector(3, 5));
    }

    /** The derivative of everything after a node is there as well: it is what differencing at the nodes compares. */
    @Test
    void derivativesByInnerNodesAreKept() {
        ProgramBuilder b = new ProgramBuilder();
        Node z = b.multiply(b.parameter("w", Shape.of(2)), b.data("x", Shape.of(2)));
        Program program = b.output("z", z).output("y", b.sum(b.square(z))).build();
        Evaluation.Gradient gradient = program.evaluate(Map.of("w", Tensor.vector(1, 2), "x", Tensor.vector(3, 4)))
                .gradient(program.output("y"));
        assertThat(gradient.by(program.output("z"))).isEqualTo(Tensor.vector(6, 16));
    }

    @Test
    void theSameEvaluationTwiceGivesTheSameBits() {
        Program program = dense(false);
        Map<String, Tensor> point = densePoint(false);
        Evaluation first = program.evaluate(point);
        Evaluation second = program.evaluate(point);
        assertThat(second.outputs()).isEqualTo(first.outputs());
        assertThat(second.gradient(program.output("loss")).byParameter())
                .isEqualTo(first.gradient(program.output("loss")).byParameter())
                .isEqualTo(second.gradient(program.output("loss")).byParameter());
    }

    @Test
    void partsThatDoNotChangeAreReused() {
        Program program = dense(false);
        Evaluation before = program.evaluate(densePoint(false));
        Tensor bias = Tensor.vector(1, 2, 3);
        Map<String, Tensor> there = new HashMap<>(densePoint(false));
        there.put("b", bias);
        Evaluation after = before.with(Map.of("b", bias));
        assertThat(after.outputs()).isEqualTo(program.evaluate(there).outputs());
        assertThat(after.value(program.output("product"))).isSameAs(before.value(program.output("product")));
        assertThat(after.value(program.output("loss"))).isNotEqualTo(before.value(program.output("loss")));
    }

    // ── magnitudes ──

    /** {@code loss = sum c (x w + b)}, w stored transposed or not. */
    private static Program dense(boolean transposed) {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", transposed ? Shape.of(3, 4) : Shape.of(4, 3));
        Node product = b.matmul(b.data("x", Shape.of(5, 4)), transposed ? b.transpose(w, 1, 0) : w);
        Node z = b.add(product, b.parameter("b", Shape.of(3)));
        return b.output("product", product)
                .output("loss", b.sum(b.multiply(z, b.data("c", Shape.of(5, 3)))))
                .build();
    }

    private static Map<String, Tensor> densePoint(boolean transposed) {
        return Map.of(
                "w", transposed ? Samples.normal(1, 3, 4) : Samples.normal(1, 4, 3),
                "b", Samples.normal(2, 3),
                "x", Samples.normal(3, 5, 4),
                "c", Samples.normal(4, 5, 3));
    }

    @Test
    void magnitudesOfADenseLayerAreTheProductOfSizes() {
        for (boolean transposed : new boolean[] {false, true}) {
            Program program = dense(transposed);
            Map<String, Tensor> point = densePoint(transposed);
            Evaluation.Gradient gradient = program.evaluate(point).gradient(program.output("loss"));
            Tensor x = of(point, "x");
            Tensor c = of(point, "c");
            Tensor w = gradient.magnitude("w");
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 3; j++) {
                    double sum = 0;
                    for (int n = 0; n < 5; n++) {
                        sum += Math.abs(Samples.at(x, n, i)) * Math.abs(Samples.at(c, n, j));
                    }
                    double found = transposed ? Samples.at(w, j, i) : Samples.at(w, i, j);
                    assertThat(found).isCloseTo(sum, offset(1e-14));
                }
            }
            for (int j = 0; j < 3; j++) {
                int column = j;
                double sum = IntStream.range(0, 5)
                        .mapToDouble(n -> Math.abs(Samples.at(c, n, column)))
                        .sum();
                assertThat(gradient.magnitude("b").at(j)).isCloseTo(sum, offset(1e-14));
            }
            assertThat(gradient.terms()).containsEntry("w", 10.0);
        }
    }

    /** Of {@code sum_i (w - c_i)} over signs that cancel nothing is left of the gradient, but all of its size. */
    @Test
    void magnitudesDoNotCancel() {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.SCALAR);
        Node quotient = b.divide(b.data("a", Shape.of(4)), w);
        Program program = b.output("y", b.sum(quotient)).build();
        Evaluation.Gradient gradient = program.evaluate(
                        Map.of("w", Tensor.scalar(-2), "a", Tensor.vector(1, -1, 3, -3)))
                .gradient(program.output("y"));
        assertThat(of(gradient.byParameter(), "w").item()).isZero();
        assertThat(gradient.magnitude("w").item()).isEqualTo(8 / 4.0);
    }

    /** A maximum chooses by the numbers, not by their sizes; an index from the end is no size either. */
    @Test
    void magnitudesFollowTheChoicesOfTheEvaluation() {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(3));
        Node rows = b.gather(w, b.data("i", Shape.of(2)), 0);
        Node above = b.binary(BinaryFunction.MAXIMUM, w, b.data("x", Shape.of(3)));
        Node root = b.power(b.parameter("v", Shape.of(2)), b.constant(-1));
        Program program = b.output("y", b.add(b.add(b.sum(rows), b.max(w)), b.add(b.sum(above), b.sum(root))))
                .build();
        Evaluation.Gradient gradient = program.evaluate(Map.of(
                        "w", Tensor.vector(1, -5, 2),
                        "i", Tensor.vector(-3, -1),
                        "x", Tensor.vector(-3, 4, -6),
                        "v", Tensor.vector(2, -4)))
                .gradient(program.output("y"));
        assertThat(gradient.magnitude("w")).isEqualTo(Tensor.vector(2, 0, 3));
        assertThat(gradient.magnitude("v")).isEqualTo(Tensor.vector(0.25, 1 / 16.0));
    }

    // ── refusals ──

    @Test
    void refusesAPointThatLacksATensorOrHasAnotherShape() {
        Program program = dense(false);
        Map<String, Tensor> point = new HashMap<>(densePoint(false));
        point.put("w", Samples.normal(1, 3, 4));
        Problem shape = catchThrowableOfType(Problem.class, () -> program.evaluate(point));
        assertThat(shape.pointer()).isEqualTo("/w");
        assertThat(List.of(Objects.requireNonNull(shape.got()), Objects.requireNonNull(shape.expected())))
                .containsExactly("[3, 4]", "[4, 3]");
        point.remove("w");
        Problem missing = catchThrowableOfType(Problem.class, () -> program.evaluate(point));
        assertThat(missing.pointer()).isEqualTo("/w");
        assertThat(missing.expected()).contains("[4, 3]");
    }

    @Test
    void refusesACotangentOfAnotherShape() {
        Program program = dense(false);
        Evaluation evaluation = program.evaluate(densePoint(false));
        Problem problem = catchThrowableOfType(
                Problem.class, () -> evaluation.gradient(program.output("product"), Tensor.vector(1, 2)));
        assertThat(problem.got()).isEqualTo("[2]");
        assertThat(problem.expected()).isEqualTo("[5, 3]");
    }

    @Test
    void refusesAnIndexOutOfRangeByTheNameOfItsNode() {
        ProgramBuilder b = new ProgramBuilder();
        Node table = b.parameter("table", Shape.of(3, 2));
        Node found = b.at("embedding/1").gather(table, b.data("i", Shape.of(2)), 0);
        Program program = b.output("y", found).build();
        Map<String, Tensor> point = Map.of("table", Samples.normal(1, 3, 2), "i", Tensor.vector(0, 3));
        Problem problem = catchThrowableOfType(Problem.class, () -> program.evaluate(point));
        assertThat(problem.pointer()).isEqualTo("/embedding~11");
        assertThat(problem.got()).isEqualTo("3");
    }

    @Test
    void listsTheOutputsWhereOneIsUnknown() {
        Problem problem = catchThrowableOfType(Problem.class, () -> dense(false).output("other"));
        assertThat(problem.got()).isEqualTo("other");
        assertThat(problem.expected()).contains("loss").contains("product");
    }
}
