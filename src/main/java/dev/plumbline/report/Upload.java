package dev.plumbline.report;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.ExternalFiles;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorFiles;
import dev.plumbline.tensor.TensorLimits;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;

/** The files of a multipart request, by the parts they came in. Each is read once, and has its part of the heap before that. */
public final class Upload {

    /** Bytes of the heap for each of a model's: as it came, its weights as they lie in it, and as float64. */
    private static final double OF_MODEL = 4;

    /** Smaller files than this are read as a whole. */
    private static final long SMALL = 1 << 20;

    private final Limits limits;
    private double needed; // of the heap, in bytes
    private final Map<String, MultipartFile> files = new LinkedHashMap<>();
    private ExternalFiles weights = ExternalFiles.NONE;

    /** @param files null where a part did not come */
    public Upload(Limits limits, @Nullable MultipartFile... files) {
        this.limits = limits;
        for (MultipartFile file : files) {
            if (file != null) {
                this.files.put(file.getName(), file);
            }
        }
    }

    /** With the parts {@code weights}, of which there may be many. */
    public Upload weights(@Nullable List<MultipartFile> parts) {
        weights = parts == null ? ExternalFiles.NONE : new UploadedWeights(parts);
        return this;
    }

    /** What lies beside the model, by the locations that the model calls it by. */
    public ExternalFiles weights() {
        return weights;
    }

    /** Answers from the files; the pointer of a problem begins with its part, a file's or {@code request}. */
    public <R extends @Nullable Object> R answer(Function<Upload, R> work) {
        try {
            return work.apply(this);
        } catch (Problem problem) {
            Set<String> parts = new HashSet<>(files.keySet());
            parts.add("weights");
            throw problem.inParts(parts);
        }
    }

    /** A part's bytes, of a model; null where it did not come. */
    public byte @Nullable [] bytes(String part) {
        MultipartFile file = files.get(part);
        if (file == null) {
            return null;
        }
        require(OF_MODEL * file.getSize());
        try {
            return file.getBytes();
        } catch (IOException lost) {
            throw new UncheckedIOException(lost);
        }
    }

    /** A part's tensors by name (safetensors, npz, npy or a state_dict of torch.save); null where it did not come. */
    public @Nullable Map<String, Tensor> tensors(String part) {
        MultipartFile file = files.get(part);
        try {
            return file == null
                    ? null
                    : file.getSize() < SMALL && !isArchive(file) ? read(part, file) : load(part, file);
        } catch (Problem problem) {
            throw problem.within(Problem.pointer(part));
        } catch (IOException lost) {
            throw new UncheckedIOException(lost);
        }
    }

    /** An archive may be small and hold much. */
    private static boolean isArchive(MultipartFile file) throws IOException {
        try (InputStream bytes = file.getInputStream()) {
            return bytes.read() == 'P' && bytes.read() == 'K';
        }
    }

    private Map<String, Tensor> read(String part, MultipartFile file) throws IOException {
        require(Double.BYTES * (double) file.getSize());
        return TensorFiles.read(file.getBytes(), part, terms());
    }

    /** From the file straight to the arrays. */
    private Map<String, Tensor> load(String part, MultipartFile file) throws IOException {
        File taken = File.createTempFile("part", ".tmp");
        file.transferTo(taken);
        try (StoredTensors stored = StoredTensors.takeOver(taken.toPath(), part, terms())) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            require(Double.BYTES
                    * stored.tensors().values().stream()
                            .mapToDouble(tensor -> tensor.shape().size())
                            .sum());
            stored.tensors().forEach((name, tensor) -> {
                try {
                    tensors.put(name, tensor.tensor());
                } catch (Problem problem) {
                    throw problem.within(Problem.pointer(name));
                }
            });
            return tensors;
        }
    }

    private TensorLimits terms() {
        return new TensorLimits(
                Math.max(limits.bulkBytes(), limits.bodyBytes()),
                limits.tensors(),
                limits.rank(),
                TensorLimits.DEFAULT.headerBytes());
    }

    private void require(double bytes) {
        needed += bytes;
        limits.fillBytes(needed);
    }

    /** As {@link #joined(String, Map, Map)}, of a part's tensors. */
    public @Nullable Map<String, Tensor> joined(String part, @Nullable Map<String, Tensor> given) {
        return joined(part, tensors(part), given);
    }

    /** A part's tensors together with those in the request, of which none may come twice; null where there are neither. */
    public static <T> @Nullable Map<String, T> joined(
            String part, @Nullable Map<String, ? extends T> file, @Nullable Map<String, ? extends T> given) {
        if (file == null && given == null) {
            return null;
        }
        Map<String, T> joined = new LinkedHashMap<>(file == null ? Map.of() : file);
        Map<String, ? extends T> others = given == null ? Map.of() : given;
        others.forEach((name, tensor) -> {
            if (joined.put(name, tensor) != null) {
                throw Problem.invalid(
                        Problem.pointer(part, name),
                        "this tensor came twice",
                        "in the file and in the request",
                        "once");
            }
        });
        return joined;
    }
}
