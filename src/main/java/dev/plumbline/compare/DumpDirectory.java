package dev.plumbline.compare;

import dev.plumbline.tensor.AllowedDirectory;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The directory of dumps that the operator allows every caller to have read: {@code plumbline.dumps}; none by default. */
@Component
final class DumpDirectory {

    private final AllowedDirectory directory;

    DumpDirectory(@Value("${plumbline.dumps:}") String path) throws IOException {
        this.directory = new AllowedDirectory("plumbline.dumps", path);
    }

    StoredTensors open(String name, TensorLimits limits) throws IOException {
        return directory.open(name, DumpFiles.LONE, limits);
    }
}
