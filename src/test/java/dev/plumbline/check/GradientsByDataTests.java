package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Gradients that are claimed by what is data of the model: saliency, adversarial examples, a layer's input. */
class GradientsByDataTests {

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    private static final double[] W = {0.5, -1.5, 2};
    private static final double[] X = {0.3, -1.7, 2.1};

    private static GradientCheckReport check(String formula, Map<String, Tensor> data, Map<String, Tensor> claim) {
        return SERVICE.check(new GradientCheckRequest(
                Formulas.source(formula),
                null,
                Map.of("w", Tensor.vector(W)),
                data,
                claim,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
    }

    private static Tensor gradient(double factor) {
        double[] g = new double[3];
        for (int i = 0; i < 3; i++) {
            g[i] = factor * 2 * W[i] * W[i] * X[i]; // of sum((w x)^2) by x
        }
        return Tensor.vector(g);
    }

    private static final Map<String, Tensor> DATA = Map.of("x", Tensor.vector(X));

    @Test
    void aGradientByDataIsJudgedAsOneByParameters() {
        assertThat(check("sum((w * x)^2)", DATA, Map.of("x", gradient(1))).verdict())
                .isEqualTo(Verdict.PASS);
        GradientCheckReport wrong = check("sum((w * x)^2)", DATA, Map.of("x", gradient(-1)));
        assertThat(wrong.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Objects.requireNonNull(wrong.tensors().get(0).mistake()).kind())
                .isEqualTo(Mistake.Kind.SIGN);
    }

    @Test
    void parametersAndDataGoTogether() {
        double[] byW = new double[3];
        for (int i = 0; i < 3; i++) {
            byW[i] = 2 * W[i] * X[i] * X[i];
        }
        GradientCheckReport report = check("sum((w * x)^2)", DATA, Map.of("x", gradient(1), "w", Tensor.vector(byW)));
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
        assertThat(report.tensors()).hasSize(2);
    }

    /** Pairs are complex numbers by PyTorch's convention; JAX's gradients are the conjugates. */
    @Test
    void aConjugateIsSaidToBeOne() {
        double[] z = {0.3, -1.1, 0.7, 0.4, 1.3, -0.2};
        double[] conjugate = new double[z.length];
        for (int i = 0; i < z.length; i++) {
            conjugate[i] = (i % 2 == 0 ? 2 : -2) * W[i / 2] * z[i];
        }
        Shape pairs = Shape.of(3, 2);
        GradientCheckReport report = check(
                "sum(w * sum(z^2, 1))", Map.of("z", Tensor.of(pairs, z)), Map.of("z", Tensor.of(pairs, conjugate)));
        Mistake mistake = Objects.requireNonNull(report.tensors().get(0).mistake());
        assertThat(((Mistake.Slice) mistake).slice()).isEqualTo("[:, 1]");
        assertThat(mistake.advice()).contains("conjugate");
    }

    @Test
    void whatOnlyServesAsAnIndexHasNoGradient() {
        assertThatThrownBy(() -> check(
                        "sum(gather(w, i)^2)", Map.of("i", Tensor.vector(0, 2)), Map.of("i", Tensor.vector(0, 0))))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.pointer()).isEqualTo("/gradients/i"));
    }

    @Test
    void anUnknownNameIsToldTheDataThatAClaimMayBeBy() {
        Map<String, Tensor> data = Map.of("x", Tensor.vector(X), "i", Tensor.vector(0, 2));
        assertThatThrownBy(() -> check("sum((w * x)^2) + sum(gather(w, i))", data, Map.of("q", gradient(1))))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.pointer()).isEqualTo("/gradients/q");
                    assertThat(problem.getMessage()).contains("neither a parameter nor data");
                    assertThat(problem.expected()).isEqualTo("one of w, x");
                });
    }
}
