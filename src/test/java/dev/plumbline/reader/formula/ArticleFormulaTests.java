package dev.plumbline.reader.formula;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Program;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The formulas of the five articles that Plumbline starts from, against their gradients written out by hand. */
class ArticleFormulaTests {

    /** Some hundred roundings of numbers of size 1. */
    private static final double TOLERANCE = 1e-13;

    @Test
    void linearRegressionOfTheFirstArticle() {
        Random random = new Random(1);
        double[] x = random.doubles(100).toArray();
        double[] y = new double[100];
        for (int i = 0; i < 100; i++) {
            y[i] = 2 * x[i] + 1 + 0.1 * random.nextGaussian();
        }
        double w = 0.37;
        double loss = 0;
        double gradient = 0;
        for (int i = 0; i < 100; i++) {
            loss += (x[i] * w - y[i]) * (x[i] * w - y[i]) / 200;
            gradient += x[i] * (x[i] * w - y[i]) / 100;
        }
        Map<String, Tensor> data = Map.of("x", Tensor.of(Shape.of(100, 1), x), "y", Tensor.of(Shape.of(100, 1), y));
        Point point = new Point("mean((x @ w - y)^2) / 2", Map.of("w", Tensor.of(Shape.of(1, 1), w)), data);
        assertThat(point.loss()).isEqualTo(loss, within(TOLERANCE));
        assertThat(point.gradient("w")).containsExactly(new double[] {gradient}, within(TOLERANCE));
    }

    @Test
    void vectorFunctionOfTheSecondArticle() {
        Map<String, Tensor> parameters = Map.of("x", Tensor.vector(1, 2, 3));
        Point point = new Point("[x[0] + x[1], x[1] + x[2]]", parameters, Map.of());
        assertThat(point.output("out")).containsExactly(3, 5);
        assertThat(point.program.outputs()).containsOnlyKeys("out");
        assertThat(point.row(0)).containsExactly(1, 1, 0);
        assertThat(point.row(1)).containsExactly(0, 1, 1);
    }

    @Test
    void leastSquaresOfTheSecondArticle() {
        double[][] x = {{1, 2}, {2, 3}, {3, 4}};
        double[] y = {2, 3, 4};
        double[] theta = {0.3, -0.8};
        double loss = 0;
        double[] gradient = new double[2];
        for (int i = 0; i < 3; i++) {
            double error = x[i][0] * theta[0] + x[i][1] * theta[1] - y[i];
            loss += error * error / 3;
            gradient[0] += 2 * error * x[i][0] / 3;
            gradient[1] += 2 * error * x[i][1] / 3;
        }
        Map<String, Tensor> data = Map.of("X", Points.matrix(x), "y", Tensor.of(Shape.of(3, 1), y));
        Point point = new Point("mean((X @ theta - y)^2)", Map.of("theta", Tensor.of(Shape.of(2, 1), theta)), data);
        assertThat(point.loss()).isEqualTo(loss, within(TOLERANCE));
        assertThat(point.gradient("theta")).containsExactly(gradient, within(TOLERANCE));
    }

    @Test
    void sigmoidNetworkOfTheThirdArticle() {
        Random random = new Random(3);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("w1", Tensor.of(Shape.of(2, 4), random.doubles(8, -1, 1).toArray()));
        parameters.put("b1", Tensor.zeros(Shape.of(4)));
        parameters.put("w2", Tensor.of(Shape.of(4, 1), random.doubles(4, -1, 1).toArray()));
        parameters.put("b2", Tensor.zeros(Shape.of(1)));
        double[][] x = {{0.5, 0.5}, {-0.5, -0.5}};
        double[] w1 = Objects.requireNonNull(parameters.get("w1")).values();
        double[] w2 = Objects.requireNonNull(parameters.get("w2")).values();
        double loss = 0;
        double[] byW1 = new double[8];
        double[] byW2 = new double[4];
        for (double[] row : x) {
            double[] h = new double[4];
            double z = 0;
            for (int j = 0; j < 4; j++) {
                h[j] = sigmoid(row[0] * w1[j] + row[1] * w1[4 + j]);
                z += h[j] * w2[j];
            }
            double p = sigmoid(z);
            loss += (0.5 - p) * (0.5 - p) / 2;
            double dz = (p - 0.5) * p * (1 - p); // 2/N is 1
            for (int j = 0; j < 4; j++) {
                byW2[j] += dz * h[j];
                byW1[j] += dz * w2[j] * h[j] * (1 - h[j]) * row[0];
                byW1[4 + j] += dz * w2[j] * h[j] * (1 - h[j]) * row[1];
            }
        }
        String formula = "h = sigmoid(x @ w1 + b1)\np = sigmoid(h @ w2 + b2)\nmean((y - p)^2)";
        Map<String, Tensor> data = Map.of("x", Points.matrix(x), "y", Tensor.of(Shape.of(2, 1), 0.5, 0.5));
        Point point = new Point(formula, parameters, data);
        assertThat(point.program.outputs()).containsOnlyKeys("h", "p", "out", "loss");
        assertThat(point.loss()).isEqualTo(loss, within(TOLERANCE));
        assertThat(point.gradient("w1")).containsExactly(byW1, within(TOLERANCE));
        assertThat(point.gradient("w2")).containsExactly(byW2, within(TOLERANCE));
    }

    private static double sigmoid(double t) {
        return 1 / (1 + Math.exp(-t));
    }

    private static final class Point {
        private final Program program;
        private final Evaluation evaluation;

        Point(String formula, Map<String, Tensor> parameters, Map<String, Tensor> data) {
            program = Points.program(formula, parameters, data);
            evaluation = program.evaluate(Points.joined(parameters, data));
        }

        double loss() {
            return Objects.requireNonNull(evaluation.outputs().get("loss")).item();
        }

        double[] output(String name) {
            return evaluation.value(program.output(name)).values();
        }

        double[] gradient(String parameter) {
            var gradient = evaluation.gradient(program.output("loss")).byParameter();
            return Objects.requireNonNull(gradient.get(parameter)).values();
        }

        /** A row of the Jacobian of "out" by x. */
        double[] row(int index) {
            Tensor cotangent = Tensor.zeros(program.output("out").shape());
            cotangent.values()[index] = 1;
            var gradient = evaluation.gradient(program.output("out"), cotangent).byParameter();
            return Objects.requireNonNull(gradient.get("x")).values();
        }
    }
}
