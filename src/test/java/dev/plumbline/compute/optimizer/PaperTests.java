package dev.plumbline.compute.optimizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The optimizers that PyTorch 1.13 does not have, against their papers in 50 digits: see {@code make_modern_optimizers.py}. */
class PaperTests {

    /** A run of 200 steps. */
    record Run(String name, Optimizer optimizer, JsonNode problem, JsonNode after) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Run> runs() throws IOException {
        try (InputStream stream = PaperTests.class.getResourceAsStream("/fixtures/modern-optimizers.json")) {
            JsonNode file = JsonMapper.shared().readTree(requireNonNull(stream).readAllBytes());
            return StreamSupport.stream(file.get("runs").spliterator(), false)
                    .map(run -> run(file, run))
                    .toList()
                    .stream();
        }
    }

    private static Run run(JsonNode file, JsonNode run) {
        String kind = run.get("kind").asString();
        String problem = run.get("problem").asString();
        Map<String, Object> hyper = new HashMap<>();
        run.get("hyper").properties().forEach(entry -> hyper.put(entry.getKey(), value(entry.getValue())));
        Optimizer optimizer = HyperParameters.with(Kind.named(kind).preset(Preset.OPTAX), hyper);
        return new Run(
                kind + " " + problem + " " + hyper,
                optimizer,
                file.get("problems").get(problem),
                run.get("after"));
    }

    private static Object value(JsonNode node) {
        return node.isBoolean() ? node.asBoolean() : node.isString() ? node.asString() : (Object) node.asDouble();
    }

    /** Relative to the largest size that any entry has had: the path of each is the sum of 200 steps. */
    @ParameterizedTest
    @MethodSource("runs")
    void keepToTheirPapersFor200StepsToTwelveDigits(Run run) {
        Tensor x = tensor(run.problem, run.problem.get("start"));
        double largest = x.norm();
        OptimizerState state = OptimizerState.INITIAL;
        int checked = 0;
        for (int t = 1; t <= 200; t++) {
            Tensor g = tensor(run.problem, run.problem.get("gradients").get(t - 1));
            OptimizerStep step = new TensorStep(run.optimizer).take(state, Map.of("x", x), Map.of("x", g));
            x = requireNonNull(step.parameters().get("x"));
            state = step.state();
            JsonNode expected = run.after.get(Integer.toString(t));
            if (expected == null) {
                continue;
            }
            for (int i = 0; i < x.size(); i++) {
                double value = expected.get(i).asDouble();
                largest = Math.max(largest, Math.abs(value));
                assertThat(x.at(i)).as("step %d entry %d", t, i).isCloseTo(value, within(1e-12 * largest));
                checked++;
            }
        }
        assertThat(checked).isEqualTo(7 * x.size());
    }

    private static Tensor tensor(JsonNode problem, JsonNode numbers) {
        double[] values = new double[numbers.size()];
        int[] extents = new int[problem.get("shape").size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i).asDouble();
        }
        for (int i = 0; i < extents.length; i++) {
            extents[i] = problem.get("shape").get(i).asInt();
        }
        return Tensor.of(Shape.of(extents), values);
    }
}
