package dev.plumbline.evaluate;

import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of a model by name, and its loss where it has one.
 *
 * @param anotherModel where something else was expected: what differs, and what may be behind it; null where nothing does
 */
public record EvaluationReport(
        Map<String, Tensor> outputs,
        @Nullable Double loss,

        @Schema(
                description =
                        "where something else was expected: what differs, and what may be behind it; absent where nothing does")
        @Nullable
        String anotherModel) {}
