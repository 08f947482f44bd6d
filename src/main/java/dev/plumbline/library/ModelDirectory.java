package dev.plumbline.library;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.AllowedDirectory;
import dev.plumbline.tensor.ExternalFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The directory of models that the operator allows every caller to read: {@code plumbline.models}; none by default. */
@Component
final class ModelDirectory {

    private final AllowedDirectory directory;

    ModelDirectory(@Value("${plumbline.models:}") String path) throws IOException {
        this.directory = new AllowedDirectory("plumbline.models", path);
    }

    /** The model of this name, with what lies beside it as what may hold its weights. */
    ModelSource open(String name, double mostBytes) {
        ExternalFile file = directory.find(name);
        double most = Math.min(mostBytes, Integer.MAX_VALUE - 8);
        if (file.bytes() > most) {
            throw Problem.limit(
                    "",
                    "this model file is too large",
                    file.bytes() + " bytes",
                    "at most " + (long) most + " bytes; weights in files beside it count separately");
        }
        return ModelSource.of(bytes(file), directory.beside(name));
    }

    private static byte[] bytes(ExternalFile file) {
        try (InputStream in = file.from(0)) {
            return in.readNBytes(Math.toIntExact(file.bytes()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
