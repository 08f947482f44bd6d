package dev.plumbline.diagnose.monitor;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.plumbline.problem.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Norms of one tensor in a request: an object, or the gradient's norm alone as a number or as {@code "NaN"}.
 *
 * @param gradientNorm must be here, unless the gradient itself is beside it
 * @param parameterNorm of the tensor itself
 * @param updateNorm of the step that the optimizer took; with the parameter's norm it makes the update ratio
 * @param zeroShare the share of exact zeros in the gradient, 0 to 1
 */
@Schema(description = "an object, or the gradient's norm alone: a number, or \"NaN\", \"Infinity\"")
public record NormsSource(
        @Nullable Double gradientNorm,
        @Nullable Double parameterNorm,
        @Nullable Double updateNorm,
        @Nullable Double zeroShare) {

    @JsonCreator
    public NormsSource {}

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static NormsSource of(double gradientNorm) {
        if (Double.isInfinite(gradientNorm)) {
            throw Problem.invalid("", "the number does not fit", gradientNorm, "a number up to 1.797e308, or a string");
        }
        return new NormsSource(gradientNorm, null, null, null);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static NormsSource of(long gradientNorm) {
        return of((double) gradientNorm);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static NormsSource of(String text) {
        double norm =
                switch (text) {
                    case "NaN" -> Double.NaN;
                    case "Infinity" -> Double.POSITIVE_INFINITY;
                    default -> throw Problem.invalid("", "not a norm", text, "a number, \"NaN\" or \"Infinity\"");
                };
        return new NormsSource(norm, null, null, null);
    }
}
