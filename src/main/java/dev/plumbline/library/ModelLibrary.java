package dev.plumbline.library;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ModelSource;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Opens the models that a request only names. */
@Component
public class ModelLibrary {

    private final ModelDirectory directory;
    private final Limits limits;

    ModelLibrary(ModelDirectory directory, Limits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    /** @param owner whose key the request came with */
    public LibraryCard card(String owner) {
        return new LibraryCard(this, owner);
    }

    @Nullable
    ModelSource opened(@Nullable ModelSource source, String owner) {
        if (source != null && source.digest() != null) {
            throw Problem.notFound(
                    "/model/digest", "no model is kept under this digest", source.digest(), "a kept model");
        }
        String file = source == null ? null : source.file();
        return file == null ? source : placed("/model/file", () -> directory.open(file, limits.bytes()));
    }

    private static ModelSource placed(String place, java.util.function.Supplier<ModelSource> opening) {
        try {
            return opening.get();
        } catch (Problem problem) {
            throw problem.within(place);
        }
    }
}
