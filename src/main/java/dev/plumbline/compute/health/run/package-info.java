/**
 * Whether a whole run went well: rules that need its course, judged once, from figures that are kept while it runs. Open
 * {@link dev.plumbline.compute.health.run.RunDiagnosis} first. What one point of the run looks like is judged in
 * {@link dev.plumbline.compute.health}.
 *
 * <p>What is kept is of bounded size, however long the run: {@link dev.plumbline.compute.health.run.LossCurve}, {@link
 * dev.plumbline.compute.health.run.NormCurve} and the update ratios at the reports.
 */
@NullMarked
package dev.plumbline.compute.health.run;

import org.jspecify.annotations.NullMarked;
