package dev.plumbline.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.problem.Problem;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LimitsTests {

    private final Limits limits = Limits.defaults();

    @EnableConfigurationProperties(Limits.class)
    static class Configured {}

    @Test
    void hasTheDocumentedDefaults() {
        int processors = Runtime.getRuntime().availableProcessors();
        assertThat(limits)
                .isEqualTo(new Limits(
                        64 << 20,
                        1L << 30,
                        2,
                        1000,
                        200,
                        168,
                        100,
                        10_000,
                        8,
                        4L << 30,
                        300,
                        processors,
                        64,
                        30,
                        4L << 30));
    }

    @Test
    void refusesWhatWouldCostTooMuchWithBothNumbers() {
        assertThatCode(() -> limits.requireSeconds(590 / Pace.here(1))).doesNotThrowAnyException();
        assertThatThrownBy(() -> limits.requireSeconds(700 / Pace.here(1)))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.code()).isEqualTo(Problem.Code.COST);
                    assertThat(problem.got()).isEqualTo("about 700 s of one core, by estimate");
                    assertThat(problem.expected()).startsWith("at most 300 s ");
                });
        assertThatThrownBy(() -> limits.requireBytes(5e9))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.expected())
                        .startsWith("at most 4294967296 bytes"));
    }

    /** An estimate that has lost its number is no reason to go ahead. */
    @Test
    void refusesAnEstimateThatIsNotANumber() {
        assertThatThrownBy(() -> limits.requireSeconds(Double.NaN)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> limits.requireBytes(Double.POSITIVE_INFINITY)).isInstanceOf(Problem.class);
    }

    @Test
    void givesARequestUpOnceItsTimeIsOver() {
        assertThatCode(Deadline.in(Duration.ofHours(1))::check).doesNotThrowAnyException();
        assertThatThrownBy(Deadline.in(Duration.ZERO)::check)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(Problem.Code.COST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"body-bytes=0", "json-depth=100000", "tensors=0", "request-seconds=-1", "queue=-1"})
    void refusesToStartWithALimitThatMakesNoSense(String setting) {
        new ApplicationContextRunner()
                .withUserConfiguration(Configured.class)
                .withPropertyValues("plumbline.limits." + setting)
                .run(context -> assertThat(context).hasFailed());
    }
}
