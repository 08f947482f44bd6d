/**
 * Whether a run goes well: rules over its course, one small class for each. A course is what is kept of a run's losses and
 * norms, of bounded size however long the run is, and there are two sources of one.
 *
 * <ul>
 *   <li>A training run of ours: {@link dev.plumbline.compute.health.course.RunCourse}, judged once, when the run is over. Open
 *       {@link dev.plumbline.compute.health.course.RunDiagnosis} first; it lists the rules by profile.
 *   <li>The last snapshots of somebody else's: {@link dev.plumbline.compute.health.course.WindowCourse}, judged at each of
 *       them. Open {@link dev.plumbline.compute.health.course.Watch} first: it takes one snapshot further and lists the rules
 *       with their thresholds.
 * </ul>
 *
 * <p>Everything but {@link dev.plumbline.compute.health.course.LossCurve} and {@link
 * dev.plumbline.compute.health.course.NormCurve} is pure. What one point of a run looks like is judged in {@link
 * dev.plumbline.compute.health}.
 */
@NullMarked
package dev.plumbline.compute.health.course;

import org.jspecify.annotations.NullMarked;
