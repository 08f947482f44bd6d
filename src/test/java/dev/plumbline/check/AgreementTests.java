package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.Caller.Answer;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A gradient check and a diagnosis say the same of a claim, tensor by tensor: they are one question. Asked of 200 pairs of a
 * model and a claim, all seeded. Right claims are our own reverse pass's: whether that is right is tested elsewhere.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class AgreementTests {

    private static final int PAIRS = 200;

    /** Models with the tensors that a seed draws: {@code %s} in their order. */
    private enum Subject {
        SMOOTH("\"model\": {\"formula\": \"mean((tanh(x @ w) @ v + b - y)^2)\"}", "w:2,3 v:3,1 b:1", "x:5,2 y:5,1", 0),
        SOFT("\"model\": {\"formula\": \"sum(log(1 + exp(x @ w)) * y) + 0.1 * sum(w^2)\"}", "w:2,1", "x:5,2 y:5,1", 0),
        RELU_WITH_ZERO_ROWS(
                "\"model\": {\"formula\": \"mean((relu(x @ w) @ v - y)^2)\"}", "w:2,3 v:3,1", "x:6,2 y:6,1", 2),
        KINKS("\"model\": {\"formula\": \"sum(abs(w)) + max(v) + 0.5 * sum(v^2)\"}", "w:3,2 v:4", "", 2),
        RELU_LAYERS("""
                "model": {"layers": [{"type": "dense", "units": 3, "activation": "relu"}, {"type": "dense", "units": 1}], \
                "input": [2], "seed": 3}, "loss": {"kind": "mse", "target": "y"}""", "", "x:6,2 y:6,1", 2),
        TANH_LAYERS("""
                "model": {"layers": [{"type": "dense", "units": 4, "activation": "tanh"}, {"type": "layerNorm"}, \
                {"type": "dense", "units": 1}], "input": [2], "seed": 4}, "loss": {"kind": "huber", "target": "y"}""", "", "x:5,2 y:5,1", 0);

        private final String model;
        private final String parameters;
        private final String data;
        private final int zeroRows; // in the first tensor of the data, or of the parameters; the last then has a tie

        Subject(String model, String parameters, String data, int zeroRows) {
            this.model = model;
            this.parameters = parameters;
            this.data = data;
            this.zeroRows = zeroRows;
        }

        String request(Random random) {
            int zeros = data.isEmpty() ? 0 : zeroRows;
            String drawn = parameters.isEmpty()
                    ? ""
                    : ", \"parameters\": {" + tensors(parameters, random, data.isEmpty() ? zeroRows : 0) + "}";
            String known = data.isEmpty() ? "" : ", \"data\": {" + tensors(data, random, zeros) + "}";
            return "{" + model + drawn + known + "}";
        }

        private static String tensors(String shapes, Random random, int zeroRows) {
            List<String> tensors = new ArrayList<>();
            for (String named : shapes.split(" ")) {
                String[] parts = named.split(":");
                int[] extents = Arrays.stream(parts[1].split(","))
                        .mapToInt(Integer::parseInt)
                        .toArray();
                int size = Arrays.stream(extents).reduce(1, (one, other) -> one * other);
                double[] values = random.doubles(size, -2, 2).toArray();
                if (tensors.isEmpty()) {
                    Arrays.fill(values, 0, zeroRows * size / extents[0], 0);
                } else if (zeroRows > 0 && extents.length == 1) {
                    values[0] = 3;
                    values[1] = 3; // a tie
                }
                tensors.add("\"%s\": %s".formatted(parts[0], tensor(extents, "FP64", values)));
            }
            return String.join(", ", tensors);
        }
    }

    /** What is done to the right gradient. */
    private enum Claim {
        RIGHT,
        RIGHT_IN_FLOAT32,
        SIGN,
        TWICE,
        ONE_ENTRY,
        ONE_ENTRY_BY_A_BILLIONTH,
        ONE_ENTRY_IN_FLOAT32,
        ZERO;

        double[] of(double[] right, int place) {
            double[] claim = right.clone();
            double entry = right[place % right.length];
            switch (this) {
                case SIGN -> Arrays.setAll(claim, i -> -right[i]);
                case TWICE -> Arrays.setAll(claim, i -> 2 * right[i]);
                case ZERO -> Arrays.fill(claim, 0);
                case ONE_ENTRY, ONE_ENTRY_IN_FLOAT32 -> claim[place % right.length] = 1.02 * entry + 1e-3;
                case ONE_ENTRY_BY_A_BILLIONTH -> claim[place % right.length] = entry * (1 + 1e-9);
                case RIGHT, RIGHT_IN_FLOAT32 -> {}
            }
            if (name().endsWith("FLOAT32")) {
                Arrays.setAll(claim, i -> (float) claim[i]);
            }
            return claim;
        }

        String datatype() {
            return name().endsWith("FLOAT32") ? "FP32" : "FP64";
        }
    }

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    @Test
    void aDiagnosisJudgesAClaimAsAGradientCheckDoes() {
        List<String> differing = new ArrayList<>();
        for (int seed = 0; seed < PAIRS; seed++) {
            Subject subject = Subject.values()[seed % Subject.values().length];
            Claim claim = Claim.values()[seed / Subject.values().length % Claim.values().length];
            differ(seed, subject, claim, differing);
        }
        differing.forEach(System.out::println);
        assertThat(differing).as("%d of %d pairs", differing.size(), PAIRS).isEmpty();
    }

    private void differ(int seed, Subject subject, Claim claim, List<String> differing) {
        ObjectNode request = (ObjectNode) json.readTree(subject.request(new Random(seed)));
        request.set("gradients", json.readTree(claimed(request, claim, seed)));
        Caller caller = new Caller(port);
        Answer diagnosis = caller.post("/v1/diagnoses", request.toString());
        request.set("settings", json.readTree("{\"coverage\": \"certified\"}"));
        Answer check = caller.post(Caller.CHECKS, request.toString());

        assertThat(List.of(check.status(), diagnosis.status()))
                .as("%s %s", check.body(), diagnosis.body())
                .containsOnly(200);
        Map<String, String> checked = verdicts(check.body().at("/tensors"));
        Map<String, String> diagnosed = verdicts(diagnosis.body().at("/correctness/tensors"));
        assertThat(checked).isNotEmpty();
        if (!checked.equals(diagnosed)) {
            differing.add("seed %d, %s, claim %s: gradient check %s, diagnosis %s"
                    .formatted(seed, subject, claim, checked, diagnosed));
        }
    }

    /** In the first round of subjects and claims all tensors are spoilt, in the second the first one alone, and so on. */
    private String claimed(ObjectNode node, Claim claim, int seed) {
        GradientCheckRequest request = json.treeToValue(node, GradientCheckRequest.class);
        Map<String, Tensor> right = new LinkedHashMap<>(new ObjectiveReader(
                        Objects.requireNonNull(request.model()).read(),
                        Objects.requireNonNullElse(request.loss(), LossSource.NONE),
                        Objects.requireNonNullElse(request.parameters(), Map.of()),
                        Objects.requireNonNullElse(request.data(), Map.of()))
                .read(program -> {})
                .gradient()
                .byParameter());
        List<String> tensors = new ArrayList<>();
        new TreeMap<>(right).forEach((name, gradient) -> {
            boolean secondRound = seed / (Subject.values().length * Claim.values().length) % 2 == 1;
            boolean spared =
                    secondRound && !tensors.isEmpty() && !claim.datatype().equals("FP32");
            double[] values = (spared ? Claim.RIGHT : claim).of(gradient.values(), seed);
            tensors.add("\"%s\": %s".formatted(name, tensor(gradient.shape().extents(), claim.datatype(), values)));
        });
        return "{" + String.join(", ", tensors) + "}";
    }

    private static Map<String, String> verdicts(JsonNode tensors) {
        Map<String, String> verdicts = new TreeMap<>();
        tensors.forEach(tensor -> verdicts.put(
                tensor.path("name").asString(), tensor.path("verdict").asString()));
        return verdicts;
    }

    private static String tensor(int[] extents, String datatype, double[] values) {
        return String.format(
                Locale.ROOT,
                "{\"shape\": %s, \"datatype\": \"%s\", \"data\": %s}",
                Arrays.toString(extents),
                datatype,
                Arrays.toString(values));
    }
}
