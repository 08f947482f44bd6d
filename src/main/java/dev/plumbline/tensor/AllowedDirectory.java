package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A directory below which the operator allows every caller to read files by name; none where the setting says nothing. */
public final class AllowedDirectory {

    private final String setting;
    private final @Nullable Directory directory;

    /**
     * @param setting the operator's property, for refusals to name
     * @param path its value, which may be blank
     * @throws IOException where it is no directory: at start, rather than with the first request
     */
    public AllowedDirectory(String setting, String path) throws IOException {
        this.setting = setting;
        this.directory = path.isBlank() ? null : Directory.of(Path.of(path.strip()));
    }

    private Directory directory(String name) {
        if (directory == null) {
            throw Problem.unsupported(
                    "", "no directory of files is allowed here", name, "the operator's setting " + setting);
        }
        return directory;
    }

    private Problem nothing(String name) {
        return Problem.notFound("", "there is no such file", name, "a file below the directory of " + setting);
    }

    public ExternalFile find(String name) {
        ExternalFile file = directory(name).find(name);
        if (file == null) {
            throw nothing(name);
        }
        return file;
    }

    /** The tensors of a file, which stays where it is; an archive's are inflated elsewhere, within {@code limits}. */
    public StoredTensors open(String name, String nameOfASingleTensor, TensorLimits limits) throws IOException {
        Path file = directory(name).regularFile(name);
        if (file == null) {
            throw nothing(name);
        }
        return StoredTensors.open(file, nameOfASingleTensor, limits);
    }

    /** The directory that holds the file of this name. */
    public Directory beside(String name) {
        return directory(name).beside(name);
    }
}
