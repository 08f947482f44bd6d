package dev.plumbline.reader.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The ONNX project's backend tests (Debian's {@code libonnx-testdata}, ONNX 1.12): every case of tensors of numbers, a float
 * among them, nothing random and nothing quantised. The inputs are data, as in an evaluation. Of 907 cases 899 are right;
 * the others and why stand in {@link #REASONS}.
 */
@NullUnmarked
class OnnxBackendTests {

    /** What is not as the files have it, each by name with its reason. */
    private static final Map<String, String> REASONS = Map.of(
            "node/test_adam_multiple",
            "the file leaves out the epsilon of 0.01 that its numbers were computed with",
            "node/test_castlike_BFLOAT16_to_FLOAT",
            "the data have another shape than the model says",
            "node/test_castlike_BFLOAT16_to_FLOAT_expanded",
            "the data have another shape than the model says",
            "node/test_castlike_FLOAT_to_BFLOAT16",
            "the data have another shape than the model says",
            "node/test_castlike_FLOAT_to_BFLOAT16_expanded",
            "the data have another shape than the model says",
            "node/test_dynamicquantizelinear_expanded",
            "a half in float32 that is none in float64 rounds to the other side",
            "node/test_resize_downsample_scales_cubic_align_corners",
            "the reference takes 0.8 of 4 for a length of 3.2; PyTorch, ONNX Runtime and we take 3",
            "node/test_resize_downsample_scales_linear_align_corners",
            "the reference takes 0.6 of 4 for a length of 2.4; PyTorch, ONNX Runtime and we take 2");

    @ParameterizedTest
    @CsvSource({"simple, 17", "pytorch-converted, 82", "pytorch-operator, 34", "node, 774"})
    void evaluatesAllButWhatHasAReason(String kind, int count) {
        List<BackendCase> all = BackendCase.all(kind);
        assumeTrue(!all.isEmpty(), "not installed: apt-get install libonnx-testdata");
        Map<String, Integer> others = new TreeMap<>();
        Map<String, String> amiss = new LinkedHashMap<>();
        int cases = 0;
        for (BackendCase each : all) {
            String other = each.otherwise();
            if (other != null) {
                others.merge(other, 1, Integer::sum);
            } else {
                cases++;
                String outcome = each.outcome();
                if (outcome.equals("right") == REASONS.containsKey(each.name())) {
                    amiss.put(each.name(), outcome);
                }
            }
        }
        assertThat(amiss).as(kind + ", beside " + others).isEmpty();
        assertThat(cases).as(kind + ", beside " + others).isEqualTo(count);
    }
}
