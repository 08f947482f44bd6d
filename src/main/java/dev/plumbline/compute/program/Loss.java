package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A loss between a prediction and a target, with PyTorch's meaning of their inputs, settings and defaults.
 *
 * <table>
 * <caption>Kinds: p is the prediction, y the target</caption>
 * <tr><td>mse</td><td>(p - y)^2</td></tr>
 * <tr><td>mae</td><td>|p - y|</td></tr>
 * <tr><td>huber</td><td>(p - y)^2 / 2 where |p - y| is at most delta, else delta (|p - y| - delta / 2)</td></tr>
 * <tr><td>smoothL1</td><td>(p - y)^2 / (2 beta) where |p - y| is below beta, else |p - y| - beta / 2</td></tr>
 * <tr><td>crossEntropy</td><td>- log softmax(p)[y] along axis 1; y are classes, or probabilities of p's shape</td></tr>
 * <tr><td>binaryCrossEntropy</td><td>- y log p - (1 - y) log(1 - p), logarithms not below -100</td></tr>
 * <tr><td>binaryCrossEntropyWithLogits</td><td>the same with p = sigmoid(logit)</td></tr>
 * <tr><td>negativeLogLikelihood</td><td>- p[y] along axis 1; p are log-probabilities</td></tr>
 * <tr><td>klDivergence</td><td>y (log y - p); p are log-probabilities</td></tr>
 * <tr><td>hinge</td><td>max(0, 1 - y p); y is -1 or 1</td></tr>
 * <tr><td>hingeEmbedding</td><td>p where y is 1, max(0, margin - p) where it is -1</td></tr>
 * <tr><td>softMargin</td><td>log(1 + exp(-y p))</td></tr>
 * <tr><td>poissonNLL</td><td>exp(p) - y p, or p - y log(p + epsilon) without logInput</td></tr>
 * <tr><td>gaussianNLL</td><td>(log v + (p - y)^2 / v) / 2, v = max(variance, epsilon)</td></tr>
 * <tr><td>multiMargin</td><td>sum over classes c other than y of max(0, margin - p[y] + p[c])^p / classes</td></tr>
 * <tr><td>multiLabelMargin</td><td>sum over labels j and other classes c of max(0, 1 - p[j] + p[c]) / classes</td></tr>
 * <tr><td>multiLabelSoftMargin</td><td>binaryCrossEntropyWithLogits, the mean over the last axis</td></tr>
 * <tr><td>tripletMargin</td><td>max(0, |p - positive| - |p - negative| + margin) in the p-norm of the last axis</td></tr>
 * <tr><td>cosineEmbedding</td><td>1 - cos(p, other) where y is 1, max(0, cos - margin) where it is -1</td></tr>
 * <tr><td>marginRanking</td><td>max(0, -y (p - other) + margin)</td></tr>
 * <tr><td>ctc</td><td>connectionist temporal classification of log-probabilities: {@link CtcLoss}</td></tr>
 * </table>
 *
 * <p>The reduction {@code mean} is over all elements; with classes over the samples that are not ignored, weighted where
 * there are class weights; in ctc over the batch, each sample divided by the length of its target.
 *
 * @param settings those that are not at their kind's default
 * @param weight one number a class, or for the losses on labels apart one that broadcasts to the prediction
 * @param positiveWeight of the term where y is 1, in binaryCrossEntropyWithLogits; broadcasts to the prediction
 */
