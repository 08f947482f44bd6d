package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.tensor.Tensor;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Momentum read off a sequence of steps, if gradient descent with momentum made them. With the updates
 * d_t = x_{t-1} - x_t, from step 2 on:
 *
 * <pre>
 * d_t = momentum d_{t-1} + learningRate (1 - dampening) g_t
 * nesterov:  d_t = momentum d_{t-1} + learningRate (1 + momentum) g_t - learningRate momentum g_{t-1}
 * d_1 = learningRate g_1                                     the first buffer is undampened
 * </pre>
 *
 * Each is a linear regression over all entries. The estimates are rounded to 2, 3 and 4 places, for momenta are chosen by
 * people; whether one of them is right is for the replay to say.
 */
final class MomentumEstimate {

    private MomentumEstimate() {}

    static List<Double> momenta(List<ObservedStep> steps) {
        return DoubleStream.concat(rounded(regression(steps, false)[0]), rounded(regression(steps, true)[0]))
                .filter(momentum -> momentum > 0 && momentum < 1)
                .distinct()
                .boxed()
                .toList();
    }

    static List<Double> dampenings(List<ObservedStep> steps) {
        double taken = regression(steps, false)[1];
        return rounded(1 - taken / firstRate(steps))
                .filter(dampening -> dampening > 0 && dampening <= 1)
                .distinct()
                .boxed()
                .toList();
    }

    /** The coefficients of the update before, of the gradient, and, if {@code nesterov}, of the gradient before. */
    private static double[] regression(List<ObservedStep> steps, boolean nesterov) {
        int unknowns = nesterov ? 3 : 2;
        double[][] normal = new double[unknowns][unknowns + 1];
        for (int k = 1; k < steps.size(); k++) {
            ObservedStep last = steps.get(k - 1);
            ObservedStep step = steps.get(k);
            for (String name : step.before().keySet()) {
                double[] lastUpdate = update(last, name);
                double[] update = update(step, name);
                Tensor lastGradient = requireNonNull(last.gradients().get(name));
                Tensor gradient = requireNonNull(step.gradients().get(name));
                for (int i = 0; i < update.length; i++) {
                    add(normal, update[i], lastUpdate[i], gradient.at(i), lastGradient.at(i));
                }
            }
        }
        return solution(normal);
    }

    /** One equation more: what is observed, then what it is made of; the normal equations take as much as they have room for. */
    private static void add(double[][] normal, double observed, double... parts) {
        for (int i = 0; i < normal.length; i++) {
            for (int j = 0; j < normal.length; j++) {
                normal[i][j] += parts[i] * parts[j];
            }
            normal[i][normal.length] += parts[i] * observed;
        }
    }

    /** Gauss without pivoting, which symmetric positive definite systems do not need; NaN where there is no one solution. */
    private static double[] solution(double[][] normal) {
        int n = normal.length;
        for (int k = 0; k < n; k++) {
            for (int i = k + 1; i < n; i++) {
                double factor = normal[i][k] / normal[k][k];
                for (int j = k; j <= n; j++) {
                    normal[i][j] -= factor * normal[k][j];
                }
            }
        }
        double[] solution = new double[n];
        for (int k = n - 1; k >= 0; k--) {
            double rest = normal[k][n];
            for (int j = k + 1; j < n; j++) {
                rest -= normal[k][j] * solution[j];
            }
            solution[k] = rest / normal[k][k];
        }
        return solution;
    }

    private static double firstRate(List<ObservedStep> steps) {
        ObservedStep first = steps.get(0);
        double product = 0;
        double square = 0;
        for (String name : first.before().keySet()) {
            double[] update = update(first, name);
            Tensor gradient = requireNonNull(first.gradients().get(name));
            for (int i = 0; i < update.length; i++) {
                product += update[i] * gradient.at(i);
                square += gradient.at(i) * gradient.at(i);
            }
        }
        return product / square;
    }

    private static double[] update(ObservedStep step, String name) {
        Tensor before = requireNonNull(step.before().get(name));
        Tensor after = requireNonNull(step.after().get(name));
        double[] update = new double[before.size()];
        for (int i = 0; i < update.length; i++) {
            update[i] = before.at(i) - after.at(i);
        }
        return update;
    }

    private static DoubleStream rounded(double estimate) {
        return Double.isFinite(estimate)
                ? DoubleStream.of(rounded(estimate, 2), rounded(estimate, 3), rounded(estimate, 4))
                : DoubleStream.empty();
    }

    private static double rounded(double estimate, int places) {
        return new BigDecimal(estimate).setScale(places, RoundingMode.HALF_EVEN).doubleValue();
    }
}
