package dev.plumbline.reader;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Loss.Kind;
import dev.plumbline.compute.program.Loss.Reduction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about its objective: a loss between an output of the model and a target among the data, or an
 * output that is the objective itself.
 *
 * @param kind the loss to attach; null where {@code output} is the objective
 * @param prediction the output that the loss reads; the only one, or {@code out}, where it is not named
 * @param target the data tensor that the loss reads; {@code y} where it is not named
 * @param output the objective itself: one number, or with a {@code cotangent} the sum of their products, or without one
 *     a vector whose Jacobian is wanted
 * @param l1 adds {@code l1 sum |w|} over all parameters
 * @param l2 adds {@code l2 sum w^2} over all parameters
 */
public record LossSource(
        @Nullable Kind kind,
        @Nullable String prediction,
        @Nullable String target,
        @Nullable String output,
        @Nullable Tensor cotangent,
        @Nullable Reduction reduction,
        @Nullable Double delta,
        @Nullable Double labelSmoothing,
        @Nullable Tensor weight,
        @Nullable Double l1,
        @Nullable Double l2) {

    /** No loss named: the model computes its objective itself. */
    public static final LossSource NONE =
            new LossSource(null, null, null, null, null, null, null, null, null, null, null);

    public LossSource {
        if (kind != null && output != null) {
            throw Problem.invalid(
                    "/output",
                    "a loss is either attached by kind or is an output of the model",
                    "both kind and output",
                    "one of them");
        }
        if (kind == null && (prediction != null || target != null)) {
            throw Problem.invalid(
                    "/kind", "prediction and target belong to a loss that is attached", "no kind", "a kind of loss");
        }
        if (kind != null && cotangent != null) {
            throw Problem.invalid(
                    "/cotangent",
                    "a cotangent belongs to an output that is no single number",
                    "a kind of loss",
                    "output");
        }
        if (delta != null && kind != Kind.HUBER) {
            throw Problem.invalid("/delta", "delta belongs to the loss huber", delta, "no delta here");
        }
        if (kind == null) {
            requireAbsent("/reduction", reduction);
            requireAbsent("/labelSmoothing", labelSmoothing);
            requireAbsent("/weight", weight);
        }
        requireCoefficient("/l1", l1);
        requireCoefficient("/l2", l2);
    }

    private static void requireAbsent(String pointer, @Nullable Object setting) {
        if (setting != null) {
            throw Problem.invalid(pointer, "this belongs to a loss that is attached", setting, "a kind of loss");
        }
    }

    private static void requireCoefficient(String pointer, @Nullable Double coefficient) {
        if (coefficient != null && !(coefficient >= 0 && Double.isFinite(coefficient))) {
            throw Problem.invalid(
                    pointer, "a regulariser's coefficient is not negative", coefficient, "a number from 0");
        }
    }

    Loss loss(Kind kind) {
        return new Loss(
                kind,
                reduction == null ? Reduction.MEAN : reduction,
                delta == null ? 1 : delta,
                labelSmoothing == null ? 0 : labelSmoothing,
                weight);
    }

    LossSource with(Reduction other) {
        return new LossSource(
                kind, prediction, target, output, cotangent, other, delta, labelSmoothing, weight, l1, l2);
    }

    String targetName() {
        return target == null ? "y" : target;
    }
}
