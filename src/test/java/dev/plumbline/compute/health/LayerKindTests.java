package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Ailment.normal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What layers are part of, by the word of their file and by the graph. */
class LayerKindTests {

    private static Map<String, Object> layer(String type, Object... attributes) {
        Map<String, Object> layer = new HashMap<>(Map.of("type", type));
        for (int i = 0; i < attributes.length; i += 2) {
            layer.put((String) attributes[i], attributes[i + 1]);
        }
        return layer;
    }

    private static Condition condition(Tensor x, List<Map<String, Object>> layers) {
        List<Integer> input = Arrays.stream(x.shape().extents()).skip(1).boxed().toList();
        ModelSource model = new ModelSource(null, null, layers, input, 3L);
        ObjectiveReader reader = new ObjectiveReader(
                model.read(),
                LossSource.of(Loss.Kind.MSE),
                Map.of(),
                Map.of("x", x, "y", Tensor.zeros(Shape.of(x.shape().extent(0), 2))));
        return Network.condition(reader.read(program -> {}));
    }

    private static Map<String, @Nullable LayerKind> kinds(Condition condition) {
        Map<String, @Nullable LayerKind> kinds = new LinkedHashMap<>();
        condition.layers().forEach(layer -> kinds.put(layer.name(), layer.kind()));
        return kinds;
    }

    @ParameterizedTest
    @CsvSource({"lstm, LSTM", "gru, GRU", "rnn, RNN"})
    void aRecurrentLayerIsCalledByItsWord(String type, LayerKind kind) {
        Condition condition = condition(
                normal(1, 1, 4, 5, 3), List.of(layer(type, "units", 6, "output", "last"), layer("dense", "units", 2)));

        assertThat(kinds(condition).values()).first().isEqualTo(kind);
        assertThat(kinds(condition)).containsEntry("1", LayerKind.DENSE);
    }

    @Test
    void aConvolutionIsToldByTheGraph() {
        Condition condition = condition(
                normal(1, 1, 4, 1, 6, 6),
                List.of(layer("conv2d", "filters", 3, "kernel", 3), layer("flatten"), layer("dense", "units", 2)));

        assertThat(kinds(condition).values()).containsExactly(LayerKind.CONVOLUTION, LayerKind.DENSE);
    }

    /** The projection behind the attention and the two layers behind that are dense ones. */
    @ParameterizedTest
    @CsvSource({"multiHeadAttention, 2", "transformerEncoderLayer, 4"})
    void queriesKeysAndValuesAreTheAttentions(String type, int dense) {
        Condition condition = condition(
                normal(1, 1, 4, 3, 4), List.of(layer(type, "heads", 2), layer("flatten"), layer("dense", "units", 2)));

        Map<LayerKind, Long> counts = condition.layers().stream()
                .filter(layer -> layer.kind() != null)
                .collect(Collectors.groupingBy(layer -> Objects.requireNonNull(layer.kind()), Collectors.counting()));
        assertThat(counts).isEqualTo(Map.of(LayerKind.ATTENTION, 1L, LayerKind.DENSE, (long) dense));
    }

    @Test
    void anAttentionIsKnownHoweverItIsWritten() {
        Ailment attention = Ailment.of(
                "mean((relu(softmax((x @ q) @ transpose(x @ k) / 2) @ (x @ v)) @ w - y)^2)",
                Map.of(
                        "q", normal(8, 0.4, 6, 4),
                        "k", normal(9, 0.4, 6, 4),
                        "v", normal(10, 0.4, 6, 4),
                        "w", normal(11, 0.4, 4, 2)),
                Map.of("x", normal(1, 1, 8, 6), "y", normal(2, 1, 8, 2)));

        assertThat(kinds(attention.condition()))
                .containsEntry("q", LayerKind.ATTENTION)
                .containsEntry("k", LayerKind.ATTENTION)
                .containsEntry("v", LayerKind.ATTENTION)
                .containsEntry("w", LayerKind.DENSE);
    }

    /** A gate's softmax weighs values too, but nothing was multiplied with each other before it. */
    @Test
    void aGateIsNoAttention() {
        Ailment gate = Ailment.of(
                "mean((softmax(x @ g) @ (a @ v) - y)^2)",
                Map.of("g", normal(8, 0.4, 6, 4), "v", normal(9, 0.4, 3, 2)),
                Map.of("x", normal(1, 1, 8, 6), "a", normal(2, 1, 4, 3), "y", normal(3, 1, 8, 2)));

        assertThat(kinds(gate.condition()).values()).containsOnly(LayerKind.DENSE);
    }

    @Test
    void aFindingSaysWhatItsLayersArePartOf() {
        Condition condition = condition(
                normal(1, 1, 4, 5, 3),
                List.of(
                        layer("lstm", "units", 6, "output", "last", "initializer", "zeros"),
                        layer("dense", "units", 2)));
        HealthFinding finding = Diagnosis.of(condition, Profile.PLUMBLINE).findings().stream()
                .filter(one -> one.rule() == Symptom.INITIALISATION)
                .findFirst()
                .orElseThrow();

        assertThat(finding.cause()).endsWith("(0.weight_ih_l0, 0.weight_hh_l0 of an LSTM)");
    }
}
