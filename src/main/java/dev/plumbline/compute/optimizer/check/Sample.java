package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A few entries of every tensor, evenly spread: an optimizer treats each entry for itself, so hundreds of hypotheses can be
 * tried on a sample, and only those that survive on everything.
 */
final class Sample {

    private static final int ENTRIES = 1024;

    private Sample() {}

    static List<ObservedStep> of(List<ObservedStep> steps) {
        return steps.stream()
                .map(step ->
                        new ObservedStep(of(step.before()), of(step.gradients()), of(step.after()), of(step.said())))
                .toList();
    }

    static OptimizerState of(OptimizerState state) {
        Map<String, Map<String, Tensor>> slots = new LinkedHashMap<>();
        state.slots().forEach((slot, moments) -> slots.put(slot, of(moments)));
        return new OptimizerState(state.step(), slots);
    }

    private static Said of(Said said) {
        OptimizerState state = said.state();
        return state == null ? said : said.with(of(state));
    }

    private static Map<String, Tensor> of(Map<String, Tensor> tensors) {
        Map<String, Tensor> samples = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> samples.put(name, of(tensor)));
        return samples;
    }

    private static Tensor of(Tensor tensor) {
        if (tensor.shape().rank() == 0) {
            return tensor;
        }
        int stride = Math.max(1, tensor.size() / ENTRIES);
        int size = (tensor.size() + stride - 1) / stride;
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = tensor.at(i * stride);
        }
        return Tensor.of(Shape.of(size), tensor.datatype(), values);
    }
}
