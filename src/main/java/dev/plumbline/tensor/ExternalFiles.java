package dev.plumbline.tensor;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreType;
import dev.plumbline.problem.Problem;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files beside a model, found by the locations that its own file names. They come from where the model came, an upload
 * or a directory, and never in JSON.
 */
@JsonIgnoreType
@FunctionalInterface
public interface ExternalFiles {

    /** Where nothing came along. */
    ExternalFiles NONE = location -> null;

    /** Refuses them in JSON. */
    @JsonCreator
    static ExternalFiles ofJson(Object given) {
        throw Problem.invalid("", "files do not come in JSON", given, "parts of a multipart request, named weights");
    }

    /** Null where there is no such file; a problem where it may not be read. */
    @Nullable
    ExternalFile find(String location);

    /** The locations that can be said, for whoever asked for another. */
    default Collection<String> locations() {
        return List.of();
    }
}
