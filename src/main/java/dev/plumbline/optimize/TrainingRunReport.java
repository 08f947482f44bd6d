package dev.plumbline.optimize;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What came of a run.
 *
 * @param summary one plain sentence
 * @param losses iteration and loss, of every reported iteration and the last one: at the parameters before its step, on its
 *     batch
 * @param gradientNorms iteration and norm of the gradient over all parameters, before clipping
 * @param parameters after the last step; where the run met a number that is not finite, before it
 * @param steps that were taken
 * @param optimizer every hyper-parameter, resolved
 */
public record TrainingRunReport(
        String summary,
        TrainingRunStop.Reason stopped,
        long steps,
        List<List<Number>> losses,
        List<List<Number>> gradientNorms,
        Health health,
        Map<String, Tensor> parameters,
        Map<String, Object> optimizer,
        double seconds) {

    /**
     * How the gradient fared, tensor by tensor.
     *
     * @param iterations that were looked at
     * @param gradientNorms by parameter, one for each of them
     */
    public record Health(List<Long> iterations, Map<String, List<Double>> gradientNorms) {}
}
