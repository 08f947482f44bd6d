package dev.plumbline.check;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A function of PyTorch as a file of its exporter, with its own gradients; the file's output is a loss. */
record Exported(String name, byte[] model, Map<String, Tensor> data, Map<String, Tensor> gradients, double loss) {

    /** One from each line of a compressed file. */
    static List<Exported> all(Path file) throws IOException {
        List<Exported> found = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                found.add(of(JsonMapper.shared().readTree(line)));
            }
        }
        return found;
    }

    private static Exported of(JsonNode line) {
        return new Exported(
                line.path("name").asString(),
                Base64.getDecoder().decode(line.path("model").asString()),
                tensors(line.path("data")),
                tensors(line.path("gradients")),
                line.path("loss").asDouble(Double.NaN));
    }

    private static Map<String, Tensor> tensors(JsonNode named) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        named.propertyStream().forEach(each -> {
            JsonNode tensor = each.getValue();
            int[] extents = IntStream.range(0, tensor.path("shape").size())
                    .map(i -> tensor.path("shape").get(i).asInt())
                    .toArray();
            double[] values = IntStream.range(0, tensor.path("values").size())
                    .mapToDouble(i -> tensor.path("values").get(i).asDouble())
                    .toArray();
            Datatype datatype = Datatype.valueOf(tensor.path("datatype").asString("FP64"));
            tensors.put(each.getKey(), Tensor.of(Shape.of(extents), datatype, values));
        });
        return tensors;
    }

    String function() {
        return name.substring(0, name.indexOf(' '));
    }

    /** The gradients with the largest entry of one of them a little too large. */
    Map<String, Tensor> onePercentOff(String parameter) {
        Map<String, Tensor> claims = new LinkedHashMap<>(gradients);
        Tensor gradient = Objects.requireNonNull(claims.get(parameter));
        double[] values = gradient.values().clone();
        int largest = IntStream.range(0, values.length)
                .reduce(0, (a, b) -> Math.abs(values[b]) > Math.abs(values[a]) ? b : a);
        values[largest] *= 1.01;
        claims.put(parameter, Tensor.of(gradient.shape(), gradient.datatype(), values));
        return claims;
    }

    /** The answer of {@code /v1/gradient-checks} to these claims. */
    Caller.Answer check(int port, Map<String, Tensor> claims) {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        String expected = Double.isFinite(loss) ? "\"expected\": {\"loss\": %s}".formatted(loss) : "\"loss\": null";
        parts.put(
                "request",
                "{%s, \"settings\": {\"explain\": false}}".formatted(expected).getBytes(StandardCharsets.UTF_8));
        parts.put("model", model);
        parts.put("data", Safetensors.write(data, Map.of()));
        parts.put("gradients", Safetensors.write(claims, Map.of()));
        return new Caller(port).upload(Caller.CHECKS, parts);
    }
}
