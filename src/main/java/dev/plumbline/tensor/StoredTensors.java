package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The tensors of an open file, in any format that Plumbline reads: everything about them is checked when it is opened, as
 * {@link TensorFiles} does, and no value is held. An npz archive is inflated beside the file once, because a
 * deflated entry can only be read from its beginning.
 */
public final class StoredTensors implements Closeable {

    /** Bytes before the header, at most. */
    private static final int PREFIX = 12;

    /** Of a header in version 1 of the format, at most; no array of numbers needs a longer one. */
    private static final int NPY_HEADER = 1 << 16;

    private final FileChannel file;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, String> metadata;
    private final boolean named;
    private final long inflated;
    private final Optional<OptimizerDict> optimizer;
    private boolean ordered = true;
    private Optional<Problem> several = Optional.empty();

    private StoredTensors(FileChannel file, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
        this(file, tensors, metadata, true, 0);
    }

    private StoredTensors(
            FileChannel file,
            Map<String, StoredTensor> tensors,
            Map<String, String> metadata,
            boolean named,
            long inflated) {
        this(file, tensors, metadata, named, inflated, Optional.empty());
    }

    private StoredTensors(
            FileChannel file,
            Map<String, StoredTensor> tensors,
            Map<String, String> metadata,
            boolean named,
            long inflated,
            Optional<OptimizerDict> optimizer) {
        this.file = file;
        this.optimizer = optimizer;
        this.named = named;
        this.inflated = inflated;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /**
     * Opens a file, which is deleted when it is closed; a lone npy file's tensor gets the name {@code
     * nameOfASingleTensor}.
     */
    public static StoredTensors takeOver(Path path, String nameOfASingleTensor, TensorLimits limits)
            throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
        return of(file, path.resolveSibling(""), nameOfASingleTensor, limits, limits);
    }

    /** Opens a file that stays; only what an archive inflates to is limited in bytes, as nothing else is copied. */
    static StoredTensors open(Path path, String nameOfASingleTensor, TensorLimits limits) throws IOException {
        FileChannel file = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        TensorLimits any = new TensorLimits(Long.MAX_VALUE, limits.tensors(), limits.rank(), limits.headerBytes());
        return of(file, Path.of(System.getProperty("java.io.tmpdir")), nameOfASingleTensor, any, limits);
    }

    /** @param room for what an archive inflates to */
    private static StoredTensors of(
            FileChannel file, Path room, String nameOfASingleTensor, TensorLimits limits, TensorLimits inflated)
            throws IOException {
        try {
            limits.requireBytes(file.size());
            byte[] start = bytes(file, 0, TensorFiles.START).array();
            if (Npz.looksLike(start) && StateDict.isIn(ZipDirectory.names(file, limits))) {
                StateDict.Stored stored = StateDict.stored(file, limits);
                StoredTensors tensors =
                        new StoredTensors(file, stored.tensors(), Map.of(), true, 0, stored.optimizer());
                tensors.several = stored.several();
                return tensors;
            }
            if (Npz.looksLike(start)) {
                try (file) {
                    return inflated(room, file, inflated);
                }
            }
            if (Npy.looksLike(start)) {
                return npy(file, nameOfASingleTensor, limits);
            }
            TensorFiles.requireSafetensors(start);
            return safetensors(file, limits);
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
    }

    /** The tensors by name, in file order; refused of a checkpoint that has several dictionaries of them. */
    public Map<String, StoredTensor> tensors() {
        if (several.isPresent()) {
            throw several.get().within("");
        }
        return tensors;
    }

    /** Everything in it, the optimizer's state too. */
    public Stream<TensorSource> all() {
        return Stream.concat(
                tensors.values().stream(), optimizer.stream().flatMap(state -> state.state().values().stream()
                        .flatMap(kept -> kept.values().stream())));
    }

    /** An optimizer's state, in a file of {@code torch.save}; such a file may hold no other tensors. */
    public Optional<OptimizerDict> optimizer() {
        return optimizer;
    }

    /** Bytes that were written to the disk so that they can be read: those of an archive's tensors. */
    public long inflatedBytes() {
        return inflated;
    }

    /** As {@link SafetensorsFile#metadata}; empty for other formats. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** False of a lone npy file, whose tensor has a name only from whoever opened it. */
    public boolean named() {
        return named;
    }

    /** Whether the tensors come in the order in which they were given: safetensors sorts them. */
    public boolean ordered() {
        return ordered;
    }

    private static StoredTensors safetensors(FileChannel file, TensorLimits limits) throws IOException {
        ByteBuffer head = bytes(file, 0, PREFIX + Math.min(limits.headerBytes(), Integer.MAX_VALUE - PREFIX));
        SafetensorsHeader header = Safetensors.header(head, file.size(), limits);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            NpyHeader form = new NpyHeader(entry.datatype().datatype(), ByteOrder.LITTLE_ENDIAN, false, entry.shape());
            tensors.put(entry.name(), new StoredTensor(file, head.position() + entry.begin(), form));
        }
        StoredTensors stored = new StoredTensors(file, tensors, header.metadata());
        stored.ordered = false;
        return stored;
    }

    private static StoredTensors npy(FileChannel file, String name, TensorLimits limits) throws IOException {
        try {
            return new StoredTensors(file, Map.of(name, npy(file, 0, limits)), Map.of(), false, 0);
        } catch (Problem problem) {
            throw problem.within(Problem.pointer(name));
        }
    }

    /** The npy file that goes from {@code begin} to the end. */
    static StoredTensor npy(FileChannel file, long begin, TensorLimits limits) throws IOException {
        TensorLimits shorter = new TensorLimits(
                limits.bytes(), limits.tensors(), limits.rank(), Math.min(limits.headerBytes(), NPY_HEADER));
        ByteBuffer head = bytes(file, begin, PREFIX + shorter.headerBytes());
        NpyHeader form = NpyHeader.parse(Npy.header(head, shorter), shorter);
        StoredTensor.requireBytes(form, file.size() - begin - head.position());
        return new StoredTensor(file, begin + head.position(), form);
    }

    private static StoredTensors inflated(Path room, FileChannel file, TensorLimits limits) throws IOException {
        Path beside = Files.createTempFile(room, "inflated", ".tmp");
        FileChannel values = FileChannel.open(
                beside, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        try {
            Map<String, StoredTensor> tensors = Npz.inflate(file, values, limits);
            return new StoredTensors(values, tensors, Map.of(), true, values.size());
        } catch (IOException | RuntimeException failure) {
            values.close();
            throw failure;
        }
    }

    /** The bytes from {@code begin} on, as many as there are. */
    private static ByteBuffer bytes(FileChannel file, long begin, int most) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate((int) Math.min(most, file.size() - begin)).order(ByteOrder.LITTLE_ENDIAN);
        StoredTensor.fill(file, bytes, begin);
        return bytes.flip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
