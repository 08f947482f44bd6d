package dev.plumbline.compute.optimizer;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Whose conventions and defaults to take. As of PyTorch 2 (and 1.13, whose optimizers differ only in {@link NAdam}),
 * Optax 0.2, Keras 3 and ND4J 1.0.0-M2.1. Optax has no default learning rates; PyTorch's stand in.
 */
public enum Preset {
    PYTORCH,
    OPTAX,
    KERAS,
    ND4J,
    /** Transformers, which has AdamW (until version 5) and Adafactor; {@code "huggingFace"}. */
    HUGGING_FACE,
    BITSANDBYTES;

    Problem lacks(String kind, Preset... others) {
        return Problem.unsupported(
                "/preset",
                HyperParameters.camelCase(this) + " has no " + kind,
                HyperParameters.camelCase(this),
                Arrays.stream(others).map(HyperParameters::camelCase).collect(Collectors.joining(", ", "one of ", "")));
    }
}
