package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients that rounding drowns: those of a gate of a recurrent cell, more and more saturated. */
class ImportanceTests {

    /**
     * {@code z h + (1 - z) n} with z = sigmoid(a), as in a GRU, of two units.
     *
     * @param unit what h is measured in
     * @param others whether h is a parameter too
     */
    private static Objective cell(double a, double unit, boolean others) {
        ProgramBuilder b = new ProgramBuilder();
        Tensor before = Tensor.vector(0.7 * unit, -1.3 * unit);
        Node z = b.unary(UnaryFunction.SIGMOID, b.parameter("a", Shape.of(2)));
        Node h = b.divide(others ? b.parameter("h", Shape.of(2)) : b.constant(before), b.constant(unit));
        Node kept = b.multiply(z, h);
        Node renewed = b.multiply(b.subtract(b.constant(1), z), b.constant(Tensor.vector(-0.4, 0.9)));
        Program program = b.output("f", b.sum(b.add(kept, renewed))).build();
        Map<String, Tensor> point = new HashMap<>(Map.of("a", Tensor.vector(a, a + 0.5)));
        if (others) {
            point.put("h", before);
        }
        return new Objective(program, program.output("f"), point);
    }

    /** The derivatives by a, {@code z (1 - z) (h - n)}, however small. */
    private static double[] truth(double a) {
        double[] differences = {1.1, -2.2};
        double[] truth = new double[2];
        for (int i = 0; i < truth.length; i++) {
            double e = Math.exp(-(a + 0.5 * i));
            truth[i] = e / ((1 + e) * (1 + e)) * differences[i];
        }
        return truth;
    }

    private static Verdict verdict(Objective objective, Datatype datatype, double[] claim) {
        Map<String, Tensor> claims = new HashMap<>(objective.gradient().byParameter());
        claims.replaceAll((name, right) -> name.equals("a") ? Tensor.vector(claim) : right);
        Map<String, Datatype> datatypes = new HashMap<>();
        claims.keySet().forEach(name -> datatypes.put(name, datatype));
        CheckPlan plan = CheckPlan.certified(new CheckPlan.Arithmetic(datatypes, null, false), 10);
        Examination examination = Examination.of(Measurement.of(objective, plan, Progress.NONE), Claims.of(claims));
        return examination
                .ruling("a", 0)
                .verdict()
                .worse(examination.ruling("a", 1).verdict());
    }

    /** In float32 z is 1 from 17 on, in float64 from 37 on: its derivative then is 0 in that arithmetic. */
    @ParameterizedTest
    @CsvSource({
        "FP32, 25, 1",
        "FP32, 45, 1",
        "FP32, 45, 1e9",
        "FP32, 45, 1e-9",
        "FP32, 90, 1",
        "FP64, 45, 1",
        "FP64, 45, 1e9",
        "FP64, 45, 1e-9",
        "FP64, 90, 1"
    })
    void whatItsOwnArithmeticAbsorbsMayBeZero(Datatype datatype, double a, double unit) {
        Objective objective = cell(a, unit, true);
        assertThat(verdict(objective, datatype, new double[2])).isEqualTo(Verdict.PASS);
        assertThat(verdict(objective, datatype, truth(a))).isEqualTo(Verdict.PASS);
    }

    /** A share of the gradient that the other tensors do not absorb: 0 and 5 % are no rounding, or drown. */
    @ParameterizedTest
    @CsvSource({
        "FP32, 9, 1",
        "FP32, 12, 1",
        "FP32, 12, 1e9",
        "FP32, 15, 1",
        "FP32, 15, 1e-9",
        "FP64, 20, 1",
        "FP64, 30, 1",
        "FP64, 33, 1e9"
    })
    void whatMattersMayNot(Datatype datatype, double a, double unit) {
        Objective objective = cell(a, unit, true);
        for (double factor : new double[] {0, 0.95, 1.05}) {
            double[] wrong = Arrays.stream(truth(a)).map(g -> factor * g).toArray();
            assertThat(verdict(objective, datatype, wrong))
                    .as("a factor %s", factor)
                    .isNotEqualTo(Verdict.PASS);
        }
    }

    /** What rounding does not explain is wrong however small it is. */
    @ParameterizedTest
    @CsvSource({"FP32, 1e-3", "FP64, 1e-12"})
    void whatRoundingDoesNotExplainFails(Datatype datatype, double claim) {
        assertThat(verdict(cell(45, 1, true), datatype, new double[] {claim, 0}))
                .isEqualTo(Verdict.FAIL);
    }

    /** A tensor that is alone is all that matters. */
    @ParameterizedTest
    @CsvSource({"FP32, 25", "FP64, 45"})
    void aTensorThatIsAloneIsAbsorbedByNothing(Datatype datatype, double a) {
        assertThat(verdict(cell(a, 1, false), datatype, new double[2])).isEqualTo(Verdict.INCONCLUSIVE);
    }
}
