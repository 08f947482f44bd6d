package dev.plumbline.models;

import dev.plumbline.library.LibraryCard;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.report.Upload;
import org.jspecify.annotations.Nullable;

/** A model to be described and kept; it may come as a file beside the request. */
record ModelRequest(@Nullable ModelSource model) {

    static final ModelRequest EMPTY = new ModelRequest(null);

    /** The model in the request, in the files beside it, or under the name it gives. */
    ModelSource model(Upload files, LibraryCard card) {
        return ModelSource.required(card.model(model, files), "describe");
    }
}
