package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Precision;
import org.jspecify.annotations.Nullable;

/**
 * How operations are judged by themselves.
 *
 * @param precision of the pipeline, where it is stated
 * @param holdsFloat32 whether constants come from a file in float32
 * @param seed of everything random
 * @param seconds that explanations may take together
 */
public record AloneSetting(@Nullable Precision precision, boolean holdsFloat32, long seed, double seconds) {}
