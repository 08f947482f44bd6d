package dev.plumbline.optimize;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.StoredTensor;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A file beside a request: open, checked, and not loaded. */
record TensorPart(String name, StoredTensors file) implements Closeable {

    /** The tensors; a file that was an answer of ours gives its parameters. */
    Map<String, StoredTensor> parameters() {
        return StepFile.looksLike(file.tensors().keySet()) ? content().parameters() : file.tensors();
    }

    /** Slot name, then parameter name, to moment. */
    Map<String, Map<String, StoredTensor>> slots() {
        return content().slots();
    }

    private StepFile<StoredTensor> content() {
        try {
            return StepFile.read(file.tensors());
        } catch (Problem problem) {
            throw problem.within(name);
        }
    }

    /** How many steps the file says were taken. */
    long step() {
        try {
            TensorSource step = content().metadata().get(FileAnswer.STEP);
            return FileAnswer.step(step == null ? file.metadata() : Map.of(FileAnswer.STEP, wholeNumber(step)));
        } catch (Problem problem) {
            throw problem.within(name);
        }
    }

    private static String wholeNumber(TensorSource step) {
        double[] values = step.shape().size() == 1 ? step.doubles() : new double[0];
        return values.length == 1 && values[0] == Math.rint(values[0])
                ? Long.toString((long) values[0])
                : step.datatype() + " of shape " + step.shape();
    }

    /** The same tensors in memory. */
    Map<String, Tensor> load(Map<String, StoredTensor> tensors) {
        Map<String, Tensor> loaded = new LinkedHashMap<>();
        tensors.forEach((key, tensor) -> {
            try {
                loaded.put(key, tensor.tensor());
            } catch (Problem problem) {
                throw problem.within(name + Problem.pointer(key));
            }
        });
        return loaded;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
