package dev.plumbline.compare;

import dev.plumbline.compute.comparison.Dumps;
import dev.plumbline.compute.comparison.Nearness;
import dev.plumbline.compute.comparison.Placement;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be compared; dumps may come as files beside the request.
 *
 * @param a by rank, then by name
 * @param b the same
 * @param files dumps that lie where the service runs
 * @param layout by name; {@code *} is that of all others
 * @param tolerance null for what rounding explains
 */
public record ComparisonRequest(
        @Schema(description = "one dump for each rank, mostly one") @Nullable
        List<Map<String, Tensor>> a,

        @Schema(description = "one dump for each rank, mostly one") @Nullable
        List<Map<String, Tensor>> b,

        @Schema(
                description =
                        "further runs of what made a, each whole: what they differ by is noise, and counts as no difference")
        @Nullable
        List<Map<String, Tensor>> repeats,

        @Schema(description = "of an earlier step, whole: a gradient that was not computed again is known by it")
        @Nullable
        Map<String, Tensor> previousGradients,

        @Schema(
                description =
                        "dumps that lie where the service runs, by name below the operator's directory plumbline.dumps: nothing is sent, and their size has no limit")
        @Nullable
        DumpPaths files,

        @Schema(
                description =
                        "how several ranks' tensors make one, by the tensor's name; * stands for all others. Told from the shapes where nothing is said")
        @Nullable
        Map<String, LayoutSetting> layout,

        @Schema(description = "null for what rounding in the datatypes explains") @Nullable
        ToleranceSetting tolerance,

        @Schema(description = "the caller's own name for it") @Nullable
        String label) {

    static final ComparisonRequest EMPTY = new ComparisonRequest(null, null, null, null, null, null, null, null);

    private static final int LONGEST_LABEL = 200;

    public ComparisonRequest {
        if (label != null && label.length() > LONGEST_LABEL) {
            throw Problem.limit(
                    "/label",
                    "the label is too long",
                    label.length() + " characters",
                    "at most " + LONGEST_LABEL + " characters");
        }
    }

    /** With the files beside it. */
    Dumps dumps(DumpFiles opened) {
        Map<String, TensorSource> earlier = opened.earlier();
        return dumps(
                one("a", a, opened.a()),
                one("b", b, opened.b()),
                one("repeats", repeats, opened.repeats()),
                earlier.isEmpty() ? sources(previousGradients) : earlier);
    }

    private Dumps dumps(
            List<Map<String, TensorSource>> a,
            List<Map<String, TensorSource>> b,
            List<Map<String, TensorSource>> repeats,
            Map<String, TensorSource> earlier) {
        require("/a", a);
        require("/b", b);
        Map<String, Placement> placements = new LinkedHashMap<>();
        if (layout != null) {
            layout.forEach((name, setting) -> placements.put(name, setting.placement()));
        }
        Nearness nearness = tolerance == null ? null : tolerance.nearness();
        Dumps dumps = new Dumps(a, b, repeats, earlier, placements, nearness);
        requireLayout(dumps);
        return dumps;
    }

    private static List<Map<String, TensorSource>> one(
            String name, @Nullable List<Map<String, Tensor>> given, List<Map<String, TensorSource>> files) {
        if (given != null && !given.isEmpty() && !files.isEmpty()) {
            throw Problem.invalid("/" + name, "this came twice", "in a file and in the request", "one of them");
        }
        return given == null
                ? files
                : given.stream().map(ComparisonRequest::sources).toList();
    }

    private static Map<String, TensorSource> sources(@Nullable Map<String, Tensor> tensors) {
        return tensors == null ? Map.of() : new LinkedHashMap<>(tensors);
    }

    private static void require(String pointer, List<Map<String, TensorSource>> ranks) {
        if (ranks.stream().allMatch(Map::isEmpty)) {
            throw Problem.invalid(
                    pointer,
                    "there is nothing to compare",
                    ranks.isEmpty() ? null : "no tensors",
                    "a dump of gradients: safetensors or npz in the part " + pointer.substring(1)
                            + ", its name below files, or [{\"name\": tensor}] in JSON");
        }
    }

    private static void requireLayout(Dumps dumps) {
        for (String name : dumps.strangers()) {
            throw Problem.invalid(
                    Problem.pointer("layout", name), "neither dump has this tensor", name, "a tensor's name, or *");
        }
        dumps.layout().forEach((name, placement) -> {
            boolean isCut = placement instanceof Placement.Shard && !name.equals(Dumps.OTHERS);
            if (isCut && !((Placement.Shard) placement).isOf(dumps.rank(name))) {
                throw Problem.invalid(
                        Problem.pointer("layout", name, "axis"),
                        "the tensor has no such axis",
                        ((Placement.Shard) placement).axis(),
                        "an axis of " + dumps.rank(name));
            }
        });
    }
}
