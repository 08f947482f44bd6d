package dev.plumbline.compute.optimizer.step;

/**
 * A NaN or an infinity that forbids a step.
 *
 * @param array "gradient", "parameter", or the name of a slot
 * @param position row-major
 * @param made true if all that came in was finite and the step would have made it, by overflow or 0 / 0
 */
public record NonFinite(String tensor, String array, int position, double value, boolean made) {}
