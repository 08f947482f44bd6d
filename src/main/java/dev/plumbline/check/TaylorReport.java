package dev.plumbline.check;

import dev.plumbline.compute.consistency.TaylorTest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Taylor's test: the remainder {@code |f(x + h d) - f(x) - h claim.d|} falls as {@code h^2} if the claim is right, as
 * {@code h} if it is wrong.
 *
 * @param order of the smallest remainders above the noise; null where all are noise, as for a linear objective
 * @param agrees null where it cannot tell
 * @param smallestDefect the smallest error of the claim's derivative along d, relative to it, that would have shown
 */
public record TaylorReport(
        @Schema(
                description =
                        "the power of h that the remainder falls with: 2 or more if the claim is right, 1 if wrong")
        @Nullable
        Double order,

        @Schema(description = "h, along a direction whose entries are standard normal")
        List<Double> steps,

        @Schema(description = "|f(x + h d) - f(x) - h claim.d|, for each step")
        List<Double> remainders,

        @Schema(description = "absent where it cannot tell") @Nullable
        Boolean agrees,

        @Schema(
                description =
                        "the smallest error of the claim's derivative along d, relative to it, that would have shown")
        double smallestDefect,

        String detail) {

    /**
     * @param slope the size of the claim's derivative along the direction
     * @param defect how far a wrong claim's derivative is from the reference's; 0 for a right one
     */
    static TaylorReport of(TaylorTest test, double slope, double defect) {
        String sees = String.format(
                Locale.ROOT,
                " It would have seen an error of %.1e in a derivative of %.1e.",
                test.smallestDefect(),
                slope);
        String detail =
                switch (test.outcome()) {
                    case AGREES ->
                        (Double.isNaN(test.order())
                                        ? "All remainders are noise: the objective is linear along the direction."
                                        : "The remainder is of second order or higher.")
                                + sees
                                + blind(test, defect);
                    case AGREES_ON_ONE_SIDE ->
                        "The remainder is of second order on the far side only: the objective bends close to this point."
                                + sees + blind(test, defect);
                    case DISAGREES -> "The remainder is of first order: the claim is not the derivative.";
                    case BENDS ->
                        "The remainder is of first order with another slope on either side: the objective bends here, and Taylor's theorem says nothing.";
                    case CANNOT_TELL -> "Too few remainders are finite and stand out of the noise.";
                };
        return new TaylorReport(
                Double.isNaN(test.order()) ? null : test.order(),
                Arrays.stream(test.steps()).boxed().toList(),
                Arrays.stream(test.remainders()).boxed().toList(),
                switch (test.outcome()) {
                    case AGREES, AGREES_ON_ONE_SIDE -> true;
                    case DISAGREES -> false;
                    case BENDS, CANNOT_TELL -> null;
                },
                test.smallestDefect() / slope,
                detail);
    }

    private static String blind(TaylorTest test, double defect) {
        return defect > 0 && defect <= test.smallestDefect()
                ? String.format(
                        Locale.ROOT,
                        " It is blind to less: claim and reference differ by %.1e along this direction.",
                        defect)
                : "";
    }
}
