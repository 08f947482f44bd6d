package dev.plumbline.check;

import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.consistency.Fingerprint;
import dev.plumbline.compute.consistency.Halves;
import dev.plumbline.compute.consistency.ReversePassLaws;
import dev.plumbline.compute.consistency.TaylorTest;
import dev.plumbline.compute.difference.Directions;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What else speaks for or against a check: Taylor's test of the claim, and laws without differences that judge our own
 * reverse pass on this model, since a caller's code cannot be called.
 */
final class SecondOpinions {

    private final GradientCheck check;
    private final Objective objective;

    SecondOpinions(GradientCheck check) {
        this.check = check;
        this.objective = check.objective();
    }

    /** Along one Gaussian direction over everything that is judged; {@code verdict} is the check's. */
    TaylorReport taylor(Verdict verdict) {
        check.progress().at(Phase.SECOND_OPINION, 0, 2, 0);
        Map<String, Tensor> direction =
                Directions.gaussian(check.completedClaims().keySet(), objective, ~check.seed());
        double slope = Directions.dot(check.completedClaims(), direction);
        TaylorTest.Line line = new TaylorTest.Line(
                offsets -> check.numeric().valuesAlong(direction, offsets),
                objective.value(),
                slope,
                check.numeric().largestStep(direction));
        TaylorTest test = TaylorTest.of(line, check.numeric().noise().sigma(), tolerance(direction));
        double defect = verdict != Verdict.FAIL ? 0 : Math.abs(slope - Directions.dot(check.reference(), direction));
        return TaylorReport.of(test, Math.abs(slope), defect);
    }

    /** What rounding may do to the claim's derivative: entries err independently of each other. */
    private double tolerance(Map<String, Tensor> direction) {
        double squares = 0;
        for (Map.Entry<String, Tensor> tensor : direction.entrySet()) {
            Tensor allowance = check.allowance(tensor.getKey());
            for (int i = 0; i < allowance.size(); i++) {
                double rounding = allowance.at(i) * tensor.getValue().at(i);
                squares += rounding * rounding;
            }
        }
        return 4 * Math.sqrt(squares);
    }

    /** @param inputs what the point held before the check */
    List<Finding> consistency(Batch batch, Fingerprint inputs) {
        check.progress().at(Phase.SECOND_OPINION, 1, 2, TaylorTest.evaluations());
        List<Finding> findings = new ArrayList<>();
        if (!check.isDirectional()) {
            findings.addAll(ReversePassLaws.of(check.reference(), cotangent -> objective
                    .base()
                    .gradient(
                            objective.output(), Tensor.filled(objective.output().shape(), cotangent))
                    .byParameter()));
            findings.add(batch.halves(objective, check.reference(), inFloat64()));
        }
        findings.add(inputs.still(objective.point()));
        return findings;
    }

    /** The allowance of the claim's datatype, brought down to float64, in which the reference is computed. */
    private Map<String, Tensor> inFloat64() {
        double scale = 0x1p-53 / check.datatype().unitRoundoff();
        Map<String, Tensor> allowance = new LinkedHashMap<>();
        check.calibrated().forEach((name, bound) -> allowance.put(name, bound.map(rounding -> scale * rounding)));
        return allowance;
    }

    /** How many reverse passes the findings took. */
    static int backwardPasses(List<Finding> findings) {
        boolean halves =
                findings.stream().anyMatch(finding -> finding.check().equals(Halves.CHECK) && finding.holds() != null);
        return halves ? 5 : 3;
    }
}
