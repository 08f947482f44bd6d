/**
 * Diagnoses: is the gradient healthy? {@code DiagnosisController} takes a model and data, or
 * gradients that a pipeline already has; {@code DiagnosisService} is the order of work. The rules are in
 * {@link dev.plumbline.compute.health}. Open the service first.
 */
@NullMarked
package dev.plumbline.diagnose;

import org.jspecify.annotations.NullMarked;
