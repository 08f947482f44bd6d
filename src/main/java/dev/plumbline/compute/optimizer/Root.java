package dev.plumbline.compute.optimizer;

/**
 * The denominator of an adaptive step, {@code sqrt(v + inside) scale + outside}: every convention of where epsilon goes
 * ({@link Epsilon}) is one choice of the three numbers.
 */
record Root(double inside, double scale, double outside) {}
