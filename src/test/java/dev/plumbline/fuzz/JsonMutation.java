package dev.plumbline.fuzz;

import dev.plumbline.fuzz.ValidRequests.Valid;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One to three changes in the structure of a request: values of other kinds, missing and doubled ones, and those of others. */
final class JsonMutation {

    private static final JsonMapper JSON = new JsonMapper();

    /** What stands for numbers, names, shapes and tensors where it hurts. */
    private static final List<JsonNode> STRANGE = List.of(
                    "null",
                    "true",
                    "0",
                    "1",
                    "-1",
                    "2",
                    "0.5",
                    "1e308",
                    "-1e-320",
                    "2147483647",
                    "2147483648",
                    "9007199254740993",
                    "1e999",
                    "\"NaN\"",
                    "\"\"",
                    "\"/\"",
                    "\"w\"",
                    "\"../x\"",
                    "\"\\u0000\"",
                    "\"\\ud800\"",
                    "[]",
                    "[[]]",
                    "[[], []]",
                    "[[1], [1, 2]]",
                    "[0]",
                    "[-1]",
                    "[[[[[[[[[1]]]]]]]]]",
                    "{}",
                    "{\"shape\": [0], \"data\": []}",
                    "{\"shape\": [2, 0], \"datatype\": \"FP64\", \"data\": []}",
                    "{\"shape\": [65536, 65536], \"data\": []}",
                    "{\"shape\": [-1], \"data\": [1]}",
                    "{\"shape\": [1], \"datatype\": \"INT8\", \"data\": [1000]}",
                    "{\"a\": {\"a\": {}}}",
                    "[0, 0, 0, 0]")
            .stream()
            .map(JSON::readTree)
            .toList();

    private static final List<String> FORMULAS = List.of(
            "w",
            "w[0]",
            "w[:0]",
            "sum(w[5:2])",
            "w @ w",
            "mean(w)/0",
            "log(-w)",
            "w^w^w",
            "max(w, axis=9)",
            "softmax(w)",
            "a=w+w\nb=a*a\nb-b",
            "reshape(w, [0, -1])",
            "w.T.shape",
            "concat([w, w], 0)",
            "[]",
            "norm(w*0)",
            "(((w",
            "w;;w");

    private final SplittableRandom random;
    private final ValidRequests valid;

    JsonMutation(SplittableRandom random, ValidRequests valid) {
        this.random = random;
        this.valid = valid;
    }

    Valid any() {
        return valid.requests().get(random.nextInt(valid.requests().size()));
    }

    JsonNode of(JsonNode body) {
        JsonNode copy = body.deepCopy();
        int changes = 1 + random.nextInt(3);
        IntStream.range(0, changes).forEach(change -> change(copy));
        return copy;
    }

    private void change(JsonNode root) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        JsonNode place = containers.get(random.nextInt(containers.size()));
        if (place instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = List.copyOf(object.propertyNames());
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(6)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name + "x", object.remove(name));
                case 2 -> object.set(name, foreign());
                default -> object.set(name, strange(object.get(name)));
            }
        } else if (place instanceof ArrayNode array && !array.isEmpty()) {
            int at = random.nextInt(array.size());
            switch (random.nextInt(5)) {
                case 0 -> array.remove(at);
                case 1 -> array.insert(at, array.get(at).deepCopy());
                case 2 -> array.set(at, foreign());
                default -> array.set(at, strange(array.get(at)));
            }
        }
    }

    private JsonNode strange(JsonNode before) {
        if (before.isNumber() && random.nextInt(2) == 0) {
            double[] factors = {0, -1, 2, 0.5, 1e300, 1e-300, 1000};
            return JSON.valueToTree(before.asDouble() * factors[random.nextInt(factors.length)]);
        }
        if (before.isString() && random.nextInt(3) == 0) {
            return JSON.valueToTree(FORMULAS.get(random.nextInt(FORMULAS.size())));
        }
        return STRANGE.get(random.nextInt(STRANGE.size())).deepCopy();
    }

    /** Something of another request. */
    private JsonNode foreign() {
        List<JsonNode> containers = new ArrayList<>();
        collect(any().body(), containers);
        return containers.get(random.nextInt(containers.size())).deepCopy();
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainer()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    /** Flipped, lost, doubled and cut bytes. */
    byte[] of(byte[] right) {
        if (right.length == 0) {
            return right;
        }
        byte[] mutated = right.clone();
        int at = random.nextInt(right.length);
        switch (random.nextInt(4)) {
            case 0 -> mutated = java.util.Arrays.copyOf(right, at);
            case 1 -> mutated[at] = (byte) random.nextInt(256);
            case 2 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
            default -> System.arraycopy(right, 0, mutated, at / 2, right.length - at);
        }
        return mutated;
    }
}
