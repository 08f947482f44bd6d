package dev.plumbline.evaluate;

import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of a model by name, and its loss where it has one.
 *
 * @param label the request's own name for it; null without one
 * @param summary one plain sentence
 * @param anotherModel where something else was expected: what differs, and what may be behind it; null where nothing does
 */
public record EvaluationReport(
        String id,

        @Schema(description = "the request's own name for it") @Nullable
        String label,

        @Schema(description = "one plain sentence") String summary,

        Map<String, Tensor> outputs,
        @Nullable Double loss,

        @Schema(
                description =
                        "where something else was expected: what differs, and what may be behind it; absent where nothing does")
        @Nullable
        String anotherModel) {}
