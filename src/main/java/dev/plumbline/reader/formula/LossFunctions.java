package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Loss.Kind;
import dev.plumbline.compute.program.Loss.Reduction;
import java.util.List;

/** The losses of {@link Loss}, with PyTorch's meaning of prediction and target. */
final class LossFunctions {

    static final List<Function> ALL = List.of(
            loss("mse", Kind.MSE),
            loss("mae", Kind.MAE),
            loss("binaryCrossEntropy", Kind.BINARY_CROSS_ENTROPY),
            loss("binaryCrossEntropyWithLogits", Kind.BINARY_CROSS_ENTROPY_WITH_LOGITS),
            loss("klDivergence", Kind.KL_DIVERGENCE),
            loss("hinge", Kind.HINGE),
            Function.of("huber(prediction, target, reduction='mean', delta=1)", (b, a) -> new Loss(
                            Kind.HUBER, reduction(a), a.number("delta"), 0, null)
                    .attach(b, a.node("prediction"), a.node("target"))),
            Function.of(
                    "crossEntropy(prediction, target, reduction='mean', labelSmoothing=0, weight?)", (b, a) -> new Loss(
                                    Kind.CROSS_ENTROPY, reduction(a), 1, a.number("labelSmoothing"), a.tensor("weight"))
                            .attach(b, a.node("prediction"), a.node("target"))),
            Function.of("negativeLogLikelihood(prediction, target, reduction='mean', weight?)", (b, a) -> new Loss(
                            Kind.NEGATIVE_LOG_LIKELIHOOD, reduction(a), 1, 0, a.tensor("weight"))
                    .attach(b, a.node("prediction"), a.node("target"))));

    private LossFunctions() {}

    private static Function loss(String name, Kind kind) {
        return Function.of(name + "(prediction, target, reduction='mean')", (b, a) -> Loss.of(kind, reduction(a))
                .attach(b, a.node("prediction"), a.node("target")));
    }

    private static Reduction reduction(Arguments a) {
        return a.choice("reduction", "mean", "sum") == 0 ? Reduction.MEAN : Reduction.SUM;
    }
}
