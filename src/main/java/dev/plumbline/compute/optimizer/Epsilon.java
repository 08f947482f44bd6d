package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Root;

/**
 * Where epsilon goes in the denominator of an adaptive step. With the bias correction {@code c = 1 - beta2^t} (1 for an
 * optimizer that corrects nothing), vHat = v / c:
 *
 * <ul>
 *   <li>{@code STANDARD}: sqrt(vHat) + epsilon, Algorithm 1 of Kingma and Ba (2015); PyTorch, Optax
 *   <li>{@code EPSILON_HAT}: (sqrt(v) + epsilon) / sqrt(c), the reordered form before their section 2.1; TensorFlow,
 *       Keras, ND4J. In step 1 with beta2 = 0.999 it weighs 31.6 times as much: at g = 1e-6 the step is 23 % shorter
 *   <li>{@code INSIDE_ROOT}: sqrt(vHat + epsilon); RMSprop and Adagrad of Optax and Keras
 * </ul>
 */
public enum Epsilon {
    STANDARD,
    EPSILON_HAT,
    INSIDE_ROOT;

    Root root(double epsilon, double correction) {
        double scale = 1 / Math.sqrt(correction);
        return switch (this) {
            case STANDARD -> new Root(0, scale, epsilon);
            case EPSILON_HAT -> new Root(0, scale, epsilon * scale);
            case INSIDE_ROOT -> new Root(epsilon * correction, scale, 0);
        };
    }
}
