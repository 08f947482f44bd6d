package dev.plumbline.library;

import dev.plumbline.reader.ModelSource;
import dev.plumbline.report.Upload;
import org.jspecify.annotations.Nullable;

/** What a caller may take out of the library, shown with every request that may name a model. */
public record LibraryCard(ModelLibrary library, String owner) {

    /** The model in the request, in the files beside it, or here under the name that the request says; null without one. */
    public @Nullable ModelSource model(@Nullable ModelSource given, Upload files) {
        return library.opened(ModelSource.oneOf(given, files.bytes("model"), files.weights()), owner);
    }
}
