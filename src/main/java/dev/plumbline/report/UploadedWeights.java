package dev.plumbline.report;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.ExternalFile;
import dev.plumbline.tensor.ExternalFiles;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;

/**
 * The parts {@code weights} of a request, each under its own file name: the location by which a model calls its external
 * data. Clients tend to send only the last step of a path, so that will do where it is one file's only.
 */
final class UploadedWeights implements ExternalFiles {

    private final Map<String, MultipartFile> files = new LinkedHashMap<>();

    UploadedWeights(List<MultipartFile> parts) {
        for (MultipartFile part : parts) {
            String name = Objects.requireNonNullElse(part.getOriginalFilename(), "");
            if (name.isEmpty()) {
                throw Problem.invalid(
                        "/weights",
                        "weights need a file name",
                        "a part without one",
                        "the location that the model calls them by");
            }
            if (files.put(name, part) != null) {
                throw Problem.invalid("/weights", "two parts have this file name", name, "one");
            }
        }
    }

    @Override
    public @Nullable ExternalFile find(String location) {
        MultipartFile part = files.get(location);
        if (part == null) {
            part = files.get(location.substring(location.lastIndexOf('/') + 1));
        }
        return part == null ? null : new ExternalFile(part.getSize(), part::getInputStream);
    }

    @Override
    public Collection<String> locations() {
        return files.keySet();
    }
}
