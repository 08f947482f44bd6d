package dev.plumbline.compute.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;

/** Reverse passes with the mistakes that such passes have. */
class ReversePassLawsTests {

    private static final double[] RIGHT = {0.1, -3, 1e300, Double.MIN_VALUE, 0, 1.0 / 3};

    private static DoubleFunction<Map<String, Tensor>> pass() {
        return c -> Map.of("w", Tensor.vector(RIGHT).map(g -> c * g));
    }

    private static ReversePassLaws.Pass taken(DoubleFunction<Map<String, Tensor>> pass) {
        return (cotangent, taker) ->
                pass.apply(cotangent).forEach((name, gradient) -> taker.accept(name, gradient.values()));
    }

    private static List<String> broken(DoubleFunction<Map<String, Tensor>> pass) {
        return ReversePassLaws.of(pass.apply(1), taken(pass)).stream()
                .filter(finding -> !Boolean.TRUE.equals(finding.holds()))
                .map(Finding::check)
                .toList();
    }

    @Test
    void aLinearPassObeysThemAll() {
        assertThat(ReversePassLaws.of(pass().apply(1), taken(pass())))
                .allSatisfy(finding -> assertThat(finding.holds()).isTrue())
                .extracting(Finding::check)
                .containsExactly("scaledLoss", "zeroCotangent", "repeatable");
    }

    @Test
    void findsAPassThatStartsFromOneWhateverArrives() {
        assertThat(broken(c -> pass().apply(1))).containsExactly("scaledLoss", "zeroCotangent");
    }

    @Test
    void findsAPassThatForgetsTheSign() {
        assertThat(broken(c -> pass().apply(Math.abs(c)))).containsExactly("scaledLoss");
    }

    @Test
    void findsAConstantThatIsAddedOnTheWay() {
        assertThat(broken(c -> Map.of("w", Tensor.vector(RIGHT).map(g -> c * g + 1e-9))))
                .containsExactly("scaledLoss", "zeroCotangent");
    }

    @Test
    void findsAPassThatClips() {
        assertThat(broken(c -> Map.of("w", Tensor.vector(RIGHT).map(g -> Math.max(-5, Math.min(5, c * g))))))
                .containsExactly("scaledLoss");
    }

    @Test
    void findsAPassThatAddsToWhatAnEarlierCallLeft() {
        AtomicInteger calls = new AtomicInteger();
        assertThat(broken(c -> Map.of("w", Tensor.vector(c + calls.getAndIncrement()))))
                .containsExactly("scaledLoss", "zeroCotangent", "repeatable");
    }

    @Test
    void findsOneBitThatDependsOnTheCall() {
        AtomicInteger calls = new AtomicInteger();
        DoubleFunction<Map<String, Tensor>> pass =
                c -> Map.of("w", Tensor.vector(calls.getAndIncrement() > 0 ? Math.nextUp(c) : c));
        assertThat(broken(pass)).containsExactly("scaledLoss", "repeatable");
    }

    @Test
    void findsAPassThatLeavesNaNBehind() {
        assertThat(broken(c -> Map.of("w", Tensor.vector(c == 0 ? Double.NaN : c))))
                .containsExactly("zeroCotangent");
    }

    /** What a pass leaves out is 0. */
    @Test
    void findsAPassThatForgetsAParameter() {
        assertThat(broken(c -> c == 1 ? Map.of("w", Tensor.vector(1)) : Map.of()))
                .containsExactly("scaledLoss");
    }
}
