package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.difference.Certificate;
import dev.plumbline.compute.difference.Certificate.Residual;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The claim itself held against numeric derivatives along random directions, one in each tensor: the fast mode of other
 * checkers, without a reference, and so without a word on single entries. A tensor passes if its residual {@code |D -
 * claim . w|} is within the error bound U and {@code 3 U} is below the smallest relative defect that matters.
 */
final class DirectionalCheck {

    private DirectionalCheck() {}

    /** One report a tensor; {@code certificate} is the claim's own. */
    static List<TensorReport> tensors(Map<String, Tensor> claims, Certificate certificate, double smallestDefect) {
        return claims.entrySet().stream()
                .filter(claim -> certificate.residuals().containsKey(claim.getKey()))
                .map(claim -> tensor(claim.getKey(), claim.getValue(), certificate, smallestDefect))
                .toList();
    }

    private static TensorReport tensor(String name, Tensor claim, Certificate certificate, double smallestDefect) {
        Residual residual = Objects.requireNonNull(certificate.residuals().get(name));
        Slope slope = residual.slope();
        double size = Math.max(Math.abs(slope.value()), Math.abs(residual.expected()));
        return new TensorReport(
                name,
                claim.shape().toList(),
                verdict(residual, certificate.factor(), smallestDefect),
                size == 0 ? 0 : Math.abs(residual.value()) / Math.abs(slope.value()),
                Math.signum(slope.value()) * Math.signum(residual.expected()),
                claim.norm(),
                Double.NaN,
                null,
                List.of(),
                Map.of(),
                null,
                null);
    }

    private static Verdict verdict(Residual residual, double kappa, double smallestDefect) {
        Slope slope = residual.slope();
        if (!Double.isFinite(residual.expected())) {
            return Verdict.FAIL;
        }
        if (!slope.isValidated() && !slope.sidesDiffer()) {
            return Verdict.INCONCLUSIVE;
        }
        if (!residual.agrees(kappa)) {
            return Verdict.FAIL;
        }
        if (slope.sidesDiffer()) {
            return Verdict.KINK;
        }
        boolean sharp = 3 * slope.errorBound() <= smallestDefect * Math.abs(slope.value());
        boolean zero = residual.expected() == 0 && slope.value() == 0;
        return sharp || zero ? Verdict.PASS : Verdict.INCONCLUSIVE;
    }
}
