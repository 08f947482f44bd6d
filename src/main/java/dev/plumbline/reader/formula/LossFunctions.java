package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Loss.Kind;
import dev.plumbline.compute.program.Loss.Reduction;
import dev.plumbline.compute.program.LossOperand;
import dev.plumbline.compute.program.LossSetting;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The losses of {@link Loss}, with PyTorch's meaning of prediction and target. */
final class LossFunctions {

    static final List<Function> ALL = List.of(
            loss("mse", Kind.MSE),
            loss("mae", Kind.MAE),
            loss("huber", Kind.HUBER, ", delta=1"),
            loss("smoothL1", Kind.SMOOTH_L1, ", beta=1"),
            loss("binaryCrossEntropy", Kind.BINARY_CROSS_ENTROPY, ", weight?"),
            loss("binaryCrossEntropyWithLogits", Kind.BINARY_CROSS_ENTROPY_WITH_LOGITS, ", weight?, positiveWeight?"),
            loss("klDivergence", Kind.KL_DIVERGENCE, ", logTarget=0"),
            loss("hinge", Kind.HINGE),
            loss("hingeEmbedding", Kind.HINGE_EMBEDDING, ", margin=1"),
            loss("softMargin", Kind.SOFT_MARGIN),
            loss("poissonNLL", Kind.POISSON_NLL, ", logInput=1, full=0, epsilon=1e-8"),
            loss("gaussianNLL", Kind.GAUSSIAN_NLL, ", full=0, epsilon=1e-6"),
            loss("crossEntropy", Kind.CROSS_ENTROPY, ", labelSmoothing=0, weight?, ignoreIndex=-100"),
            loss("negativeLogLikelihood", Kind.NEGATIVE_LOG_LIKELIHOOD, ", weight?, ignoreIndex=-100"),
            loss("multiMargin", Kind.MULTI_MARGIN, ", p=1, margin=1, weight?"),
            loss("multiLabelMargin", Kind.MULTI_LABEL_MARGIN),
            loss("multiLabelSoftMargin", Kind.MULTI_LABEL_SOFT_MARGIN, ", weight?"),
            loss("tripletMargin", Kind.TRIPLET_MARGIN, ", margin=1, p=2, epsilon=1e-6, swap=0"),
            loss("cosineEmbedding", Kind.COSINE_EMBEDDING, ", margin=0"),
            loss("marginRanking", Kind.MARGIN_RANKING, ", margin=0"),
            loss("ctc", Kind.CTC, ", blank=0, zeroInfinity=0"));

    private LossFunctions() {}

    private static Function loss(String name, Kind kind) {
        return loss(name, kind, "");
    }

    /** A loss by its name and the settings behind its reduction. */
    private static Function loss(String name, Kind kind, String settings) {
        String operands = inOrder(kind).stream()
                .map(operand -> operand.wireName() + (operand.isRequired() ? "" : "?"))
                .collect(Collectors.joining(", "));
        return Function.of(name + "(" + operands + ", reduction='mean'" + settings + ")", (b, a) -> attach(b, a, kind));
    }

    /** As PyTorch has them: what is compared stands together. */
    private static List<LossOperand> inOrder(Kind kind) {
        List<LossOperand> operands = new ArrayList<>(kind.operands());
        if (operands.remove(LossOperand.OTHER)) {
            operands.add(1, LossOperand.OTHER);
        }
        return operands;
    }

    private static Node attach(ProgramBuilder b, Arguments a, Kind kind) {
        Map<LossSetting, Double> settings = new EnumMap<>(LossSetting.class);
        for (LossSetting setting : LossSetting.values()) {
            if (a.has(setting.wireName())) {
                settings.put(setting, a.number(setting.wireName()));
            }
        }
        Map<LossOperand, Node> operands = new EnumMap<>(LossOperand.class);
        for (LossOperand operand : kind.operands()) {
            if (operand.isRequired() || a.has(operand.wireName())) {
                operands.put(operand, a.node(operand.wireName()));
            }
        }
        return new Loss(kind, reduction(a, kind), settings, weight(a, "weight"), weight(a, "positiveWeight"))
                .attach(b, operands);
    }

    private static @Nullable Tensor weight(Arguments a, String name) {
        return a.has(name) ? a.tensor(name) : null;
    }

    private static Reduction reduction(Arguments a, Kind kind) {
        if (kind == Kind.KL_DIVERGENCE) {
            return List.of(Reduction.MEAN, Reduction.SUM, Reduction.BATCH_MEAN)
                    .get(a.choice("reduction", "mean", "sum", "batchMean"));
        }
        return a.choice("reduction", "mean", "sum") == 0 ? Reduction.MEAN : Reduction.SUM;
    }
}
