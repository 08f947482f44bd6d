package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.Sgd;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Right steps in which rounding decides, {@code make_rounding_decides.py}; and wrong ones that it does not excuse. */
class RoundingTests {

    static Stream<Arguments> cases() throws IOException {
        try (InputStream json = requireNonNull(
                RoundingTests.class.getResourceAsStream("/fixtures/optimizer-checks/rounding-decides.json"))) {
            return JsonMapper.shared()
                    .readTree(json)
                    .valueStream()
                    .map(each -> Arguments.of(each.at("/case").asString(), each.at("/request")));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void accusesNobodyWhereRoundingDecides(String name, JsonNode request) {
        assertThat(fault(request, Map.of())).isEqualTo(Fault.RIGHT);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void excusesNoOtherBeta(String name, JsonNode request) {
        if (name.startsWith("lion")) {
            assertThat(fault(request, Map.of("beta1", 0.99))).isNotEqualTo(Fault.RIGHT);
        }
    }

    /** Sixteen to 32 ulps of the step, each entry by another sign; what rounding is taken to be is a quarter of that. */
    @Test
    void excusesNoGradientsThatAreOffByFortyPlaces() {
        SplittableRandom random = new SplittableRandom(5);
        double[] right = random.doubles(12, 0.5, 1).toArray();
        double[] after = new double[right.length];
        for (int i = 0; i < after.length; i++) {
            after[i] = -0.1 * right[i] * (1 + (i % 2 == 0 ? 40 : -40) * 0x1p-53);
        }
        ObservedStep step = new ObservedStep(
                Map.of("w", Tensor.vector(new double[right.length])),
                Map.of("w", Tensor.vector(right)),
                Map.of("w", Tensor.vector(after)));
        Optimizer sgd = Sgd.preset(Preset.PYTORCH).withLearningRate(0.1);
        assertThat(new OptimizerCheck(Claim.of(sgd), List.of(step)).judge().right())
                .isFalse();
    }

    private static Fault fault(JsonNode request, Map<String, Object> otherwise) {
        Map<String, Object> said = new LinkedHashMap<>();
        request.at("/optimizer").properties().forEach(each -> {
            if (!each.getKey().equals("kind")) {
                said.put(each.getKey(), each.getValue().asDouble());
            }
        });
        said.putAll(otherwise);
        Optimizer claimed = HyperParameters.with(
                Kind.named(request.at("/optimizer/kind").asString()).preset(Preset.PYTORCH), said);
        Clipping clipping = request.has("clipping")
                ? Clipping.byNorm(request.at("/clipping/norm").asDouble())
                : Clipping.NONE;
        Circumstances circumstances = new Circumstances(null, clipping, List.of(), Map.of(), false, null);
        List<ObservedStep> steps =
                request.at("/steps").valueStream().map(RoundingTests::step).toList();
        return new OptimizerCheck(new Claim(claimed, true, null, circumstances), steps)
                .judge()
                .explanation()
                .fault();
    }

    private static ObservedStep step(JsonNode step) {
        return new ObservedStep(
                tensors(step.at("/before")), tensors(step.at("/gradients")), tensors(step.at("/after")));
    }

    private static Map<String, Tensor> tensors(JsonNode named) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        named.properties()
                .forEach(each -> tensors.put(
                        each.getKey(),
                        Tensor.of(
                                Shape.of(each.getValue().at("/shape/0").asInt()),
                                Datatype.FP32,
                                each.getValue()
                                        .at("/data")
                                        .valueStream()
                                        .mapToDouble(JsonNode::asDouble)
                                        .toArray())));
        return tensors;
    }
}
