package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Mistake.Kind;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an earlier gradient tells of a wrong one. */
class EarlierTests {

    private static final Shape SHAPE = Shape.of(6, 5);

    private static Kind named(Comparison comparison, Tensor earlier) {
        Map<String, Mistake> mistakes =
                Mistakes.name(List.of(comparison), Map.of(), new Setting(4, 1, 1), Map.of("w", earlier));
        return Objects.requireNonNull(mistakes.get("w")).kind();
    }

    @ParameterizedTest
    @EnumSource(names = {"FP64", "FP32", "BF16"})
    void namesWhatIsStaleAndWhatIsAccumulated(Datatype datatype) {
        for (long seed = 1; seed <= 50; seed++) {
            Right now = Right.of(SHAPE, datatype, seed);
            double[] computed = now.computed();
            Tensor earlier = Tensor.of(SHAPE, Right.of(SHAPE, datatype, -seed).computed())
                    .as(datatype);

            assertThat(named(now.claiming(earlier::at), earlier)).isEqualTo(Kind.STALE);
            assertThat(named(now.claiming(i -> computed[i] + earlier.at(i)), earlier))
                    .isEqualTo(Kind.ACCUMULATED);
            assertThat(named(now.claiming(i -> -computed[i]), earlier)).isEqualTo(Kind.SIGN);
            assertThat(named(now.claiming(i -> 0), earlier)).isEqualTo(Kind.ZERO);
            // Half of the earlier gradient is neither.
            assertThat(named(now.claiming(i -> computed[i] + earlier.at(i) / 2), earlier))
                    .isEqualTo(Kind.UNKNOWN);
        }
    }

    /** Twice the same batch: both are true, and the caller who sends the earlier gradient wants to hear of it. */
    @ParameterizedTest
    @EnumSource(names = {"FP64", "FP32"})
    void prefersAccumulationToAFactorOfTwo(Datatype datatype) {
        Right now = Right.of(SHAPE, datatype, 3);
        double[] computed = now.computed();
        Comparison twice = now.claiming(i -> 2 * computed[i]);

        assertThat(named(twice, Tensor.of(SHAPE, computed).as(datatype))).isEqualTo(Kind.ACCUMULATED);
        assertThat(named(twice, Tensor.filled(SHAPE, 1))).isEqualTo(Kind.SCALED);
        assertThat(named(twice, Tensor.filled(Shape.of(5, 6), 1))).isEqualTo(Kind.SCALED);
    }
}
