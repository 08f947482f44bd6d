package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole gradient of a parameter that an operation of the file has to itself is 0: it is named, not another part of it. */
class CutPartsTests {

    @ParameterizedTest
    @ValueSource(strings = {"0.weight", "3.weight", "7.bias"})
    void theParameterThatGetsNothingIsNamed(String name) {
        Fixture cnn = new Fixture("cnn", "float32");
        Map<String, Tensor> claim = new LinkedHashMap<>(cnn.tensors("gradients.safetensors"));
        claim.computeIfPresent(name, (any, gradient) -> gradient.map(g -> 0));

        GradientCheckReport report = new GradientCheckService(Limits.defaults(), new RecentReports())
                .check(cnn.request(claim, GradientCheckServiceTests.settings(Coverage.CERTIFIED, 1)));

        Cause cause = Objects.requireNonNull(report.explanation(), report.summary());
        assertThat(cause.advice()).contains(name);
    }
}
