/**
 * Models by themselves: what they compute. Open {@link dev.plumbline.evaluate.EvaluationController} first; an evaluation
 * shows that a model was read right before its gradient is judged.
 */
@NullMarked
package dev.plumbline.evaluate;

import org.jspecify.annotations.NullMarked;
