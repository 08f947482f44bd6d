package dev.plumbline.compute.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@link SlopeProbe} promises, over 10,000 seeded functions of every kind that has fooled a difference quotient. */
class LinesTests {

    private static final int FUNCTIONS = 10_000;
    private static final List<Trial> TRIALS = new ArrayList<>();

    private record Trial(Line line, Slope slope) {

        /** Whether the error is within the bound; at a kink the bound has to reach both slopes. */
        boolean holds() {
            double error = Math.max(Math.abs(slope.value() - line.left()), Math.abs(slope.value() - line.right()));
            return !slope.isValidated() || error <= slope.errorBound();
        }

        boolean sidesHold() {
            double error = Math.max(Math.abs(slope.left() - line.left()), Math.abs(slope.right() - line.right()));
            return Double.isInfinite(slope.sideBound()) || error <= slope.sideBound();
        }

        boolean isSharp() {
            return slope.isValidated() && slope.errorBound() <= 1e-3 * Math.abs(slope.value());
        }

        boolean sidesAreSharp() {
            double largest = Math.max(Math.abs(slope.left()), Math.abs(slope.right()));
            return slope.sideBound() <= 1e-3 * largest;
        }

        /** A kink so near that no step stays on this side of it cannot be told from one at the point. */
        boolean isBeyondSight() {
            return line.family().equals("near-kink") && !slope.isValidated();
        }
    }

    @BeforeAll
    static void probe() {
        Lines lines = new Lines(1);
        for (int i = 0; i < FUNCTIONS; i++) {
            Line line = lines.next();
            TRIALS.add(new Trial(line, line.slope()));
        }
    }

    private static long count(Predicate<Trial> predicate) {
        return TRIALS.stream().filter(predicate).count();
    }

    @Test
    void theErrorIsWithinTheBoundInAllButOneInAThousandth() {
        assertThat(count(Trial::holds)).isGreaterThanOrEqualTo(FUNCTIONS - 2);
    }

    @Test
    void theBoundIsSharpWhereItCanBe() {
        assertThat(count(trial -> trial.isSharp() || trial.line.bends() && trial.sidesAreSharp()))
                .isGreaterThanOrEqualTo((long) (0.885 * FUNCTIONS));
    }

    @Test
    void theOneSidedSlopesAreWithinTheirBound() {
        assertThat(count(trial -> trial.sidesHold() || trial.isBeyondSight())).isGreaterThanOrEqualTo(FUNCTIONS - 2);
    }

    @Test
    void atAKinkItIsBlindAndKnowsBothSlopes() {
        List<Trial> kinks = TRIALS.stream().filter(trial -> trial.line.bends()).toList();

        assertThat(kinks).hasSizeGreaterThan(500).noneMatch(trial -> trial.slope.isValidated());
        assertThat(kinks.stream().filter(Trial::sidesAreSharp).count()).isGreaterThan(kinks.size() * 99 / 100);
    }

    @Test
    void smoothFunctionsOfAnyScaleAndFrequencyAreNeverBlind() {
        assertThat(TRIALS.stream()
                        .filter(trial -> List.of("smooth", "scale", "frequency").contains(trial.line.family())))
                .allMatch(Trial::isSharp);
    }

    /** The known blind spot of {@link SlopeProbe}: a wavelength below every step and every spacing of the noise. */
    @Test
    void aWavelengthBelowEveryStepIsNotSeen() {
        Line fast = Line.smooth("fast", (t, r) -> t + 1e-3 * Math.sin(1e13 * t), 1, 1 + 1e10 * Math.cos(1e13));

        Slope slope = fast.slope();

        assertThat(slope.isValidated()).isFalse();
    }
}
