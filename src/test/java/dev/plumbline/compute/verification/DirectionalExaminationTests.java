package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.difference.Directions;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.judgement.Judge;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.compute.verification.DirectionalExamination.Line;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Claims against differences alone: on both sides of each threshold. */
class DirectionalExaminationTests {

    private static final double[] POINT = {0.3, -0.7, 1.1, 0.5};

    private static Measurement measured(UnaryFunction function, double offset, Datatype datatype) {
        ProgramBuilder b = new ProgramBuilder();
        b.output("f", b.add(b.sum(b.unary(function, b.parameter("w", Shape.of(POINT.length)))), b.constant(offset)));
        Program program = b.build();
        Objective objective = new Objective(program, program.output("f"), Map.of("w", Tensor.vector(POINT)));
        CheckPlan certified = CheckPlan.certified(new CheckPlan.Arithmetic(Map.of("w", datatype), null, false), 10);
        CheckPlan plan = new CheckPlan(
                Coverage.DIRECTIONAL, certified.tolerance(), null, Double.NaN, 7, 10, 3, certified.arithmetic());
        return Measurement.of(objective, plan, Progress.NONE);
    }

    private static Line line(Measurement measurement, Tensor claim) {
        return DirectionalExamination.of(measurement, Claims.of(Map.of("w", claim)), Progress.NONE)
                .get(0);
    }

    /** The right claim with its derivative along the direction shifted. */
    private static Tensor shifted(Measurement measurement, double by) {
        Tensor d = Objects.requireNonNull(Directions.gaussian(
                        List.of("w"),
                        measurement.objective(),
                        measurement.plan().seed())
                .get("w"));
        double[] claim = measurement.reference("w").values().clone();
        claim[1] += by / d.at(1);
        return Tensor.vector(claim);
    }

    @Test
    void aRightClaimPassesAndSaysWhatItCouldHaveSeen() {
        Measurement measurement = measured(UnaryFunction.SIN, 0, Datatype.FP64);
        Line line = line(measurement, measurement.reference("w"));
        assertThat(line.verdict()).isEqualTo(Verdict.PASS);
        double reach = 3 * (line.slope().errorBound() + line.allowance());
        assertThat(line.visible()).isEqualTo(reach / Math.abs(line.slope().value()));
    }

    /** Beyond kappa error bounds it fails, between one and kappa nothing is said, within one it passes. */
    @ParameterizedTest
    @CsvSource({"0.5, PASS", "2, INCONCLUSIVE", "4, FAIL", "-0.5, PASS", "-2, INCONCLUSIVE", "-4, FAIL"})
    void failsOnlyBeyondWhatTheErrorBoundAllows(double bounds, Verdict verdict) {
        Measurement measurement = measured(UnaryFunction.SIN, 0, Datatype.FP64);
        Line right = line(measurement, measurement.reference("w"));
        double residual = right.slope().value() - right.claimed();
        double by = residual + bounds * right.slope().errorBound() + Math.signum(bounds) * right.allowance();
        assertThat(new Judge(1).kappa()).isBetween(2.5, 3.5);
        assertThat(line(measurement, shifted(measurement, by)).verdict()).isEqualTo(verdict);
    }

    /** An objective whose noise hides a thousandth of the derivative lets nothing pass, and says what would show. */
    @Test
    void isSilentWhereNoiseHidesWhatMatters() {
        Measurement measurement = measured(UnaryFunction.SIN, 1e13, Datatype.FP64);
        Line line = line(measurement, measurement.reference("w"));
        assertThat(line.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(line.visible()).isGreaterThan(1e-3);
    }

    @Test
    void aClaimRoundedToFloat32IsAllowedItsRounding() {
        Measurement measurement = measured(UnaryFunction.EXP, 0, Datatype.FP32);
        Tensor claim = measurement.reference("w").as(Datatype.FP32);
        assertThat(line(measurement, claim).verdict()).isEqualTo(Verdict.PASS);
        assertThat(line(measurement, claim.map(a -> 1.2 * a)).verdict()).isEqualTo(Verdict.FAIL);
    }

    /** {@code f = sum(sin w) + t sum(sin(x - mean x)), x = w + s}: the derivative by s is 0, and its terms are about t. */
    @ParameterizedTest
    @CsvSource({"1, 3e-8, PASS", "1, 1, FAIL", "1e-14, 3e-8, INCONCLUSIVE"})
    void aDerivativeWhoseTermsCancelIsZeroAndOneThatIsSmallIsNot(double terms, double claimed, Verdict verdict) {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(POINT.length));
        Node s = b.parameter("s", Shape.of());
        Node x = b.add(w, s);
        Node centred = b.unary(UnaryFunction.SIN, b.subtract(x, b.multiply(b.sum(x), 1.0 / POINT.length)));
        b.output("f", b.add(b.sum(b.unary(UnaryFunction.SIN, w)), b.multiply(b.sum(centred), terms)));
        Program program = b.build();
        Objective objective =
                new Objective(program, program.output("f"), Map.of("w", Tensor.vector(POINT), "s", Tensor.scalar(0.2)));
        CheckPlan certified = CheckPlan.certified(
                new CheckPlan.Arithmetic(Map.of("w", Datatype.FP32, "s", Datatype.FP32), null, false), 10);
        CheckPlan plan = new CheckPlan(
                Coverage.DIRECTIONAL, certified.tolerance(), null, Double.NaN, 7, 10, 3, certified.arithmetic());
        Measurement measurement = Measurement.of(objective, plan, Progress.NONE);
        Claims claims = Claims.of(Map.of("w", measurement.reference("w"), "s", Tensor.scalar(claimed * terms)));
        Line line = DirectionalExamination.of(measurement, claims, Progress.NONE).stream()
                .filter(one -> one.name().equals("s"))
                .findFirst()
                .orElseThrow();
        assertThat(line.verdict()).as("%s", line).isEqualTo(verdict);
    }
}
