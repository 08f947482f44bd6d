package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.OptimizerDict;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.StoredTensor;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file beside a request: open, checked, and not loaded. */
public record TensorPart(String name, StoredTensors file) implements Closeable {

    /** The tensors; a file that was an answer of ours gives its parameters. */
    public Map<String, StoredTensor> parameters() {
        Map<String, StoredTensor> tensors = tensors();
        return StepFile.isAnswer(tensors.keySet(), file.metadata()) ? content().parameters() : tensors;
    }

    private Map<String, StoredTensor> tensors() {
        try {
            return file.tensors();
        } catch (Problem problem) {
            throw problem.within(name);
        }
    }

    /** One tensor for each parameter; the tensor of an npy file, which has no name, belongs to the only one there is. */
    public Map<String, StoredTensor> gradientsOf(Set<String> parameters) {
        Map<String, StoredTensor> tensors = parameters();
        if (file.named()) {
            return tensors;
        }
        if (parameters.size() != 1) {
            throw Problem.invalid(
                    name,
                    "an npy file holds one tensor, without a name",
                    "npy",
                    "safetensors or npz, with tensors named " + parameters);
        }
        return Map.of(parameters.iterator().next(), tensors.values().iterator().next());
    }

    /** Slot name, then parameter name, to moment. */
    Map<String, Map<String, StoredTensor>> slots() {
        return content().slots();
    }

    /**
     * The state in it: in an answer of ours, or what PyTorch's {@code optimizer.state_dict()} keeps of the parameters.
     *
     * @param parameters in the order in which the optimizer has them, or sorted by name
     */
    public Checkpoint state(@Nullable StateSource given, Map<String, Shape> parameters, boolean sorted) {
        Optional<OptimizerDict> dictionary = file.optimizer();
        if (dictionary.isEmpty()) {
            return new Checkpoint(step(given), Map.of(), slots());
        }
        if (given != null) {
            throw Problem.invalid(
                    "request/state", "the state came twice", "in a file and in the request", "one of them");
        }
        List<String> names =
                sorted ? ReadState.byShape(parameters, dictionary.get()) : List.copyOf(parameters.keySet());
        try {
            ReadState read = ReadState.of(dictionary.get(), names);
            Checkpoint state = Objects.requireNonNull(read.state());
            if (!read.counts().values().stream().allMatch(count -> count == state.step())) {
                throw Problem.unsupported(
                        "/state", "parameters have taken different numbers of steps", read.counts(), "one step count");
            }
            return state;
        } catch (Problem problem) {
            throw problem.within(name);
        }
    }

    private StepFile<StoredTensor> content() {
        try {
            return StepFile.read(file.tensors());
        } catch (Problem problem) {
            throw problem.within(name);
        }
    }

    /** How many steps were taken, as the file says, or the request beside it; refused where they say different things. */
    public long step(@Nullable StateSource given) {
        if (given == null) {
            return step();
        }
        if (given.slots() != null && !given.slots().isEmpty()) {
            throw Problem.invalid(
                    "request/state/slots", "the state came twice", "in a file and in the request", "one of them");
        }
        if (saysStep() && step() != given.step()) {
            throw Problem.invalid(
                    "request/state/step", "the file says another step count", given.step(), step() + ", or nothing");
        }
        return given.step();
    }

    private boolean saysStep() {
        return file.metadata().containsKey(FileAnswer.STEP)
                || content().metadata().containsKey(FileAnswer.STEP);
    }

    private long step() {
        TensorSource step = content().metadata().get(FileAnswer.STEP);
        try {
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
    public Map<String, Tensor> load(Map<String, StoredTensor> tensors) {
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

    /** Where a piece of it is a piece of the file; else in memory. */
    public static TensorSource piecewise(TensorSource source) {
        return isPiecewise(source) ? source : source.tensor();
    }

    /** Whether a piece of it can be read alone. */
    public static boolean isPiecewise(TensorSource source) {
        return !(source instanceof StoredTensor stored) || stored.isRowMajor();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
