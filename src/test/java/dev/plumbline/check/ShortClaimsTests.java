package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a claim was computed in where its numbers are too short to tell, and how reports word numbers that are nearly equal. */
class ShortClaimsTests {

    private static GradientCheckReport check(String formula, double at, double claim, @Nullable Datatype datatype) {
        return Formulas.check(
                formula,
                Map.of("w", Tensor.scalar(at)),
                Map.of("w", Tensor.scalar(claim)),
                Coverage.CERTIFIED,
                datatype);
    }

    private static boolean isJudgedAsFloat32(GradientCheckReport report) {
        return report.warnings().stream().anyMatch(warning -> warning.code().equals("judgedAsFloat32"));
    }

    /** {@code claim}: a float32 number of few bits; {@code as64} what it is where it was computed in float64. */
    @ParameterizedTest
    @CsvSource({
        "sin(w), 1.0471975803375244, 0.5, PASS, FAIL", // float32's pi/3: the slope is 0.49999997
        "w^2, 0.25, 0.5, PASS, PASS",
        "w^2, 0.25, 0.501953125, FAIL, FAIL",
        "0.1 * w, 3, 0.1, PASS, PASS"
    })
    void float64ComesFirst(String formula, double at, double claim, Verdict verdict, Verdict as64) {
        GradientCheckReport report = check(formula, at, claim, null);

        assertThat(report.verdict()).isEqualTo(verdict);
        assertThat(isJudgedAsFloat32(report))
                .isEqualTo(verdict == Verdict.PASS && as64 == Verdict.FAIL || claim == 0.1);
        assertThat(check(formula, at, claim, Datatype.FP64).verdict()).isEqualTo(as64);
    }

    @Test
    void claimAndReferenceAreToldApart() {
        GradientCheckReport report = check("sin(w)", 1, 0.54030230586, Datatype.FP64);

        assertThat(report.tensors().get(0).entries().get(0).detail())
                .contains("The claim is 0.54030230586, ")
                .contains("the reference 0.54030230587.");
    }

    @Test
    void anEdgeIsNotTakenForAPlaceWithoutAValue() {
        GradientCheckReport report = check("abs(w - 1)", Math.nextUp(1.0), 0.5, Datatype.FP64);

        assertThat(report.tensors().get(0).entries().get(0).detail())
                .contains("bends at or next to this point")
                .doesNotContain("not finite");
    }

    /** As PyTorch computes it, {@code (w y + 1 - y) sigmoid(z) - w y}: confident predictions leave the rounding of 1. */
    @ParameterizedTest
    @CsvSource({"3, 0.2", "3, 1", "6, 5", "10, 3", "-6, 5"})
    void aWeightedConfidentPredictionIsAllowedWhatItsFormulaLoses(float z, float weight) {
        float sigmoid = (float) (1 / (1 + Math.exp(-z)));
        float claim = weight * sigmoid - weight; // y = 1
        String formula = "binaryCrossEntropyWithLogits(w, 1, positiveWeight=" + weight + ")";

        assertThat(check(formula, z, claim, Datatype.FP32).verdict()).isEqualTo(Verdict.PASS);
        assertThat(check(formula, z, 1.1 * claim, Datatype.FP32).verdict()).isEqualTo(Verdict.FAIL);
    }
}
