package dev.plumbline.library;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ModelSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Opens the models that a request only names. */
@Component
public class ModelLibrary {

    private final ModelDirectory directory;
    private final KeptModels kept;
    private final Limits limits;

    ModelLibrary(ModelDirectory directory, KeptModels kept, Limits limits) {
        this.kept = kept;
        this.directory = directory;
        this.limits = limits;
    }

    /** @param owner whose key the request came with */
    public LibraryCard card(String owner) {
        return new LibraryCard(this, owner);
    }

    @Nullable
    ModelSource opened(@Nullable ModelSource source, String owner) {
        String file = source == null ? null : source.file();
        String digest = source == null ? null : source.digest();
        if (file != null) {
            return placed("/model/file", () -> directory.open(file, limits.bytes()));
        }
        return digest == null ? source : placed("/model/digest", () -> kept.open(owner, digest));
    }

    private static ModelSource placed(String place, Supplier<ModelSource> opening) {
        try {
            return opening.get();
        } catch (Problem problem) {
            throw problem.within(place);
        }
    }
}
