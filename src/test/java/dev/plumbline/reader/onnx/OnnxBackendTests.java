package dev.plumbline.reader.onnx;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked
class OnnxBackendTests {

    @ParameterizedTest
    @ValueSource(strings = {"simple", "pytorch-converted", "pytorch-operator", "node"})
    void evaluates(String kind) {
        Map<String, Integer> others = new TreeMap<>();
        int cases = 0;
        int right = 0;
        for (BackendCase each : BackendCase.all(kind)) {
            String other = each.otherwise();
            if (other != null) {
                others.merge(other, 1, Integer::sum);
                continue;
            }
            cases++;
            String outcome = each.outcome();
            if (outcome.equals("right")) {
                right++;
            } else {
                System.out.println(each.name() + "\t" + outcome);
            }
        }
        System.out.println("TOTAL " + kind + " " + right + " of " + cases + " " + others);
    }
}
