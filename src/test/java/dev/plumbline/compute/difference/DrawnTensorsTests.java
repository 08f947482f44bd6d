package dev.plumbline.compute.difference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DrawnTensorsTests {

    private static Map<String, Tensor> two() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("a", Tensor.vector(1, -2));
        tensors.put("b", Tensor.scalar(3));
        return tensors;
    }

    @Test
    void theyAreAMapLikeAnyOther() {
        Map<String, Tensor> negated = DrawnTensors.changed(two(), (name, x) -> x.map(value -> -value));
        assertThat(negated)
                .isEqualTo(Map.of("a", Tensor.vector(-1, 2), "b", Tensor.scalar(-3)))
                .hasSize(2)
                .containsKey("b")
                .doesNotContainKey("c");
        assertThat(negated.get("c")).isNull();
        assertThat(negated.keySet()).containsExactly("a", "b");
    }

    @Test
    void nothingIsDrawnBeforeItIsLookedAtOrKeptAfterwards() {
        AtomicInteger drawn = new AtomicInteger();
        Map<String, Tensor> counting = DrawnTensors.changed(two(), (name, x) -> {
            drawn.incrementAndGet();
            return x;
        });
        assertThat(counting.keySet()).hasSize(2);
        assertThat(drawn).hasValue(0);
        counting.get("a");
        counting.get("a");
        assertThat(drawn).hasValue(2);
        counting.forEach((name, tensor) -> {});
        assertThat(drawn).hasValue(4);
    }
}
