package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.PullBackLaws.PullBack;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws see what they are there to see: each row's derivative, made wrong, is caught by the law as it stands. */
class PlantedMistakeTests {

    private static final String ROWS = "dev.plumbline.compute.program.PlantedMistakeTests#rows";

    /** The rows that have a derivative to be wrong about. */
    static Stream<OperationCase> rows() {
        return OperationCases.all().filter(row -> {
            double[][] gradient = PullBackLaws.gradient(
                    row, row.op()::pullBack, row.cotangent(7).values());
            return row.smooth().stream()
                    .anyMatch(k -> Arrays.stream(gradient[k]).anyMatch(value -> Math.abs(value) > 1e-3));
        });
    }

    @Test
    void thereAreManySuchRows() {
        assertThat(rows().count()).isGreaterThan(200);
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void aDerivativeScaledByOnePartInTwoThousandIsCaught(OperationCase row) {
        PullBack wrong = wrong(row, gradient -> {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= 1.0005;
            }
        });
        assertThat(PullBackLaws.differs(row, wrong)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void oneWrongEntryIsCaught(OperationCase row) {
        PullBack wrong = wrong(row, gradient -> {
            if (gradient.length > 0) {
                gradient[gradient.length / 2] += 1e-6;
            }
        });
        assertThat(PullBackLaws.differs(row, wrong)).isNotEmpty();
        assertThat(PullBackLaws.zeroGivesMore(row, wrong)).isNotEmpty();
        assertThat(PullBackLaws.isNotLinear(row, wrong)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void aDerivativeThatOverwritesItsTargetIsCaught(OperationCase row) {
        PullBack wrong = (inputs, output, cotangent, into) -> {
            for (double[] target : into) {
                if (target != null) {
                    Arrays.fill(target, 0);
                }
            }
            row.op().pullBack(inputs, output, cotangent, into);
        };
        assertThat(PullBackLaws.doesNotAdd(row, wrong)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void aDerivativeThatSpoilsItsCotangentIsCaught(OperationCase row) {
        PullBack wrong = (inputs, output, cotangent, into) -> {
            row.op().pullBack(inputs, output, cotangent, into);
            cotangent[0] += 1;
        };
        assertThat(PullBackLaws.writes(row, wrong)).isNotEmpty();
    }

    private interface Mutation {
        void spoil(double[] gradient);
    }

    private static PullBack wrong(OperationCase row, Mutation mutation) {
        return (inputs, output, cotangent, into) -> {
            double[][] right = PullBackLaws.gradient(row, row.op()::pullBack, cotangent);
            for (int k = 0; k < into.length; k++) {
                mutation.spoil(right[k]);
                for (int i = 0; into[k] != null && i < right[k].length; i++) {
                    into[k][i] += right[k][i];
                }
            }
        };
    }
}
