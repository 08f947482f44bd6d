package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** A step that somebody took, its tensors wherever they lie; see {@link ObservedStep}. */
public record RecordedStep(
        Map<String, ? extends TensorSource> before,
        Map<String, ? extends TensorSource> gradients,
        Map<String, ? extends TensorSource> after,
        Said said) {

    /** Its state, if it has one, under our names; a problem where that is not a state of its parameters. */
    RecordedStep named(Claim claim) {
        OptimizerState state = said.state();
        if (state == null) {
            return this;
        }
        ClaimedState<Tensor> claimed = new ClaimedState<>(state.step(), state.slots(), before);
        OptimizerState named = new OptimizerState(state.step(), claimed.of(claim.optimizer()));
        return new RecordedStep(before, gradients, after, said.with(named));
    }

    ObservedStep cut(Cut cut) {
        OptimizerState state = said.state();
        return new ObservedStep(
                cut.of(before),
                cut.of(gradients),
                cut.of(after),
                state == null ? said : said.with(cut.of(state.step(), state.slots())));
    }

    /** All of it, in memory. */
    ObservedStep loaded() {
        return new ObservedStep(inMemory(before), inMemory(gradients), inMemory(after), said);
    }

    static Map<String, Tensor> inMemory(Map<String, ? extends TensorSource> sources) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        sources.forEach((name, source) -> tensors.put(name, source.tensor()));
        return tensors;
    }
}
