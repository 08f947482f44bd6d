package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A planted fault of our own reverse mode: forward mode sees it, and nobody is accused. */
class DisagreementTests {

    private static final double[] POINT = {0.3, -0.7, 1.1, 0.5};

    /** sum sin(w), whose gradient is cos(w), measured as if reverse mode were off by a share of one entry. */
    private static Measurement withReverseModeOff(double share) {
        ProgramBuilder b = new ProgramBuilder();
        b.output("f", b.sum(b.unary(UnaryFunction.SIN, b.parameter("w", Shape.of(POINT.length)))));
        Program program = b.build();
        Objective objective = new Objective(program, program.output("f"), Map.of("w", Tensor.vector(POINT)));
        CheckPlan plan = CheckPlan.certified(new CheckPlan.Arithmetic(Map.of("w", Datatype.FP64), null, false), 10);
        Measurement right = Measurement.of(objective, plan, Progress.NONE);
        double[] reverse = right.reference("w").values().clone();
        reverse[2] *= 1 + share;
        Map<String, Tensor> wrong = Map.of("w", Tensor.vector(reverse));
        Neighbourhood.Ground ground = new Neighbourhood.Ground(
                Map.of("w", right.allowances().float64("w")),
                right.allowances().spreads()::spread,
                right.allowances().spreads().objectiveNoise(),
                false);
        Neighbourhood around = Neighbourhood.of(objective, wrong, ground, plan.seed(), Progress.NONE);
        return new Measurement(
                objective,
                plan,
                right.gradient(),
                wrong,
                right.allowances(),
                right.numeric(),
                around,
                Differentiability.of(around, wrong, plan.seed()),
                right.certificate(),
                right.exhaustive(),
                right.byScheme(),
                right.before());
    }

    @ParameterizedTest
    @CsvSource({"1e-12, INCONCLUSIVE", "1e-3, INCONCLUSIVE", "-2, INCONCLUSIVE", "0, PASS"})
    void saysThatTheFaultIsOursAndNothingOfTheClaim(double share, Verdict verdict) {
        double[] claim = new double[POINT.length];
        for (int i = 0; i < claim.length; i++) {
            claim[i] = Math.cos(POINT[i]);
        }
        Examination examination =
                Examination.of(withReverseModeOff(share), Claims.of(Map.of("w", Tensor.vector(claim))));

        assertThat(Evidence.of(examination, Progress.NONE).verdict()).isEqualTo(verdict);
        for (int i = 0; i < claim.length; i++) {
            assertThat(examination.ruling("w", i).reason() == Reason.OUR_OWN_RULES_DISAGREE)
                    .isEqualTo(verdict == Verdict.INCONCLUSIVE);
        }
    }
}
