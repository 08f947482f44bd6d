package dev.plumbline.check;

/**
 * What came of a check.
 *
 * @param report what is answered
 * @param figures what its page draws beside
 */
public record Checked(GradientCheckReport report, CheckFigures figures) {

    /** The same with products, judged after the gradients. */
    Checked with(ProductCheck.Result products) {
        return new Checked(report.with(products), figures);
    }
}
