package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** One case of {@code primitives.json}: an operation of PyTorch, its inputs and what PyTorch made of them. */
record PyTorchCase(
        String name, String op, JsonNode attributes, Map<String, Tensor> inputs, Tensor output, JsonNode json) {

    static PyTorchCase of(JsonNode json) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        json.get("inputs").forEach(input -> inputs.put(input.get("name").asString(), tensor(input)));
        return new PyTorchCase(
                json.get("name").asString(),
                json.get("op").asString(),
                json.get("attributes"),
                inputs,
                tensor(json.get("output")),
                json);
    }

    private static Tensor tensor(JsonNode json) {
        int[] extents = StreamSupport.stream(json.get("shape").spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
        return Tensor.of(Shape.of(extents), numbers(json.get("data")));
    }

    /** Numbers, truth values as 0 and 1, and what JSON has no number for, as Python writes it. */
    private static double[] numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(json -> json.isBoolean() ? (json.asBoolean() ? 1 : 0) : json.asDouble())
                .toArray();
    }

    Tensor cotangent() {
        return Tensor.of(output.shape(), numbers(json.get("cotangent")));
    }

    /** PyTorch's gradients of the inputs that it differentiated by. */
    Map<String, Tensor> gradients() {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        json.get("inputs").forEach(input -> {
            if (input.has("gradient")) {
                String name = input.get("name").asString();
                Shape shape = input(name).shape();
                gradients.put(name, Tensor.of(shape, numbers(input.get("gradient"))));
            }
        });
        return gradients;
    }

    Tensor input(String name) {
        return Objects.requireNonNull(inputs.get(name), name);
    }

    String text(String attribute) {
        return attributes.get(attribute).asString();
    }

    int integer(String attribute) {
        return attributes.get(attribute).asInt();
    }

    double number(String attribute) {
        return attributes.get(attribute).asDouble();
    }

    boolean flag(String attribute) {
        return attributes.get(attribute).asBoolean();
    }

    List<Integer> integers(String attribute) {
        return StreamSupport.stream(attributes.get(attribute).spliterator(), false)
                .map(JsonNode::asInt)
                .toList();
    }

    int[] array(String attribute) {
        return integers(attribute).stream().mapToInt(Integer::intValue).toArray();
    }

    /** Two numbers for (height, width), the first 1 (or {@code filler}) where there is one axis only. */
    List<Integer> pair(String attribute, int filler) {
        List<Integer> numbers = integers(attribute);
        return numbers.size() == 2 ? numbers : List.of(filler, numbers.get(0));
    }

    /** Column {@code side} of {@code pads}. */
    List<Integer> pads(int side) {
        return IntStream.range(0, attributes.get("pads").size())
                .map(axis -> attributes.get("pads").get(axis).get(side).asInt())
                .boxed()
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
