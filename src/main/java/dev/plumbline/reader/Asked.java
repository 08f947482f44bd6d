package dev.plumbline.reader;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a request says about a model beside the model: the names that it uses, with their shapes. Names decide which tensors
 * of a file are parameters, and may be the pipeline's rather than the file's.
 *
 * @param parameters the shapes of the parameters that the request gives values; other parameters come from the file
 * @param data the shapes of the data; a name that the model does not read is not its concern
 * @param claims the shapes of the gradients that are claimed
 * @param values the given parameters' values: what tells weights of equal shapes apart
 * @param claimed the claims themselves: rows of zeros tell which rows of a table a file has left
 * @param known the data's values, where the program is for them alone: shapes and indices may be computed from them
 * @param alone names of claims that are meant as those of one weight, where the file holds several equal ones once
 */
public record Asked(
        Map<String, Shape> parameters,
        Map<String, Shape> data,
        Map<String, Shape> claims,
        Map<String, Tensor> values,
        Map<String, Tensor> claimed,
        Map<String, Tensor> known,
        Set<String> alone) {

    /** Shapes of claims and data only. */
    public Asked(
            Map<String, Shape> parameters,
            Map<String, Shape> data,
            Map<String, Shape> claims,
            Map<String, Tensor> values,
            Set<String> alone) {
        this(parameters, data, claims, values, Map.of(), Map.of(), alone);
    }

    /** Shapes only, nothing claimed. */
    public static Asked of(Map<String, Shape> parameters, Map<String, Shape> data) {
        return new Asked(parameters, data, Map.of(), Map.of(), Set.of());
    }

    static Asked of(
            Map<String, Tensor> parameters, Map<String, Tensor> data, Map<String, Tensor> claims, Set<String> alone) {
        return new Asked(shapes(parameters), shapes(data), shapes(claims), parameters, claims, data, alone);
    }

    /** The same with other names of the given parameters. */
    Asked with(Map<String, Shape> renamed) {
        return new Asked(renamed, data, claims, values, claimed, known, alone);
    }

    /** The same for any data of these shapes. */
    Asked forAnyData() {
        return new Asked(parameters, data, claims, values, claimed, Map.of(), alone);
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }
}
