package dev.plumbline.compare;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Dumps that lie where the service runs: names of files below the directory {@code plumbline.dumps}. */
record DumpPaths(
        @Schema(description = "one file for each rank, mostly one") @Nullable
        List<String> a,

        @Schema(description = "one file for each rank, mostly one") @Nullable
        List<String> b,

        @Nullable List<String> repeats,

        @Nullable String previousGradients) {

    /** By the request's own names; those that are there. */
    Map<String, List<String>> byDump() {
        Map<String, List<String>> paths = new LinkedHashMap<>();
        put(paths, "a", a);
        put(paths, "b", b);
        put(paths, "repeats", repeats);
        put(paths, "previousGradients", previousGradients == null ? null : List.of(previousGradients));
        return paths;
    }

    private static void put(Map<String, List<String>> paths, String dump, @Nullable List<String> files) {
        if (files != null && !files.isEmpty()) {
            paths.put(dump, files);
        }
    }
}
