package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReversePassTests {

    private final Objective objective = network();

    /** {@code sum((softmax(tanh(x a)) b)^2)}. */
    private static Objective network() {
        ProgramBuilder b = new ProgramBuilder();
        Node x = b.data("x", Shape.of(3, 4));
        Node h = b.at("hidden").unary(UnaryFunction.TANH, b.matmul(x, b.parameter("a", Shape.of(4, 5))));
        Node p = Compositions.softmax(b.at("probabilities", "Softmax"), h, 1);
        Node y = b.at("out").matmul(p, b.parameter("b", Shape.of(5, 2)));
        Program program = b.output("loss", b.at("loss").sum(b.square(y))).build();
        SplittableRandom random = new SplittableRandom(5);
        Map<String, Tensor> point = Map.of(
                "x", gaussian(random, Shape.of(3, 4)),
                "a", gaussian(random, Shape.of(4, 5)),
                "b", gaussian(random, Shape.of(5, 2)));
        return new Objective(program, program.output("loss"), point);
    }

    private static Tensor gaussian(SplittableRandom random, Shape shape) {
        double[] values = new double[shape.size()];
        Arrays.setAll(values, i -> random.nextGaussian());
        return Tensor.of(shape, values);
    }

    private Operation softmax() {
        return objective.operations().stream()
                .filter(operation -> operation.kind() == Operation.Kind.SOFTMAX)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void fromTheOutputItIsTheGradient() {
        Map<String, double[]> arrived = ReversePass.over(objective.base())
                .from(Map.of(objective.output(), new double[] {1}))
                .byParameter();
        objective.gradient().byParameter().forEach((name, gradient) -> assertThat(arrived.get(name))
                .containsExactly(gradient.values()));
    }

    @Test
    void fromTheMiddleItGoesOnAsTheWholePassDid() {
        Evaluation.Gradient gradient = objective.gradient();
        Node p = softmax().output();
        double[] a = ReversePass.over(objective.base())
                .from(Map.of(p, gradient.by(p).values()))
                .byParameter()
                .get("a");
        assertThat(a)
                .containsExactly(
                        Objects.requireNonNull(gradient.byParameter().get("a")).values());
    }

    @Test
    void aReplacedRuleIsTheOneThatPassesOn() {
        Operation softmax = softmax();
        Map<String, double[]> arrived = ReversePass.over(objective.base())
                .replacing(Map.of(softmax.output(), (point, d) -> Map.of()))
                .from(Map.of(objective.output(), new double[] {1}))
                .byParameter();
        assertThat(arrived).containsOnlyKeys("b");
    }

    @Test
    void anOperationIsWhatTheFileCallsOne() {
        assertThat(softmax().name()).isEqualTo("probabilities");
        assertThat(softmax().title()).isEqualTo("Softmax");
        assertThat(softmax().inputs()).extracting(Node::label).containsExactly("hidden");
        assertThat(softmax().roles()).containsKey(Operation.Role.NORMALISER);
    }

    /** {@code <w, J' d> = <J w, d>}. */
    @Test
    void tangentsProjectWhatCotangentsDoToTheGradient() {
        SplittableRandom random = new SplittableRandom(9);
        Node p = softmax().output();
        double[] d = gaussian(random, p.shape()).values();
        Tensor w = gaussian(random, Shape.of(4, 5));
        double[] back = ReversePass.over(objective.base())
                .from(Map.of(p, d))
                .byParameter()
                .get("a");
        double[] forth = Tangents.of(objective, Map.of("a", w), Set.of(p)).get(p);
        double difference = dot(w.values(), Objects.requireNonNull(back)) - dot(Objects.requireNonNull(forth), d);
        assertThat(Math.abs(difference)).isLessThanOrEqualTo(1e-13);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
