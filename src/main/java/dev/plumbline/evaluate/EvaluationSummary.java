package dev.plumbline.evaluate;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an evaluation: everything but the outputs' entries.
 *
 * @param label the request's own name for it; null without one
 * @param verdict whether it is what was expected, PASS or FAIL; null where nothing was
 * @param loss null where there is none
 * @param anotherModel as it was answered; null where nothing differs
 */
record EvaluationSummary(
        String id,
        @Nullable String label,
        @Nullable Verdict verdict,
        String summary,
        @Nullable Double loss,
        List<OutputSummary> outputs,
        @Nullable String anotherModel) {

    /** @param norm the Euclidean one, over all entries */
    record OutputSummary(String name, List<Integer> shape, Datatype datatype, double norm) {

        static OutputSummary of(Map.Entry<String, Tensor> output) {
            Tensor tensor = output.getValue();
            return new OutputSummary(output.getKey(), tensor.shape().toList(), tensor.datatype(), tensor.norm());
        }
    }

    static EvaluationSummary of(EvaluationReport report, boolean isExpected) {
        return new EvaluationSummary(
                report.id(),
                report.label(),
                report.anotherModel() != null ? Verdict.FAIL : isExpected ? Verdict.PASS : null,
                report.summary(),
                report.loss(),
                report.outputs().entrySet().stream().map(OutputSummary::of).toList(),
                report.anotherModel());
    }
}
