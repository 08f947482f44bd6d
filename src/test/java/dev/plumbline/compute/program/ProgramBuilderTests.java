package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramBuilderTests {

    private final ProgramBuilder b = new ProgramBuilder();

    private static Problem refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable attempt) {
        Problem problem = catchThrowableOfType(Problem.class, attempt);
        assertThat(problem).isNotNull();
        assertThat(problem.got()).isNotBlank();
        assertThat(problem.expected()).isNotBlank();
        return problem;
    }

    // ── constants ──

    @Test
    void computesWhatDependsOnConstantsOnlyAtOnce() {
        Node sum = b.add(b.constant(2), b.constant(Tensor.vector(3, 4)));
        assertThat(sum.isConstant()).isTrue();
        assertThat(b.constantValue(sum)).isEqualTo(Tensor.vector(5, 6));
        assertThat(b.constantValue(b.reshape(sum, Shape.of(2, 1))).shape()).isEqualTo(Shape.of(2, 1));
        Program program = b.output("y", sum).build();
        assertThat(program.nodes()).hasSize(1);
    }

    @Test
    void refusesToKnowWhatDataDecides() {
        Node x = b.data("x", Shape.of(2));
        Problem problem = refused(() -> b.at("Reshape_4").constantValue(b.add(x, b.constant(1))));
        assertThat(problem.code()).isEqualTo(Problem.Code.UNSUPPORTED);
        assertThat(problem.pointer()).isEqualTo("/Reshape_4");
    }

    @Test
    void anImpossibleConstantIsRefusedWhereItIsBuilt() {
        Node table = b.constant(Tensor.vector(1, 2));
        Problem problem = refused(() -> b.at("Gather_7").gather(table, b.constant(2), 0));
        assertThat(problem.pointer()).isEqualTo("/Gather_7");
        assertThat(problem.got()).isEqualTo("2");
    }

    @Test
    void whatChangesNothingAddsNoNode() {
        Node x = b.data("x", Shape.of(2, 3));
        assertThat(b.reshape(x, Shape.of(2, 3))).isSameAs(x);
        assertThat(b.broadcast(x, Shape.of(2, 3))).isSameAs(x);
        assertThat(b.multiply(x, 1)).isSameAs(x);
    }

    // ── what is kept ──

    @Test
    void keepsWhatOutputsNeedAndEveryInput() {
        Node x = b.data("x", Shape.of(2));
        b.square(x);
        b.parameter("unused", Tensor.vector(7));
        Program program = b.output("y", b.negate(x)).build();
        assertThat(program.nodes()).hasSize(3);
        assertThat(program.parameters()).containsOnlyKeys("unused");
        assertThat(program.initial()).containsEntry("unused", Tensor.vector(7));
        assertThat(program.parameterCount()).isEqualTo(1);
        for (int id = 0; id < program.nodes().size(); id++) {
            Node node = program.nodes().get(id);
            assertThat(node.id()).isEqualTo(id);
            assertThat(node.inputs()).allMatch(input -> program.nodes().contains(input) && input.id() < node.id());
        }
        Tensor value = program.evaluate(Map.of("x", Tensor.vector(1, 2), "unused", Tensor.vector(7)))
                .value(program.output("y"));
        assertThat(value).isEqualTo(Tensor.vector(-1, -2));
    }

    @Test
    void aBuiltProgramDoesNotChangeWithItsBuilder() {
        Program program = b.output("y", b.data("x", Shape.of(2))).build();
        b.output("z", b.data("later", Shape.of(1)));
        assertThat(program.outputs()).containsOnlyKeys("y");
        assertThat(program.data()).containsOnlyKeys("x");
    }

    @Test
    void costCountsMultiplicationsAndBytesCountValues() {
        Node x = b.data("x", Shape.of(5, 4));
        Program program =
                b.output("y", b.matmul(x, b.parameter("w", Shape.of(4, 3)))).build();
        assertThat(program.cost()).isEqualTo(20 + 12 + 2 * 5 * 4 * 3);
        assertThat(program.bytes()).isEqualTo(8 * (20 + 12 + 15));
    }

    // ── names ──

    @Test
    void aNameIsAParameterOrDataButNotBoth() {
        b.parameter("x", Shape.of(2));
        assertThat(refused(() -> b.data("x", Shape.of(2))).pointer()).isEqualTo("/x");
        b.data("a/b", Shape.of(2));
        assertThat(refused(() -> b.parameter("a/b", Tensor.vector(1, 2))).pointer())
                .isEqualTo("/a~1b");
    }

    @Test
    void aNameHasOneShape() {
        b.parameter("w", Shape.of(2));
        b.data("x", Shape.of(3));
        Problem parameter = refused(() -> b.parameter("w", Tensor.vector(1, 2, 3)));
        assertThat(parameter.got()).isEqualTo("[3]");
        assertThat(parameter.expected()).isEqualTo("[2]");
        assertThat(refused(() -> b.data("x", Shape.of(2))).pointer()).isEqualTo("/x");
    }

    @Test
    void nodesAreCalledByTheirPlaceOrTheirOperation() {
        Node x = b.data("x", Shape.of(2));
        assertThat(b.negate(x).label()).isEqualTo("negate_1");
        assertThat(b.at("Neg_3").negate(x).label()).isEqualTo("Neg_3");
        assertThat(x.label()).isEqualTo("x");
    }

    // ── the budget ──

    @Test
    void allValuesTogetherStayWithinTheBudget() {
        Node x = b.data("x", Shape.of(1 << 13, 1));
        Node y = b.data("y", Shape.of(1, 1 << 13));
        b.add(x, y); // 2^26, half of the budget
        Problem problem = refused(() -> b.at("Add_2").add(x, y));
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
        assertThat(problem.pointer()).isEqualTo("/Add_2");
        assertThat(problem.got()).contains("134234112").contains("[8192, 8192]");
        assertThat(problem.expected()).contains("134217728");
    }

    /** The result of folding is judged before it is computed. */
    @Test
    void constantsStayWithinTheBudget() {
        Node number = b.constant(1);
        Problem problem = refused(() -> b.broadcast(number, Shape.of((1 << 27) + 1)));
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
    }

    /** What is folded costs its reader time before anybody could ask what the program costs. */
    @Test
    void constantsAreCheapToCompute() {
        Node matrix = b.constant(Tensor.zeros(Shape.of(1024, 1024)));
        Problem problem = refused(() -> b.at("MatMul_9").matmul(matrix, matrix));
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
        assertThat(problem.pointer()).isEqualTo("/MatMul_9");
        assertThat(problem.got()).startsWith("2147483648 ");
    }

    // ── shapes that the builder works out ──

    @ParameterizedTest
    @CsvSource({
        "'3', '3', ''",
        "'3', '3 2', '2'",
        "'2 3', '3', '2'",
        "'2 2 3', '3', '2 2'",
        "'3', '2 3 4', '2 4'",
        "'2 3', '3 4', '2 4'",
        "'5 1 2 3', '4 3 2', '5 4 2 2'"
    })
    void matmulHasNumPysShapes(String a, String other, String expected) {
        Node product = b.matmul(b.data("a", shape(a)), b.data("b", shape(other)));
        assertThat(product.shape()).isEqualTo(shape(expected));
    }

    private static Shape shape(String extents) {
        return extents.isEmpty()
                ? Shape.SCALAR
                : Shape.of(List.of(extents.split(" ")).stream()
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    @Test
    void matmulOfANumberIsRefused() {
        Node number = b.data("n", Shape.SCALAR);
        Node vector = b.data("v", Shape.of(2));
        assertThat(refused(() -> b.matmul(vector, number)).got()).contains("[]");
        assertThat(refused(() -> b.matmul(number, vector)).got()).contains("[]");
    }

    @Test
    void axesMayCountFromTheEndAndBeNamedTwice() {
        Node x = b.data("x", Shape.of(2, 3, 4));
        assertThat(b.sum(x, -1).shape()).isEqualTo(Shape.of(2, 3));
        assertThat(b.sum(x, 1, -2).shape()).isEqualTo(Shape.of(2, 4));
        assertThat(b.sum(x).shape()).isEqualTo(Shape.SCALAR);
        assertThat(b.restoreAxes(b.max(x, -3, 2), x.shape(), -3, 2).shape()).isEqualTo(Shape.of(1, 3, 1));
        assertThat(b.swapAxes(x, 0, -1).shape()).isEqualTo(Shape.of(4, 3, 2));
        assertThat(b.concat(-1, List.of(x, x)).shape()).isEqualTo(Shape.of(2, 3, 8));
        assertThat(b.gather(x, b.data("i", Shape.of(5)), -2).shape()).isEqualTo(Shape.of(2, 5, 4));
        assertThat(b.slice(x, -1, 3, 2, -2).shape()).isEqualTo(Shape.of(2, 3, 2));
        assertThat(b.cumulativeSum(x, -1).shape()).isEqualTo(x.shape());
        assertThat(refused(() -> b.at("Sum_1").sum(x, 3)).pointer()).isEqualTo("/Sum_1");
    }

    @Test
    void meanOfSeveralAxesDividesByAllOfThem() {
        Node x = b.constant(Tensor.of(Shape.of(2, 1, 2), 1, 2, 3, 6));
        assertThat(b.constantValue(b.mean(x)).item()).isEqualTo(3);
        assertThat(b.constantValue(b.mean(x, 0))).isEqualTo(Tensor.of(Shape.of(1, 2), 2, 4));
        assertThat(b.constantValue(b.mean(x, 0, 0, -3)).shape()).isEqualTo(Shape.of(1, 2));
    }

    @Test
    void joiningNothingIsRefused() {
        assertThat(refused(() -> b.at("Concat_1").concat(0, List.of())).pointer())
                .isEqualTo("/Concat_1");
    }

    @Test
    void selectBroadcastsAllThree() {
        Node chosen = b.select(b.data("c", Shape.of(2, 1)), b.constant(1), b.data("b", Shape.of(3)));
        assertThat(chosen.shape()).isEqualTo(Shape.of(2, 3));
        refused(() -> b.select(b.data("d", Shape.of(4)), b.constant(1), b.data("b", Shape.of(3))));
    }

    @Test
    void aSubstituteStandsForAParameter() {
        Node copies = b.parameter("copies", Shape.of(2, 3));
        b.substitute("w", b.slice(copies, 0, 1, 1, 1));
        Node w = b.parameter("w", Tensor.zeros(Shape.of(1, 3)));
        Program program = b.output("y", w).build();
        assertThat(program.parameters()).containsOnlyKeys("copies");
        assertThat(program.initial()).isEmpty();
        assertThat(refused(() -> b.parameter("w", Shape.of(3))).pointer()).isEqualTo("/w");
    }
}
