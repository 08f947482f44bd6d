/**
 * Training runs: a model, its data and an optimizer, until a rule stops it. Open {@code TrainingRunService} first, then {@code
 * TrainingRun}, which is the loop; as a job it is {@code TrainingRunWork}.
 */
@NullMarked
package dev.plumbline.optimize.training;

import org.jspecify.annotations.NullMarked;
