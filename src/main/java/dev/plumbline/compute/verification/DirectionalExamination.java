package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.Directions;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.judgement.Judge;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Claims held against finite differences alone, along one Gaussian direction in each tensor: the fast mode of other
 * checkers, without a reference, and so without a word on single entries.
 *
 * <pre>
 *   r = |D - a.d|,  A = rounding of the claim along d
 *   FAIL   r > kappa U + A        PASS   r &lt;= U + A  and  3 (U + A) &lt;= tau |D|        INCONCLUSIVE   else
 * </pre>
 *
 * <p>A derivative whose terms cancel, as by a bias before batch normalisation, is 0, and claims of it are their rounding: it passes
 * where {@code |D|} and {@code |a.d|} are within {@code U + A}, {@code U <= A}, and the third condition holds of the terms in the
 * place of D.
 *
 * <p>Where the model bends at the point, a claim that its pieces or one convention explain is a subgradient; differences see
 * only the mean of two slopes there. What it could have seen is {@code 3 (U + A) / |D|} of the tensor's derivative along d: a mistake in one of n entries shows
 * only if it is about {@code sqrt(n)} times larger.
 */
public final class DirectionalExamination {

    private DirectionalExamination() {}

    /**
     * One tensor along its direction.
     *
     * @param claimed {@code a.d}
     * @param slope D, with its bound
     * @param allowance A
     * @param visible the smallest share of D that would have been noticed; infinite where nothing would
     */
    public record Line(
            String name, Tensor claim, Verdict verdict, double claimed, Slope slope, double allowance, double visible) {

        Line with(Verdict other) {
            return new Line(name, claim, other, claimed, slope, allowance, visible);
        }
    }

    /** A line for each claim. */
    public static List<Line> of(Measurement measurement, Claims claims, Progress progress) {
        Map<String, Tensor> completed = claims.completed(measurement.reference());
        List<Line> lines = new ArrayList<>();
        double kappa = new Judge(Math.max(1, completed.size())).kappa();
        Examination atBends = measurement.bends().isEmpty() ? null : Examination.of(measurement, claims);
        progress.at(Phase.EVIDENCE, 0, completed.size(), 0);
        for (Map.Entry<String, Tensor> claim : completed.entrySet()) {
            Line line = line(measurement, claim.getKey(), claim.getValue(), kappa);
            lines.add(atBends == null || !atBends.isSubgradient(claim.getKey()) ? line : line.with(Verdict.KINK));
            progress.at(
                    Phase.EVIDENCE,
                    lines.size(),
                    completed.size(),
                    measurement.numeric().evaluations());
        }
        return lines;
    }

    private static Line line(Measurement measurement, String name, Tensor claim, double kappa) {
        Map<String, Tensor> direction = Directions.gaussian(
                List.of(name), measurement.objective(), measurement.plan().seed());
        double along = Directions.dot(Map.of(name, claim), direction);
        double allowance = allowance(measurement.allowances().allowance(name), direction.get(name));
        Slope slope = measurement.isFinite() ? measurement.along(direction) : Slope.blind();
        double size = Math.abs(slope.value());
        double reach = 3 * (slope.errorBound() + allowance);
        double visible = size > 0 && Double.isFinite(reach) ? reach / size : Double.POSITIVE_INFINITY;
        double tau = measurement.plan().arithmetic().smallestDefect(name);
        double terms = spread(measurement.allowances().magnitude(name), direction.get(name));
        boolean cancels = slope.errorBound() <= allowance
                && Math.max(size, Math.abs(along)) <= slope.errorBound() + allowance
                && reach <= tau * terms;
        Verdict verdict = verdict(along, slope, allowance, kappa, visible <= tau || cancels);
        return new Line(name, claim, verdict, along, slope, allowance, visible);
    }

    /** Entries err together at worst, and as a rule apart: four standard deviations of independent ones. */
    private static double allowance(Tensor allowance, @Nullable Tensor direction) {
        return 4 * spread(allowance, direction);
    }

    /** The standard deviation along the direction of independent entries of these. */
    private static double spread(Tensor sizes, @Nullable Tensor direction) {
        double spread = 0;
        for (int i = 0; i < sizes.size(); i++) {
            spread = Math.hypot(
                    spread, sizes.at(i) * Objects.requireNonNull(direction).at(i));
        }
        return spread;
    }

    private static Verdict verdict(double along, Slope slope, double allowance, double kappa, boolean sharp) {
        if (!slope.isValidated()) {
            return Verdict.INCONCLUSIVE;
        }
        if (!Double.isFinite(along)) {
            return Verdict.FAIL;
        }
        double residual = Math.abs(slope.value() - along);
        if (residual > kappa * slope.errorBound() + allowance) {
            return Verdict.FAIL;
        }
        boolean agrees = residual <= slope.errorBound() + allowance;
        boolean isZero = along == 0 && slope.value() == 0;
        return agrees && (sharp || isZero) ? Verdict.PASS : Verdict.INCONCLUSIVE;
    }
}
