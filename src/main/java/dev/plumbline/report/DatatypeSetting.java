package dev.plumbline.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What claims were computed in: {@code "FP32"} for all of them, or {@code {"w": "FP32", "b": "FP64"}} by tensor.
 *
 * @param one for all tensors, or null
 * @param tensors by name, where there is not one for all
 */
public record DatatypeSetting(@Nullable Datatype one, Map<String, Datatype> tensors) {

    private static final String EXPECTED = "FP64, FP32, FP16, BF16, or one of them by the name of a tensor";

    public static DatatypeSetting of(Map<String, Datatype> tensors) {
        return tensors.values().stream().distinct().count() == 1
                ? new DatatypeSetting(tensors.values().iterator().next(), Map.of())
                : new DatatypeSetting(null, tensors);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static DatatypeSetting of(Object json) {
        if (json instanceof Map<?, ?> named) {
            Map<String, Datatype> tensors = new LinkedHashMap<>();
            named.forEach((name, value) ->
                    tensors.put(String.valueOf(name), datatype(value, Problem.pointer(String.valueOf(name)))));
            return new DatatypeSetting(null, tensors);
        }
        return new DatatypeSetting(datatype(json, ""), Map.of());
    }

    private static Datatype datatype(@Nullable Object json, String pointer) {
        Datatype found = Arrays.stream(Datatype.values())
                .filter(datatype -> datatype.name().equals(json))
                .findFirst()
                .orElseThrow(() -> Problem.invalid(pointer, "this is no datatype", json, EXPECTED));
        if (!found.isFloat()) {
            throw Problem.invalid(pointer, "a gradient is made of floats", found, EXPECTED);
        }
        return found;
    }

    /** The same by the names of the program's parameters. */
    public DatatypeSetting by(UnaryOperator<Map<String, Datatype>> renaming) {
        return new DatatypeSetting(one, renaming.apply(tensors));
    }

    /** These where they are stated, else what the tensors themselves tell. */
    public Map<String, Datatype> over(Map<String, Datatype> own) {
        Map<String, Datatype> datatypes = new LinkedHashMap<>(own);
        datatypes.replaceAll((name, datatype) -> one != null ? one : tensors.getOrDefault(name, datatype));
        return datatypes;
    }

    @JsonValue
    public Object json() {
        return one != null ? one : tensors;
    }
}
