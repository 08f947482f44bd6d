package dev.plumbline.reader;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Loss.Kind;
import dev.plumbline.compute.program.Loss.Reduction;
import dev.plumbline.compute.program.LossOperand;
import dev.plumbline.compute.program.LossSetting;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about its objective: a loss between an output of the model and a target among the data, or an
 * output that is the objective itself. Settings of a loss have its kind's default where they are not given.
 *
 * @param kind the loss to attach; null where {@code output} is the objective
 * @param prediction the output that the loss reads; the only one, or {@code out}, where it is not named
 * @param target the data tensor that the loss reads; {@code y} where it is not named
 * @param output the objective itself: one number, or with a {@code cotangent} the sum of their products, or without one
 *     a vector whose Jacobian is wanted
 * @param l1 adds {@code l1 sum |w|} over all parameters, one that has several names counted once
 * @param l2 adds {@code l2 sum w^2} over all parameters, likewise
 * @param variance an output or data, as are positive, negative, other and both lengths; each by its own name where it is
 *     not named
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
        @Nullable Double l2,
        @Nullable Tensor positiveWeight,
        @Nullable Integer ignoreIndex,
        @Nullable Double beta,
        @Nullable Double margin,
        @Nullable Double p,
        @Nullable Double epsilon,
        @Nullable Integer blank,
        @Nullable Boolean logInput,
        @Nullable Boolean logTarget,
        @Nullable Boolean full,
        @Nullable Boolean swap,
        @Nullable Boolean zeroInfinity,
        @Nullable String variance,
        @Nullable String positive,
        @Nullable String negative,
        @Nullable String other,
        @Nullable String inputLengths,
        @Nullable String targetLengths) {

    /** No loss named: the model computes its objective itself. */
    public static final LossSource NONE = of(null);

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
        requireCoefficient("/l1", l1);
        requireCoefficient("/l2", l2);
        Map<LossSetting, Double> settings = settings(
                delta,
                beta,
                labelSmoothing,
                ignoreIndex,
                epsilon,
                margin,
                p,
                blank,
                logInput,
                full,
                logTarget,
                swap,
                zeroInfinity);
        Map<LossOperand, String> named = named(variance, positive, negative, other, inputLengths, targetLengths);
        if (kind == null) {
            settings.forEach((setting, value) -> requireAbsent(setting.wireName(), value));
            named.forEach((operand, name) -> requireAbsent(operand.wireName(), name));
            requireAbsent("reduction", reduction);
            requireAbsent("weight", weight);
            requireAbsent("positiveWeight", positiveWeight);
        } else {
            requireOperands(kind, named, target);
            new Loss(kind, reduction == null ? Reduction.MEAN : reduction, settings, weight, positiveWeight);
        }
    }

    /** An output of the model as the objective. */
    public static LossSource ofOutput(String name) {
        return new LossSource(
                null, null, null, name, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /** A loss with all its defaults; null where the model computes its objective itself. */
    public static LossSource of(@Nullable Kind kind) {
        return new LossSource(
                kind, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null, null, null, null, null, null);
    }

    private static void requireCoefficient(String pointer, @Nullable Double coefficient) {
        if (coefficient != null && !(coefficient >= 0 && Double.isFinite(coefficient))) {
            throw Problem.invalid(
                    pointer, "a regulariser's coefficient is not negative", coefficient, "a number from 0");
        }
    }

    /** What is given, in the order of the settings; flags as 0 and 1. */
    private static Map<LossSetting, Double> settings(@Nullable Object... inOrder) {
        Map<LossSetting, Double> settings = new EnumMap<>(LossSetting.class);
        for (LossSetting setting : LossSetting.values()) {
            Object given = inOrder[setting.ordinal()];
            if (given != null) {
                double value = given instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) given).doubleValue();
                settings.put(setting, value);
            }
        }
        return settings;
    }

    private static Map<LossOperand, String> named(@Nullable String... inOrder) {
        Map<LossOperand, String> named = new EnumMap<>(LossOperand.class);
        for (int i = 0; i < inOrder.length; i++) {
            String name = inOrder[i];
            if (name != null) {
                named.put(LossOperand.values()[LossOperand.VARIANCE.ordinal() + i], name);
            }
        }
        return named;
    }

    private static void requireAbsent(String setting, @Nullable Object value) {
        if (value != null) {
            throw Problem.invalid("/" + setting, "this belongs to a loss that is attached", value, "a kind of loss");
        }
    }

    private static void requireOperands(Kind kind, Map<LossOperand, String> named, @Nullable String target) {
        named.forEach((operand, name) -> {
            if (!kind.operands().contains(operand)) {
                throw Problem.invalid(
                        "/" + operand.wireName(), "this loss reads no such thing", name, "nothing for this kind");
            }
        });
        if (target != null && !kind.operands().contains(LossOperand.TARGET)) {
            throw Problem.invalid("/target", "this loss has no target", target, "nothing for this kind");
        }
    }

    Loss loss(Kind kind) {
        Map<LossSetting, Double> settings = settings(
                delta,
                beta,
                labelSmoothing,
                ignoreIndex,
                epsilon,
                margin,
                p,
                blank,
                logInput,
                full,
                logTarget,
                swap,
                zeroInfinity);
        return new Loss(kind, reduction == null ? Reduction.MEAN : reduction, settings, weight, positiveWeight);
    }

    /** What an operand is called among the outputs or the data; null for the usual prediction. */
    @Nullable
    String name(LossOperand operand) {
        if (operand == LossOperand.PREDICTION) {
            return prediction;
        }
        if (operand == LossOperand.TARGET) {
            return target == null ? "y" : target;
        }
        return named(variance, positive, negative, other, inputLengths, targetLengths)
                .getOrDefault(operand, operand.wireName());
    }

    /** Whether the request names an operand, rather than leaving it to its usual name. */
    boolean names(LossOperand operand) {
        return named(variance, positive, negative, other, inputLengths, targetLengths)
                .containsKey(operand);
    }

    /** The same loss, otherwise reduced. */
    LossSource with(Reduction reducedBy) {
        return new LossSource(
                kind,
                prediction,
                target,
                output,
                cotangent,
                reducedBy,
                delta,
                labelSmoothing,
                weight,
                l1,
                l2,
                positiveWeight,
                ignoreIndex,
                beta,
                margin,
                p,
                epsilon,
                blank,
                logInput,
                logTarget,
                full,
                swap,
                zeroInfinity,
                variance,
                positive,
                negative,
                other,
                inputLengths,
                targetLengths);
    }
}
