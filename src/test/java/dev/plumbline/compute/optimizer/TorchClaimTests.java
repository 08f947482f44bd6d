package dev.plumbline.compute.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.optimizer.check.Claim;
import dev.plumbline.compute.optimizer.check.Explanation;
import dev.plumbline.compute.optimizer.check.ObservedStep;
import dev.plumbline.compute.optimizer.check.OptimizerCheck;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What PyTorch has stepped is what it is claimed to be. */
class TorchClaimTests {

    private static final int STEPS = 3;

    static Stream<Trajectory> everySixth() {
        List<Trajectory> all = Stream.of("float64", "float32")
                .flatMap(datatype -> Trajectory.all(datatype).stream())
                .toList();
        return IntStream.range(0, all.size()).filter(i -> i % 6 == 0).mapToObj(all::get);
    }

    @ParameterizedTest
    @MethodSource("everySixth")
    void accusesNoneOfTorchsSteps(Trajectory trajectory) {
        List<ObservedStep> steps = IntStream.range(0, STEPS)
                .mapToObj(k -> new ObservedStep(
                        Map.of("w", trajectory.parameter(k)),
                        Map.of("w", trajectory.gradient(k)),
                        Map.of("w", trajectory.parameter(k + 1))))
                .toList();
        Explanation explanation = new OptimizerCheck(Claim.of(trajectory.optimizer()), steps)
                .judge()
                .explanation();
        assertThat(explanation.fault().name()).as(explanation.advice()).isEqualTo("RIGHT");
    }
}