public record Loss(
        Kind kind,
        Reduction reduction,
        Map<LossSetting, Double> settings,
        @Nullable Tensor weight,
        @Nullable Tensor positiveWeight) {

    public enum Kind {
        MSE(Form.ELEMENTWISE, Map.of()),
        MAE(Form.ELEMENTWISE, Map.of()),
        HUBER(Form.ELEMENTWISE, Map.of(LossSetting.DELTA, 1.0)),
        SMOOTH_L1(Form.ELEMENTWISE, Map.of(LossSetting.BETA, 1.0)),
        CROSS_ENTROPY(Form.CLASSES, Map.of(LossSetting.LABEL_SMOOTHING, 0.0, LossSetting.IGNORE_INDEX, -100.0)),
        BINARY_CROSS_ENTROPY(Form.ELEMENTWISE, Map.of()),
        BINARY_CROSS_ENTROPY_WITH_LOGITS(Form.ELEMENTWISE, Map.of()),
        NEGATIVE_LOG_LIKELIHOOD(Form.CLASSES, Map.of(LossSetting.IGNORE_INDEX, -100.0)),
        KL_DIVERGENCE(Form.ELEMENTWISE, Map.of(LossSetting.LOG_TARGET, 0.0)),
        HINGE(Form.ELEMENTWISE, Map.of()),
        HINGE_EMBEDDING(Form.ELEMENTWISE, Map.of(LossSetting.MARGIN, 1.0)),
        SOFT_MARGIN(Form.ELEMENTWISE, Map.of()),
        POISSON_NLL(
                Form.ELEMENTWISE, Map.of(LossSetting.LOG_INPUT, 1.0, LossSetting.FULL, 0.0, LossSetting.EPSILON, 1e-8)),
        GAUSSIAN_NLL(Form.GAUSSIAN, Map.of(LossSetting.FULL, 0.0, LossSetting.EPSILON, 1e-6), LossOperand.VARIANCE),
        MULTI_MARGIN(Form.CLASSES, Map.of(LossSetting.MARGIN, 1.0, LossSetting.P, 1.0)),
        MULTI_LABEL_MARGIN(Form.CLASSES, Map.of()),
        MULTI_LABEL_SOFT_MARGIN(Form.CLASSES, Map.of()),
        TRIPLET_MARGIN(
                Form.DISTANCE,
                Map.of(
                        LossSetting.MARGIN, 1.0,
                        LossSetting.P, 2.0,
                        LossSetting.EPSILON, 1e-6,
                        LossSetting.SWAP, 0.0),
                LossOperand.POSITIVE,
                LossOperand.NEGATIVE),
        COSINE_EMBEDDING(Form.DISTANCE, Map.of(LossSetting.MARGIN, 0.0), LossOperand.OTHER),
        MARGIN_RANKING(Form.DISTANCE, Map.of(LossSetting.MARGIN, 0.0), LossOperand.OTHER),
        CTC(
                Form.SEQUENCE,
                Map.of(LossSetting.BLANK, 0.0, LossSetting.ZERO_INFINITY, 0.0),
                LossOperand.INPUT_LENGTHS,
                LossOperand.TARGET_LENGTHS);

        private final Form form;
        private final Map<LossSetting, Double> defaults;
        private final List<LossOperand> others;

        Kind(Form form, Map<LossSetting, Double> defaults, LossOperand... others) {
            this.form = form;
            this.defaults = defaults;
            this.others = List.of(others);
        }

        /** What the loss reads: the prediction, the target but for triplets, and operands of its own. */
        public List<LossOperand> operands() {
            Stream<LossOperand> usual = this == TRIPLET_MARGIN
                    ? Stream.of(LossOperand.PREDICTION)
                    : Stream.of(LossOperand.PREDICTION, LossOperand.TARGET);
            return Stream.concat(usual, others.stream()).toList();
        }

        boolean takesWeight() {
            return switch (this) {
                case CROSS_ENTROPY, NEGATIVE_LOG_LIKELIHOOD, MULTI_MARGIN -> true;
                case BINARY_CROSS_ENTROPY, BINARY_CROSS_ENTROPY_WITH_LOGITS, MULTI_LABEL_SOFT_MARGIN -> true;
                default -> false;
            };
        }
    }

    private enum Form {
        ELEMENTWISE,
        GAUSSIAN,
        CLASSES,
        DISTANCE,
        SEQUENCE
    }

    public enum Reduction {
        MEAN,
        SUM,
        /** The sum over the extent of the first axis: what the Kullback-Leibler divergence is by definition. */
        BATCH_MEAN
    }

    public Loss {
        settings = Map.copyOf(settings);
        settings.forEach((setting, value) -> {
            if (!kind.defaults.containsKey(setting)) {
                throw foreign(setting.wireName(), "a " + name(kind) + " has no such setting", value);
            }
            setting.require(value);
        });
        if (weight != null && !kind.takesWeight()) {
            throw foreign("weight", "a " + name(kind) + " has no weights", "weights of shape " + weight.shape());
        }
        if (positiveWeight != null && kind != Kind.BINARY_CROSS_ENTROPY_WITH_LOGITS) {
            throw foreign("positiveWeight", "these weights belong to binaryCrossEntropyWithLogits", "weights");
        }
        if (reduction == Reduction.BATCH_MEAN && kind != Kind.KL_DIVERGENCE) {
            throw foreign("reduction", "this reduction belongs to klDivergence", "batchMean");
        }
        double power = settings.getOrDefault(LossSetting.P, 1.0);
        if (kind == Kind.MULTI_MARGIN && power != 1 && power != 2) {
            throw Problem.invalid("/p", "a multiMargin has the power 1 or 2", power, "1 or 2");
        }
    }

    private static Problem foreign(String setting, String explanation, Object got) {
        return Problem.invalid("/" + setting, explanation, got, "no " + setting + " for this kind");
    }

    public static Loss of(Kind kind, Reduction reduction) {
        return new Loss(kind, reduction, Map.of(), null, null);
    }

    /** The same with another value of one setting. */
    public Loss with(LossSetting setting, double value) {
        Map<LossSetting, Double> changed = new EnumMap<>(LossSetting.class);
        changed.putAll(settings);
        changed.put(setting, value);
        return new Loss(kind, reduction, changed, weight, positiveWeight);
    }

    /** The same with weights. */
    public Loss weighted(@Nullable Tensor weights) {
        return new Loss(kind, reduction, settings, weights, positiveWeight);
    }

    double number(LossSetting setting) {
        return settings.getOrDefault(setting, Objects.requireNonNull(kind.defaults.get(setting)));
    }

    boolean flag(LossSetting setting) {
        return number(setting) != 0;
    }

    /** The number that marks a target that does not count; null where the kind has no such mark. */
    public @Nullable Integer ignoreIndex() {
        return kind.defaults.containsKey(LossSetting.IGNORE_INDEX) ? (int) number(LossSetting.IGNORE_INDEX) : null;
    }

    /** The loss of a prediction and a target as a node: one number. */
    public Node attach(ProgramBuilder b, Node p, Node y) {
        return attach(b, Map.of(LossOperand.PREDICTION, p, LossOperand.TARGET, y));
    }

    /** The loss as a node: one number. */
    public Node attach(ProgramBuilder b, Map<LossOperand, Node> operands) {
        b.at("loss");
        for (LossOperand operand : kind.operands()) {
            if (operand.isRequired() && !operands.containsKey(operand)) {
                throw Problem.invalid(
                        "/loss/" + operand.wireName(),
                        "a " + name(kind) + " needs this",
                        operands.keySet().stream().map(LossOperand::wireName).collect(Collectors.joining(", ")),
                        "the name of an output or of data");
            }
        }
        return switch (kind.form) {
            case ELEMENTWISE ->
                reduced(
                        b,
                        new ElementLosses(b, this)
                                .each(of(operands, LossOperand.PREDICTION), of(operands, LossOperand.TARGET)));
            case GAUSSIAN ->
                reduced(
                        b,
                        new ElementLosses(b, this)
                                .gaussian(
                                        of(operands, LossOperand.PREDICTION),
                                        of(operands, LossOperand.TARGET),
                                        of(operands, LossOperand.VARIANCE)));
            case CLASSES ->
                new ClassLosses(b, this).of(of(operands, LossOperand.PREDICTION), of(operands, LossOperand.TARGET));
            case DISTANCE -> reduced(b, new DistanceLosses(b, this).each(operands));
            case SEQUENCE -> new CtcLoss(b, this).of(operands);
        };
    }

    static Node of(Map<LossOperand, Node> operands, LossOperand operand) {
        return Objects.requireNonNull(operands.get(operand));
    }

    /** The mean or the sum of the losses of the elements, or of the samples. */
    Node reduced(ProgramBuilder b, Node each) {
        return switch (reduction) {
            case MEAN -> b.mean(each);
            case SUM -> b.sum(each);
            case BATCH_MEAN ->
                b.multiply(
                        b.sum(each), each.rank() == 0 ? 1 : 1.0 / each.shape().extent(0));
        };
    }

    static String name(Kind kind) {
        return LossSetting.camelCase(kind.name()).replace("Nll", "NLL"); // as PyTorch writes it
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " (" + reduction.name().toLowerCase(Locale.ROOT) + ")";
    }
}
