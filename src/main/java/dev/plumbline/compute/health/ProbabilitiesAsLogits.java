package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A loss that takes logits is given probabilities: a softmax before cross-entropy, a sigmoid before binary cross-entropy
 * with logits, or a softmax without its logarithm before the negative log-likelihood. Read off the graph, so no value and no
 * scale matters. Log-probabilities as logits are no mistake: the softmax of a log-softmax is the softmax.
 *
 * <p>Logits between 0 and 1 keep the loss of a sample from falling below {@code log(1 + (K - 1) / e)} with K classes, and
 * what is learnt has to pass the derivative of two softmaxes.
 *
 * <p>The negative log-likelihood may be given logits too: then the probabilities that they would be the logarithms of add up
 * to more than 1 in most rows, by more than a hundredth, and the loss has no least value. Less than 1 may be a part of
 * the classes.
 */
record ProbabilitiesAsLogits() implements Rule {

    private static final double MOST = 1.01;

    @Override
    public Judgement judge(Condition condition) {
        Objective objective = condition.around().objective();
        if (objective == null) {
            return Judgement.notEvaluated(Symptom.LOGITS, Surroundings.NO_MODEL);
        }
        Set<Node> softmaxes = Softmax.of(objective).stream()
                .map(Softmax::probabilities)
                .filter(node -> node != null)
                .collect(Collectors.toSet());
        List<LogitReader> readers = LogitReader.of(objective);
        if (readers.isEmpty()) {
            return Judgement.notEvaluated(Symptom.LOGITS, "no loss that takes logits is in the graph");
        }
        List<HealthFinding> findings = new ArrayList<>();
        for (LogitReader reader : readers) {
            Node source = Softmax.source(reader.read());
            boolean isSigmoid = Softmax.is(source, UnaryFunction.SIGMOID);
            if (softmaxes.contains(source) || isSigmoid && reader.kind() != LogitReader.Kind.LIKELIHOOD) {
                findings.add(finding(reader, source, isSigmoid ? "sigmoid" : "softmax"));
            } else if (reader.kind() == LogitReader.Kind.LIKELIHOOD) {
                double sum = medianSum(reader, objective.base().value(reader.read()));
                if (sum > MOST) {
                    findings.add(unnormalised(source, sum));
                }
            }
        }
        return Judgement.of(findings);
    }

    private static HealthFinding finding(LogitReader reader, Node source, String function) {
        boolean isLikelihood = reader.kind() == LogitReader.Kind.LIKELIHOOD;
        double least = isLikelihood ? -1 : Math.log1p((reader.classes() - 1) / Math.E);
        String loss =
                switch (reader.kind()) {
                    case CROSS_ENTROPY -> "cross-entropy";
                    case BINARY_CROSS_ENTROPY -> "binary cross-entropy with logits";
                    case LIKELIHOOD -> "negative log-likelihood";
                };
        String consequence = isLikelihood
                ? "It takes log-probabilities: of probabilities it is %s at the least, and its slope does not grow where the class is wrong."
                        .formatted(Words.number(least))
                : "Logits between 0 and 1 cannot bring a sample's loss below %s, where 0 is meant, and every derivative passes one %s too many."
                        .formatted(Words.number(least), function);
        return new HealthFinding(
                Symptom.LOGITS,
                Severity.UNHEALTHY,
                List.of(source.label()),
                "the least loss of a sample that can be reached, where 0 is meant",
                least,
                0,
                Double.POSITIVE_INFINITY,
                "The %s reads the output of a %s (%s). %s".formatted(loss, function, source.label(), consequence),
                List.of(
                        new Remedy(
                                Remedy.Action.LOSS,
                                isLikelihood
                                        ? "Take the logarithm: exchange the softmax for a log-softmax."
                                        : "Take the " + function + " off: this loss has its own.",
                                Map.of()),
                        Remedy.of(
                                Remedy.Action.LOSS,
                                isLikelihood
                                        ? "Or give the logits to crossEntropy."
                                        : "Or keep it and take the loss that reads probabilities: "
                                                + (function.equals("sigmoid")
                                                        ? "binaryCrossEntropy."
                                                        : "negativeLogLikelihood of their logarithm."))));
    }

    /** The median over the rows of the sum of exponentials. */
    private static double medianSum(LogitReader reader, Tensor values) {
        int classes = reader.classes();
        int inner = values.shape().strides()[reader.axis()];
        double[] sums = new double[values.size() / Math.max(1, classes)];
        for (int i = 0; i < values.size(); i++) {
            sums[i / (inner * classes) * inner + i % inner] += Math.exp(values.at(i));
        }
        Arrays.sort(sums);
        return sums.length == 0 ? 0 : sums[(sums.length - 1) / 2];
    }

    private static HealthFinding unnormalised(Node source, double sum) {
        return new HealthFinding(
                Symptom.LOGITS,
                Severity.UNHEALTHY,
                List.of(source.label()),
                "sum of the exponentials of a row, the median, where log-probabilities make 1",
                sum,
                MOST,
                HealthFinding.above(sum, MOST),
                "The negative log-likelihood reads %s as log-probabilities, and their probabilities add up to %s in the median row: these are logits, and the loss falls without end as they grow, whatever class is right."
                        .formatted(source.label(), Words.number(sum)),
                List.of(
                        Remedy.of(Remedy.Action.LOSS, "Put a log-softmax before the loss."),
                        Remedy.of(Remedy.Action.LOSS, "Or give the logits to crossEntropy.")));
    }
}
