/**
 * Models by themselves: what they compute. Open {@link dev.plumbline.models.EvaluationController} first; an evaluation
 * shows that a model was read right before its gradient is judged.
 */
@NullMarked
package dev.plumbline.models;

import org.jspecify.annotations.NullMarked;
