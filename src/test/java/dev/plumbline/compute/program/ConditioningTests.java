package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Derivatives that are computed from rounded values stray by their formula's condition: not less, and not ten times more. */
class ConditioningTests {

    private static final int RUNS = 64;

    private static Arguments of(
            String name, BiFunction<ProgramBuilder, Node, Node> function, double condition, double... x) {
        return Arguments.of(name, function, condition, Tensor.vector(x));
    }

    /** What the last slope's error is, in roundings of it, by the formula that frameworks use. */
    static Stream<Arguments> formulas() {
        return Stream.of(
                of("log sum exp", (b, x) -> Compositions.logSumExp(b, x, 0), 1000, 1000.3, 999.1),
                of("log softmax", (b, x) -> b.slice(Compositions.logSoftmax(b, x, 0), 0, 0, 1, 1), 40, 0.1, -39.9),
                of("erf", (b, x) -> b.unary(UnaryFunction.ERF, x), 36, 6.1),
                of("power", (b, x) -> b.power(x, b.constant(30.3)), 29.3 * Math.log(12.7), 12.7),
                of("asin", InverseFunctions::asin, 0.9999 * 0.9999 / (1 - 0.9999 * 0.9999), 0.9999),
                of("acos", InverseFunctions::acos, 0.9999 * 0.9999 / (1 - 0.9999 * 0.9999), 0.9999),
                of("acosh", InverseFunctions::acosh, 1 / (1 - 1 / (1.001 * 1.001)), 1.001),
                of("atanh", InverseFunctions::atanh, 0.9999 * 0.9999 / (1 - 0.9999 * 0.9999), 0.9999),
                of("e^x - 1", (b, x) -> Compositions.elu(b, x, 1), Math.exp(7), -7));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formulas")
    void straysByTheCondition(
            String name, BiFunction<ProgramBuilder, Node, Node> function, double condition, Tensor x) {
        ProgramBuilder b = new ProgramBuilder();
        b.output("y", b.sum(function.apply(b, b.parameter("x", x.shape()))));
        Program program = b.build();
        Map<String, Tensor> point = Map.of("x", x.map(value -> (float) value));
        Objective objective = new Objective(program, program.output("y"), point);
        Tensor exact = gradient(objective, objective.base());
        int last = exact.size() - 1;

        for (Datatype datatype : List.of(Datatype.FP32, Datatype.FP64)) {
            double rms = Math.sqrt(IntStream.range(0, RUNS)
                    .mapToDouble(run -> {
                        Rounding rounding = datatype == Datatype.FP64
                                ? Rounding.float64(objective.base(), run)
                                : Rounding.random(datatype, objective.base(), run);
                        Tensor strayed = gradient(objective, program.evaluate(point, rounding));
                        double off = strayed.at(last) - exact.at(last);
                        return off * off;
                    })
                    .average()
                    .orElseThrow());
            double inRoundings = rms / (datatype.unitRoundoff() * Math.abs(exact.at(last)));

            assertThat(inRoundings).as("%s in %s", name, datatype).isBetween(condition / 2, 4 * condition + 8);
        }
    }

    private static Tensor gradient(Objective objective, Evaluation evaluation) {
        return Objects.requireNonNull(
                evaluation.gradient(objective.output()).byParameter().get("x"));
    }
}
