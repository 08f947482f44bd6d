package dev.plumbline.compute.optimizer.strip;

/**
 * The denominator of an adaptive step, {@code sqrt(v + inside) scale + outside}: every convention of where epsilon goes
 * is one choice of the three numbers.
 */
public record Root(double inside, double scale, double outside) {}
