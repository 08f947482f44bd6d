package dev.plumbline.compare;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.TensorLimits;
import dev.plumbline.tensor.TensorSource;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;
import org.springframework.web.multipart.MultipartFile;

/**
 * The files of a comparison: open, checked, and not loaded. Those of several ranks come as parts of one name in the order of the
 * ranks, or numbered: {@code a[0]}, {@code a[1]}. A number that is left out is a rank without a file. Those that lie here
 * already are read where they are.
 */
final class DumpFiles implements Closeable {

    private static final Pattern NUMBERED = Pattern.compile("(\\w+)\\[(\\d{1,3})\\]");

    /** As many parts as a body may have. */
    private static final int MOST_RANKS = 512;

    /** The name of the tensor of an npy file. */
    static final String LONE = "tensor";

    private final TensorLimits limits;
    private final List<StoredTensors> open = new ArrayList<>();
    private final Map<String, List<Map<String, TensorSource>>> dumps = new LinkedHashMap<>();

    private DumpFiles(TensorLimits limits) {
        this.limits = limits;
    }

    /** @param uploads by part */
    static DumpFiles open(
            MultiValueMap<String, MultipartFile> uploads,
            @Nullable DumpPaths paths,
            DumpDirectory directory,
            Limits limits)
            throws IOException {
        DumpFiles dumps = new DumpFiles(new TensorLimits(
                limits.bulkBytes(), limits.tensors(), limits.rank(), TensorLimits.DEFAULT.headerBytes()));
        try {
            for (String part : List.of("a", "b", "repeats", "previousGradients")) {
                dumps.take(part, uploads);
            }
            if (paths != null) {
                for (Map.Entry<String, List<String>> dump : paths.byDump().entrySet()) {
                    dumps.read(dump.getKey(), dump.getValue(), directory);
                }
            }
            return dumps;
        } catch (IOException | RuntimeException failure) {
            dumps.close();
            throw failure;
        }
    }

    private void take(String part, MultiValueMap<String, MultipartFile> files) throws IOException {
        Map<Integer, MultipartFile> numbered = new TreeMap<>();
        for (Map.Entry<String, List<MultipartFile>> same : files.entrySet()) {
            Matcher name = NUMBERED.matcher(same.getKey());
            if (name.matches() && name.group(1).equals(part)) {
                int rank = Integer.parseInt(name.group(2));
                boolean isOnce = same.getValue().size() == 1 && !numbered.containsKey(rank) && rank < MOST_RANKS;
                if (!isOnce) {
                    throw Problem.invalid(
                            same.getKey(), "a rank has one file", same.getKey(), "each number once, from 0 to 511");
                }
                numbered.put(rank, same.getValue().get(0));
            }
        }
        List<MultipartFile> plain = files.getOrDefault(part, List.of());
        if (!plain.isEmpty() && !numbered.isEmpty()) {
            throw Problem.invalid(
                    part, "some of these parts are numbered, some are not", part, part + "[0], " + part + "[1], ...");
        }
        for (MultipartFile file : plain) {
            numbered.put(numbered.size(), file);
        }
        List<Map<String, TensorSource>> ranks = new ArrayList<>();
        for (Map.Entry<Integer, MultipartFile> file : numbered.entrySet()) {
            while (ranks.size() < file.getKey()) {
                ranks.add(Map.of());
            }
            ranks.add(open(file.getValue()));
        }
        if (!ranks.isEmpty()) {
            dumps.put(part, ranks);
        }
    }

    private void read(String dump, List<String> files, DumpDirectory directory) throws IOException {
        if (dumps.containsKey(dump)) {
            throw Problem.invalid(
                    Problem.pointer("files", dump), "this came twice", "as a part and below files", "one of them");
        }
        if (files.size() > MOST_RANKS) {
            throw Problem.limit(
                    Problem.pointer("files", dump), "too many files", files.size(), "at most " + MOST_RANKS);
        }
        List<Map<String, TensorSource>> ranks = new ArrayList<>();
        for (int rank = 0; rank < files.size(); rank++) {
            try {
                StoredTensors tensors = directory.open(files.get(rank), limits);
                open.add(tensors);
                requireFew(dump);
                requireTogether(StoredTensors::inflatedBytes);
                ranks.add(new LinkedHashMap<>(tensors.tensors()));
            } catch (Problem problem) {
                throw problem.within(Problem.pointer("files", dump, rank));
            }
        }
        dumps.put(dump, ranks);
    }

    /** Takes the file over, where the container has put it: nothing is copied, and it is gone when it is closed. */
    private Map<String, TensorSource> open(MultipartFile upload) throws IOException {
        File file = File.createTempFile("dump", ".tmp");
        try {
            upload.transferTo(file);
            StoredTensors tensors = StoredTensors.takeOver(file.toPath(), LONE, limits);
            open.add(tensors);
            requireTogether(DumpFiles::bytes);
            return new LinkedHashMap<>(tensors.tensors());
        } catch (Problem problem) {
            throw problem.within(upload.getName());
        }
    }

    /** Deflated files are small: what comes out of all of them together may not be larger than a bulk body. */
    private void requireTogether(ToLongFunction<StoredTensors> counted) {
        long bytes = open.stream().mapToLong(counted).sum();
        if (bytes > limits.bytes()) {
            throw Problem.limit(
                    "",
                    "the tensors of all files together are too large",
                    bytes + " bytes",
                    "at most " + limits.bytes() + " bytes (plumbline.limits.bulk-bytes)");
        }
    }

    private void requireFew(String dump) {
        if (open.size() > MOST_RANKS) {
            throw Problem.limit(
                    Problem.pointer("files", dump),
                    "too many files of all dumps together",
                    "more than " + MOST_RANKS,
                    "at most " + MOST_RANKS);
        }
    }

    private static long bytes(StoredTensors file) {
        return file.tensors().values().stream().mapToLong(TensorSource::bytes).sum();
    }

    private List<Map<String, TensorSource>> dump(String part) {
        return dumps.getOrDefault(part, List.of());
    }

    List<Map<String, TensorSource>> a() {
        return dump("a");
    }

    List<Map<String, TensorSource>> b() {
        return dump("b");
    }

    List<Map<String, TensorSource>> repeats() {
        return dump("repeats");
    }

    Map<String, TensorSource> earlier() {
        List<Map<String, TensorSource>> earlier = dump("previousGradients");
        return earlier.isEmpty() ? Map.of() : earlier.get(0);
    }

    /** What of a comparison these parts are, for problems to point at. */
    static Set<String> dumpsOf(Set<String> parts) {
        return parts.stream()
                .map(part -> NUMBERED.matcher(part).replaceFirst("$1"))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void close() throws IOException {
        for (StoredTensors file : open) {
            file.close();
        }
    }
}
