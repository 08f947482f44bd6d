package dev.plumbline.check;

import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.consistency.Fingerprint;
import dev.plumbline.compute.consistency.Halves;
import dev.plumbline.compute.consistency.ReversePassLaws;
import dev.plumbline.compute.consistency.TaylorTest;
import dev.plumbline.compute.difference.Directions;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What else speaks for or against a check: Taylor's test of the claim, and laws without differences that judge our own
 * reverse pass on this model, since a caller's code cannot be called.
 */
record SecondOpinions(Measurement measurement, Claims claims, Progress progress) {

    /** Along one Gaussian direction over everything that is judged; {@code verdict} is the check's. */
    TaylorReport taylor(Verdict verdict) {
        progress.at(Phase.SECOND_OPINION, 0, 2, 0);
        Objective objective = measurement.objective();
        Map<String, Tensor> completed = claims.completed(measurement.reference());
        Map<String, Tensor> direction = Directions.gaussian(
                completed.keySet(), objective, ~measurement.plan().seed());
        double slope = Directions.dot(completed, direction);
        TaylorTest.Line line = new TaylorTest.Line(
                offsets -> measurement.numeric().valuesAlong(direction, offsets),
                objective.value(),
                slope,
                measurement.numeric().largestStep(direction));
        TaylorTest test = TaylorTest.of(line, measurement.numeric().noise().sigma(), tolerance(direction));
        double defect =
                verdict != Verdict.FAIL ? 0 : Math.abs(slope - Directions.dot(measurement.reference(), direction));
        return TaylorReport.of(test, Math.abs(slope), defect);
    }

    /** What rounding may do to the claim's derivative: entries err independently of each other. */
    private double tolerance(Map<String, Tensor> direction) {
        double squares = 0;
        for (Map.Entry<String, Tensor> tensor : direction.entrySet()) {
            Tensor allowance = measurement.allowances().allowance(tensor.getKey());
            for (int i = 0; i < allowance.size(); i++) {
                double rounding = allowance.at(i) * tensor.getValue().at(i);
                squares += rounding * rounding;
            }
        }
        return 4 * Math.sqrt(squares);
    }

    /** @param inputs what the point held before the check */
    List<Finding> consistency(Batch batch, Fingerprint inputs) {
        progress.at(Phase.SECOND_OPINION, 1, 2, TaylorTest.evaluations());
        Objective objective = measurement.objective();
        List<Finding> findings = new ArrayList<>();
        if (measurement.plan().coverage() != Coverage.DIRECTIONAL) {
            findings.addAll(ReversePassLaws.of(
                    measurement.reverse(),
                    (cotangent, taker) -> objective.base().gradientByParameter(objective.output(), cotangent, taker)));
            findings.add(batch.halves(objective, measurement.reverse(), inFloat64()));
        }
        findings.add(inputs.still(objective.point()));
        return findings;
    }

    private Map<String, Tensor> inFloat64() {
        Map<String, Tensor> allowances = new LinkedHashMap<>();
        measurement
                .reverse()
                .keySet()
                .forEach(name -> allowances.put(
                        name, Objects.requireNonNull(measurement.allowances().float64(name))));
        return allowances;
    }

    /** How many reverse passes the findings took. */
    static int backwardPasses(List<Finding> findings) {
        boolean halves =
                findings.stream().anyMatch(finding -> finding.check().equals(Halves.CHECK) && finding.holds() != null);
        return halves ? 4 : 2;
    }
}
