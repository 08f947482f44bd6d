package dev.plumbline.web;

import dev.plumbline.tensor.Datatype;
import io.swagger.v3.oas.models.media.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A tensor in JSON: a number, a nested array, or an object that says its shape and datatype. */
final class TensorSchema {

    private TensorSchema() {}

    static Schema<?> schema() {
        Schema<?> tensor = new Schema<>()
                .description(
                        "A number, a nested array of numbers, or an object with shape, datatype and data, as the Open "
                                + "Inference Protocol has it. NaN, Infinity and -Infinity are strings.");
        tensor.setAnyOf(List.of(number(), array(), object()));
        tensor.setExample(List.of(List.of(1, 2), List.of(3, 4)));
        return tensor;
    }

    private static Schema<?> number() {
        return new Schema<>().types(Set.of("number")).format("double");
    }

    private static Schema<?> array() {
        return new Schema<>()
                .types(Set.of("array"))
                .items(new Schema<>().description("numbers, or arrays of equal length"));
    }

    private static Schema<?> object() {
        Schema<String> datatype = new Schema<>();
        datatype.types(Set.of("string"));
        datatype.setEnum(Arrays.stream(Datatype.values()).map(Datatype::name).toList());
        return new Schema<>()
                .types(Set.of("object"))
                .addProperty(
                        "shape",
                        array().items(new Schema<>().types(Set.of("integer")).format("int64")))
                .addProperty("datatype", datatype)
                .addProperty("data", array())
                .required(List.of("shape", "datatype", "data"));
    }
}
