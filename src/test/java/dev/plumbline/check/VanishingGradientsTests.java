package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten sigmoid layers of 32: the first layer's gradients are so small that any fixed absolute tolerance accepts anything. */
class VanishingGradientsTests {

    private static final Map<String, Tensor> PARAMETERS = parameters();
    private static final Map<String, Tensor> RIGHT = gradients();
    private static final String FIRST = "w1";

    private static String formula() {
        StringBuilder formula = new StringBuilder("h0 = x\n");
        for (int l = 1; l <= 10; l++) {
            formula.append("h%d = sigmoid(h%d @ w%d)\n".formatted(l, l - 1, l));
        }
        return formula.append("mean(h10^2)").toString();
    }

    private static Map<String, Tensor> parameters() {
        SplittableRandom random = new SplittableRandom(11);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("x", normal(random, 1, 8, 32));
        for (int l = 1; l <= 10; l++) {
            parameters.put("w" + l, normal(random, 0.3 / Math.sqrt(32), 32, 32));
        }
        return parameters;
    }

    private static Tensor normal(SplittableRandom random, double scale, int... extents) {
        return Tensor.zeros(Shape.of(extents)).map(zero -> scale * random.nextGaussian());
    }

    private static Map<String, Tensor> gradients() {
        return new ObjectiveReader(Formulas.source(formula()).read(), LossSource.NONE, PARAMETERS, Map.of())
                .read(program -> {})
                .gradient()
                .byParameter();
    }

    static Stream<Arguments> ways() {
        return Stream.of(Coverage.EXHAUSTIVE, Coverage.CERTIFIED)
                .flatMap(coverage -> Stream.of(Datatype.FP64, Datatype.FP32).map(type -> Arguments.of(coverage, type)));
    }

    private static GradientCheckReport check(double factor, Coverage coverage, Datatype datatype) {
        Map<String, Tensor> claim = new LinkedHashMap<>(RIGHT);
        claim.computeIfPresent(FIRST, (name, right) -> right.map(g -> factor * g));
        claim.replaceAll((name, tensor) -> tensor.as(datatype));
        return Formulas.check(formula(), PARAMETERS, claim, coverage, datatype);
    }

    @Test
    void firstLayerIsBelowTenToTheMinusNine() {
        Tensor first = Objects.requireNonNull(RIGHT.get(FIRST));

        assertThat(first.norm() / 32).isBetween(1e-14, 1e-9);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void rightPasses(Coverage coverage, Datatype datatype) {
        GradientCheckReport report = check(1, coverage, datatype);

        assertThat(report.verdict()).as(report.summary()).isEqualTo(Verdict.PASS);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void wrongIsNeverPassed(Coverage coverage, Datatype datatype) {
        for (double factor : new double[] {-1, 1.1, 0, 1000}) {
            GradientCheckReport report = check(factor, coverage, datatype);

            assertThat(report.verdict()).as(factor + ": " + report.summary()).isEqualTo(Verdict.FAIL);
            assertThat(report.tensors().stream().filter(tensor -> tensor.verdict() != Verdict.PASS))
                    .extracting(TensorReport::name)
                    .containsExactly(FIRST);
        }
    }
}
