package dev.plumbline.compute.health.course;

import java.util.List;
import java.util.Map;

/**
 * What the rules over a run look at.
 *
 * @param updateRatios by layer with weights, at each report where a step was taken; empty where none was
 */
public record RunCourse(LossCurve losses, NormCurve norms, Map<String, List<Double>> updateRatios) {}
