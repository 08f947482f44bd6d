package dev.plumbline.evaluate;

import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The outputs of a model by name, and its loss where it has one. */
public record EvaluationReport(
        Map<String, Tensor> outputs, @Nullable Double loss) {}
