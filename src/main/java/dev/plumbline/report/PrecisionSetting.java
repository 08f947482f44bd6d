package dev.plumbline.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Mixed precision: {@code "autocastBF16"}, {@code "autocastFP16"}, {@code "tf32"}, or {@code {"compute": "BF16",
 * "accumulate": "FP32", "keep": ["softmax", "layerNorm", "loss"]}}.
 *
 * @param json as it came
 */
public record PrecisionSetting(Object json, Precision precision) {

    private static final Set<String> FIELDS = Set.of("compute", "accumulate", "keep");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static PrecisionSetting of(Object json) {
        if (json instanceof String name && Precision.names().contains(name)) {
            return new PrecisionSetting(json, Precision.named(name));
        }
        if (json instanceof Map<?, ?> fields && FIELDS.containsAll(fields.keySet()) && fields.containsKey("compute")) {
            Precision.Format compute = format(fields.get("compute"), "/compute");
            Precision.Format accumulate = fields.containsKey("accumulate")
                    ? format(fields.get("accumulate"), "/accumulate")
                    : Precision.Format.FP32;
            Map<String, Object> echo = new LinkedHashMap<>();
            fields.forEach((name, value) -> echo.put(String.valueOf(name), value));
            return new PrecisionSetting(echo, new Precision(compute, accumulate, kept(fields.get("keep"))));
        }
        throw Problem.invalid(
                "",
                "this is no mixed precision",
                json,
                "one of " + Precision.names()
                        + ", or {\"compute\": \"BF16\", \"accumulate\": \"FP32\", \"keep\": [...]}");
    }

    private static Precision.Format format(@Nullable Object json, String pointer) {
        return Arrays.stream(Precision.Format.values())
                .filter(format -> format.name().equals(json))
                .findFirst()
                .orElseThrow(() -> Problem.invalid(
                        pointer, "this is no format", json, Arrays.toString(Precision.Format.values())));
    }

    private static Set<Precision.Kept> kept(@Nullable Object json) {
        if (json == null) {
            return Set.of(Precision.Kept.values());
        }
        if (!(json instanceof List<?> names)) {
            throw Problem.invalid("/keep", "this is no list", json, "a list of softmax, layerNorm, loss");
        }
        Set<Precision.Kept> kept = new LinkedHashSet<>();
        for (int i = 0; i < names.size(); i++) {
            Object name = names.get(i);
            int place = i;
            kept.add(Arrays.stream(Precision.Kept.values())
                    .filter(one -> one.name().replace("_", "").equalsIgnoreCase(String.valueOf(name)))
                    .findFirst()
                    .orElseThrow(() -> Problem.invalid(
                            "/keep/" + place, "this cannot be kept", name, "one of softmax, layerNorm, loss")));
        }
        return kept;
    }

    @JsonValue
    public Object value() {
        return json;
    }
}
