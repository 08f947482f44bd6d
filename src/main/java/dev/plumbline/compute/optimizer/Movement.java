package dev.plumbline.compute.optimizer;

/** What a step did to one segment; the norms are 0 where none were asked for. */
record Movement(String tensor, boolean finite, double updateNorm, double parameterNorm, double gradientNorm) {}
