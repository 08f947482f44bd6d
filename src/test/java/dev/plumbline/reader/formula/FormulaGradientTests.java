package dev.plumbline.reader.formula;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Program;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradient of what the formula was compiled to, against central differences of what it evaluates to. */
class FormulaGradientTests {

    private static final double STEP = 1e-5;

    /** Central differences: step^2 times a third derivative of size 10 and 1e-16 / step are both below 2e-9. */
    private static final double TOLERANCE = 1e-8;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mean((x @ w + b - y)^2)",
                "sum(tanh(x @ w)^3 / (1 + exp(-b))) - norm(w)",
                "h = tanh(x @ w + b); p = softmax(h * k, axis=0); -mean(y * log(p))",
                "crossEntropy(x @ w, [1, 0, 1, 0], 'sum', labelSmoothing=0.1)",
                "binaryCrossEntropyWithLogits(x @ w, sigmoid(y))",
                "huber(x @ w + b, y, delta=0.5)",
                "max(x @ w) + min(w, axis=0) @ b + sum(maximum(w, 0.1) * minimum(w, k))",
                "w[0] @ w[-1] + sum(w[::-1, 0] * w[:, 1]) + w[2, 1]^2",
                "sum([b, w[0], 2 * w[1]] @ [[1, k], [k, 2]] / (2 + k^2))",
                "sum(concat([w, w.T[:, :2] * k], axis=0)^2) + sum(cumsum(w, 0) * w)",
                "sum(gather(w, [0, 0, 2], axis=0) * w) + logSumExp(w) * dot(b, b)",
                "sum(layerNorm(w, axis=0)^3) + mean(gelu(w)) + sum(elu(w)) + sum(leakyRelu(w, 0.3))",
                "sum(where(w > 0, w^2, sin(w))) + sum(clip(w, -1, 1.5)) + sum(erf(w) * cos(w))",
                "sum(2^w) + sum(abs(w)^k) + sum(softplus(w)) + sum(sqrt(abs(w)))",
                "sum(maxPool2d(conv2d(reshape(x, [1, 1, 4, 3]), reshape(w, [2, 1, 3, 1]), padding=[1, 0]), 2)^2)",
                "sum(avgPool2d(reshape(w, [1, 1, 3, 2]), [2, 1], stride=1)^3)",
                "reshape(b, [1, 2]) @ reshape(b, [2, 1])",
            })
    void agreesWithCentralDifferences(String formula) {
        Random random = new Random(formula.hashCode());
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("w", Points.tensor(Shape.of(3, 2), random));
        parameters.put("b", Points.tensor(Shape.of(2), random));
        parameters.put("k", Tensor.scalar(1.3));
        Map<String, Tensor> data =
                Map.of("x", Points.tensor(Shape.of(4, 3), random), "y", Points.tensor(Shape.of(4, 2), random));
        Program program = Points.program(formula, parameters, data);
        var gradient = program.evaluate(Points.joined(parameters, data))
                .gradient(program.output("loss"))
                .byParameter();
        parameters.forEach((name, value) -> {
            double[] analytic = Objects.requireNonNull(gradient.get(name)).values();
            for (int i = 0; i < value.size(); i++) {
                double x = value.at(i);
                value.values()[i] = x + STEP;
                double above = loss(program, Points.joined(parameters, data));
                value.values()[i] = x - STEP;
                double below = loss(program, Points.joined(parameters, data));
                value.values()[i] = x;
                double numeric = (above - below) / (2 * STEP);
                assertThat(analytic[i])
                        .as("%s[%d]", name, i)
                        .isEqualTo(numeric, within(TOLERANCE * Math.max(1, Math.abs(numeric))));
            }
        });
    }

    @Test
    void stopsTheGradientWhereAsked() {
        Map<String, Tensor> parameters = Map.of("w", Tensor.vector(2, 3));
        Program program = Points.program("sum(w * stopGradient(w))", parameters, Map.of());
        var gradient =
                program.evaluate(parameters).gradient(program.output("loss")).byParameter();
        assertThat(gradient).containsEntry("w", Tensor.vector(2, 3));
    }

    @Test
    void givesTheNormTheSubgradientZeroAtZero() {
        Map<String, Tensor> parameters = Map.of("w", Tensor.vector(0, 0));
        Program program = Points.program("norm(w)", parameters, Map.of());
        var gradient =
                program.evaluate(parameters).gradient(program.output("loss")).byParameter();
        assertThat(gradient).containsEntry("w", Tensor.vector(0, 0));
    }

    private static double loss(Program program, Map<String, Tensor> point) {
        return program.evaluate(point).value(program.output("loss")).item();
    }
}
