package dev.plumbline.check;

/**
 * What came of a check.
 *
 * @param report what is answered
 * @param figures what its page draws beside
 */
public record Checked(GradientCheckReport report, CheckFigures figures) {}
