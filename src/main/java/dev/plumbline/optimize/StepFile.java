package dev.plumbline.optimize;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Parameters and moments under flat names, as one file holds them: parameters are {@code p/<name>}, moments {@code
 * s/<slot>/<name>}, and {@code m/<name>} what a format without metadata says beside them. A name may itself contain slashes;
 * a slot's does not.
 */
public record StepFile<T extends TensorSource>(
        Map<String, T> parameters, Map<String, Map<String, T>> slots, Map<String, T> metadata) {

    private static final String PARAMETER = "p/";
    private static final String MOMENT = "s/";
    private static final String METADATA = "m/";

    /** From tensors of which every name has one of the three forms. */
    public static <T extends TensorSource> StepFile<T> read(Map<String, T> tensors) {
        Map<String, T> parameters = new LinkedHashMap<>();
        Map<String, Map<String, T>> slots = new LinkedHashMap<>();
        Map<String, T> metadata = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            int slash = name.indexOf('/', MOMENT.length());
            if (name.startsWith(PARAMETER)) {
                parameters.put(name.substring(PARAMETER.length()), tensor);
            } else if (name.startsWith(MOMENT) && slash > 0) {
                slots.computeIfAbsent(name.substring(MOMENT.length(), slash), slot -> new LinkedHashMap<>())
                        .put(name.substring(slash + 1), tensor);
            } else if (name.startsWith(METADATA)) {
                metadata.put(name.substring(METADATA.length()), tensor);
            } else {
                throw Problem.invalid(
                        Problem.pointer(name), "the name has not the form of a state", name, "s/<slot>/<name>");
            }
        });
        return new StepFile<>(parameters, slots, metadata);
    }

    /**
     * Whether a file is an answer of ours that comes back, by its metadata, and not a caller's own file of parameters, whose
     * names may be of any form.
     */
    static boolean isAnswer(Set<String> names, Map<String, String> metadata) {
        boolean ours = metadata.containsKey(FileAnswer.ANSWER)
                || names.containsAll(Set.of(METADATA + FileAnswer.STEP, METADATA + FileAnswer.ANSWER));
        return ours
                && names.stream()
                        .allMatch(name ->
                                name.startsWith(PARAMETER) || name.startsWith(MOMENT) || name.startsWith(METADATA));
    }

    public static String parameterName(String parameter) {
        return PARAMETER + parameter;
    }

    public static String momentName(String slot, String parameter) {
        return MOMENT + slot + "/" + parameter;
    }

    /** How many steps were taken, and the answer's JSON. */
    static Map<String, TensorSource> metadata(long step, Tensor answer) {
        return Map.of(
                METADATA + FileAnswer.STEP,
                Tensor.scalar(step).as(Datatype.INT64),
                METADATA + FileAnswer.ANSWER,
                answer);
    }

    public static Map<String, TensorSource> tensors(
            Map<String, ? extends TensorSource> parameters,
            Map<String, ? extends Map<String, ? extends TensorSource>> slots) {
        Map<String, TensorSource> tensors = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> tensors.put(parameterName(name), tensor));
        slots.forEach(
                (slot, moments) -> moments.forEach((name, tensor) -> tensors.put(momentName(slot, name), tensor)));
        return tensors;
    }
}
