package dev.plumbline.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every example of the committed description, with models of more kinds where it shows a formula only. */
record ValidRequests(List<Valid> requests, List<Address> addresses) {

    private static final JsonMapper JSON = new JsonMapper();

    /** What may be changed, and where it goes. */
    record Valid(String path, JsonNode body) {}

    /** What is read or dropped, and what it may be asked by. */
    record Address(String method, String path, List<String> queries) {}

    static ValidRequests ofTheDescription() throws IOException {
        LoaderOptions large = new LoaderOptions();
        large.setCodePointLimit(1 << 26);
        Map<String, Object> description = new Yaml(large).load(Files.readString(Path.of("openapi/plumbline.yaml")));
        List<Valid> requests = new ArrayList<>();
        List<Address> addresses = new ArrayList<>();
        map(description, "paths").forEach((path, item) -> {
            Map<String, Object> content = map(map(map(item, "post"), "requestBody"), "content");
            map(map(content, "application/json"), "examples")
                    .values()
                    .forEach(example -> requests.add(
                            new Valid(path, JSON.valueToTree(map(example).get("value")))));
            for (String method : List.of("get", "delete")) {
                if (map(item).containsKey(method)) {
                    addresses.add(new Address(method.toUpperCase(Locale.ROOT), path, queries(map(item, method))));
                }
            }
        });
        for (String more : MORE) {
            requests.add(new Valid("/v1/gradient-checks", JSON.readTree(more)));
            requests.add(new Valid("/v1/diagnoses", JSON.readTree(more)));
        }
        return new ValidRequests(requests, addresses);
    }

    private static List<String> queries(Map<String, Object> operation) {
        List<String> queries = new ArrayList<>();
        if (operation.get("parameters") instanceof List<?> parameters) {
            parameters.stream()
                    .filter(parameter -> "query".equals(map(parameter).get("in")))
                    .forEach(parameter ->
                            queries.add(String.valueOf(map(parameter).get("name"))));
        }
        return queries;
    }

    /** The first valid request to an address. */
    JsonNode first(String path) {
        return requests.stream()
                .filter(valid -> valid.path().equals(path))
                .findFirst()
                .orElseThrow()
                .body();
    }

    private static final List<String> MORE =
            List.of("""
            {"model": {"layers": [{"type": "conv2d", "filters": 3, "kernel": 2}, {"type": "relu"},
                                  {"type": "maxPool2d", "kernel": 2}, {"type": "flatten"}, {"type": "dense", "units": 2}],
                       "input": [1, 5, 5], "seed": 1},
             "loss": {"kind": "crossEntropy", "target": "y", "labelSmoothing": 0.1},
             "data": {"x": {"shape": [2, 1, 5, 5], "datatype": "FP64", "data": [%s]}, "y": [0, 1]}}
            """.formatted("0.1, -0.4, 0.7, 1.2, 0.3, ".repeat(10).replaceFirst(", $", "")), """
            {"model": {"layers": [{"type": "lstm", "units": 3}, {"type": "layerNorm"},
                                  {"type": "multiHeadAttention", "heads": 3}, {"type": "batchNorm", "mode": "batch"}],
                       "input": [4, 2], "seed": 1},
             "loss": {"kind": "huber", "target": "y", "delta": 0.5},
             "data": {"x": [[[1, 2], [3, 4], [5, 6], [7, 8]]], "y": [[[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 1]]]},
             "settings": {"coverage": "sampled", "samples": 3}}
            """);

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return node instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static Map<String, Object> map(Object node, String name) {
        return map(Objects.requireNonNullElse(map(node).get(name), Map.of()));
    }
}
