package dev.plumbline.optimize.session;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.optimize.FileAnswer;
import dev.plumbline.optimize.StepFile;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.SafetensorsFile;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.util.Map;

/** A session's tensors as one safetensors file, which is how the database holds them. */
record SessionSnapshot(Map<String, Tensor> parameters, OptimizerState state) {

    /** What was let in once comes out again, whatever the limits are by then. */
    private static final TensorLimits NO_LIMITS =
            new TensorLimits(Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

    byte[] bytes() {
        Map<String, String> step = Map.of(FileAnswer.STEP, Long.toString(state.step()));
        return Safetensors.write(StepFile.tensors(parameters, state.slots()), step);
    }

    static SessionSnapshot read(byte[] bytes) {
        SafetensorsFile file = Safetensors.read(bytes, NO_LIMITS);
        StepFile<Tensor> tensors = StepFile.read(file.tensors());
        OptimizerState state = new OptimizerState(FileAnswer.step(file.metadata()), tensors.slots());
        return new SessionSnapshot(tensors.parameters(), state);
    }
}
