package dev.plumbline.compute.optimizer.check;

/**
 * A number that the steps tell, and between what other values of it they would be explained too.
 *
 * @param from the smallest; 0 where the steps do not tell it from 0
 */
public record Estimate(String name, double value, double from, double to) {}
