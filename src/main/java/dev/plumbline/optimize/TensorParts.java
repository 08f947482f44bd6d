package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import dev.plumbline.tensor.TensorSource;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.multipart.MultipartFile;

/** Opens the files of a multipart body, within the limits of bulk bodies. */
@Component
public class TensorParts {

    private static final String SLOTS = "/state/slots/";

    private final TensorLimits limits;

    public TensorParts(Limits limits) {
        this.limits = new TensorLimits(
                limits.bulkBytes(), limits.tensors(), limits.rank(), TensorLimits.DEFAULT.headerBytes());
    }

    /** Takes the file over, where the container has put it: nothing is copied, and it is gone when it is closed. */
    @Nullable
    public TensorPart open(String part, @Nullable MultipartFile upload) throws IOException {
        if (upload == null) {
            return null;
        }
        File file = File.createTempFile("part", ".tmp");
        try {
            upload.transferTo(file);
            return new TensorPart(part, StoredTensors.takeOver(file.toPath(), part, limits));
        } catch (Problem problem) {
            throw problem.within(part);
        }
    }

    /** The files of parts that may come several times, in order. */
    public List<TensorPart> open(String part, @Nullable List<MultipartFile> uploads, List<TensorPart> opened)
            throws IOException {
        List<TensorPart> own = new ArrayList<>();
        for (MultipartFile upload : uploads == null ? List.<MultipartFile>of() : uploads) {
            TensorPart one = Objects.requireNonNull(open(part, upload));
            opened.add(one);
            own.add(one);
        }
        return own;
    }

    /** Deflated files are small; what comes out of all of them together may not be larger than a bulk body. */
    public void requireTogether(@Nullable TensorPart... opened) {
        long bytes = Stream.of(opened)
                .filter(Objects::nonNull)
                .flatMap(part -> part.file().all())
                .mapToLong(TensorSource::bytes)
                .sum();
        if (bytes > limits.bytes()) {
            throw Problem.limit(
                    "",
                    "the tensors of all files together are too large",
                    bytes + " bytes",
                    "at most " + limits.bytes() + " bytes (plumbline.limits.bulk-bytes)");
        }
    }

    /** The gradients in a part, in memory, for parameters that are looked up only for a tensor without a name. */
    @Nullable
    public Map<String, Tensor> gradients(@Nullable MultipartFile upload, Supplier<Set<String>> parameters)
            throws IOException {
        try (TensorPart opened = open("gradients", upload)) {
            return opened == null
                    ? null
                    : opened.load(opened.file().named() ? opened.parameters() : opened.gradientsOf(parameters.get()));
        }
    }

    /**
     * The state in a part, in memory; its step count is in the file's metadata, else in the request beside it.
     *
     * @param given in the request
     * @param parameters of the request
     * @param sorted whether the request's parameters have been sorted by name
     */
    @Nullable
    public StateSource state(
            @Nullable MultipartFile upload,
            @Nullable StateSource given,
            @Nullable Map<String, Tensor> parameters,
            boolean sorted)
            throws IOException {
        try (TensorPart opened = open("state", upload)) {
            if (opened == null) {
                return given;
            }
            Map<String, Shape> shapes = NamedTensors.inOrder(parameters == null ? Map.of() : parameters);
            Checkpoint state = opened.state(given, shapes, sorted);
            return new StateSource(state.step(), state.state().slots());
        }
    }

    /** A problem of a multipart request, seen from its parts; a file of moments knows no {@code slots}. */
    public static Problem seen(Problem problem, @Nullable MultipartFile... uploads) {
        Set<String> names = new HashSet<>();
        for (MultipartFile upload : uploads) {
            if (upload != null) {
                names.add(upload.getName());
            }
        }
        return seen(problem, names);
    }

    /** @param names of the parts that came as files */
    public static Problem seen(Problem problem, Set<String> names) {
        boolean moment = names.contains("state") && problem.pointer().startsWith(SLOTS);
        return moment
                ? new Problem(
                        problem.code(),
                        "state/" + problem.pointer().substring(SLOTS.length()),
                        problem.explanation(),
                        problem.got(),
                        problem.expected())
                : problem.inParts(names);
    }
}
