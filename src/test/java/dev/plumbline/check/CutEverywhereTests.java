package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.reader.formula.Formula;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same tensor detached in two places, as by code that layers share: a cut in both, and not the variant of a function
 * that happens to have the derivative 0 there.
 */
class CutEverywhereTests {

    private static final Map<String, Tensor> POINT = point();

    private static Map<String, Tensor> point() {
        SplittableRandom random = new SplittableRandom(3);
        Map<String, Tensor> point = new LinkedHashMap<>();
        for (String name : new String[] {"x", "u", "v"}) {
            double[] values = random.doubles(16, -1, 1).toArray();
            point.put(name, Tensor.of(Shape.of(4, 4), values));
        }
        return point;
    }

    private static Map<String, Tensor> gradient(String formula) {
        ProgramBuilder builder = new ProgramBuilder();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        POINT.forEach((name, value) -> shapes.put(name, value.shape()));
        Formula.parse(formula).appendTo(builder, shapes, Map.of());
        Program program = builder.build();
        return program.evaluate(POINT).gradient(program.output("loss")).byParameter();
    }

    /** {@code # -> # gate(#)}, twice. */
    private static String model(String gate) {
        String first = "((x @ u) * %s)".formatted(gate.replace("#", "(x @ u)"));
        String inner = "(" + first + " @ v)";
        return "mean((%s * %s - 0.3)^2)".formatted(inner, gate.replace("#", inner));
    }

    @ParameterizedTest
    @CsvSource({"softmax(#), softmax", "sigmoid(#), sigmoid", "sqrt(# * # + 1), sqrt", "tanh(#), tanh", "relu(#), relu"
    })
    void isNamedAsOne(String gate, String title) {
        Map<String, Tensor> claim = gradient(model("stopGradient(" + gate + ")"));

        GradientCheckReport report = Formulas.check(model(gate), POINT, claim, Coverage.CERTIFIED);

        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        Cause cause = Objects.requireNonNull(report.explanation(), report.summary());
        assertThat(cause.kind()).as("%s", cause).isEqualTo(Cause.Kind.CUT);
        assertThat(cause.nodes()).as("%s", cause).hasSizeGreaterThan(1);
        assertThat(cause.operation()).isEqualTo(title);
    }

    /** One factor of a product that passes nothing on in both places, whatever it was made of. */
    @ParameterizedTest
    @CsvSource({"exp(0.3 * #) + #"})
    void namesTheInputThatGetsNothing(String gate) {
        Map<String, Tensor> claim = gradient(model("stopGradient(" + gate + ")"));

        GradientCheckReport report = Formulas.check(model("(" + gate + ")"), POINT, claim, Coverage.CERTIFIED);

        Cause cause = Objects.requireNonNull(report.explanation(), report.summary());
        assertThat(cause.kind()).as("%s", cause).isEqualTo(Cause.Kind.CUT);
        assertThat(cause.nodes()).as("%s", cause).hasSizeGreaterThan(1);
        assertThat(cause.advice()).contains("passes no gradient on to its input 2");
    }
}
