package dev.plumbline.compute.optimizer.step;

/** What a step did to one segment; the norms are 0 where none were asked for. */
record Movement(String tensor, boolean finite, double updateNorm, double parameterNorm, double gradientNorm) {

    /** Of both together, parts of one tensor. */
    Movement and(Movement other) {
        return new Movement(
                tensor,
                finite && other.finite,
                Math.hypot(updateNorm, other.updateNorm),
                Math.hypot(parameterNorm, other.parameterNorm),
                Math.hypot(gradientNorm, other.gradientNorm));
    }
}
