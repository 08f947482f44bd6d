package dev.plumbline.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateSourceTests {

    private static final Map<String, Tensor> MOMENT = Map.of("w", Tensor.vector(1, 2));

    @Test
    void slotsMayHavePyTorchsNames() {
        assertThat(StateSource.state(new StateSource(3, Map.of("exp_avg", MOMENT, "exp_avg_sq", MOMENT))))
                .isEqualTo(StateSource.state(new StateSource(3, Map.of("m", MOMENT, "v", MOMENT))));
    }

    @Test
    void aMomentUnderBothNamesIsRefused() {
        StateSource twice = new StateSource(3, Map.of("exp_avg", MOMENT, "m", MOMENT));
        Problem problem = catchThrowableOfType(Problem.class, () -> StateSource.state(twice));
        assertThat(problem.pointer()).startsWith("/state/slots/");
    }
}
