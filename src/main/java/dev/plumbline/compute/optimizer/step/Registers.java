package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.strip.FloatStrip;
import dev.plumbline.compute.optimizer.strip.Strip;

/**
 * Whether sums may run in vector registers, which HotSpot does not do by itself, since that changes the order of a sum. It
 * takes the JDK's incubating {@code jdk.incubator.vector}; a JVM has it only if it was started with {@code --add-modules
 * jdk.incubator.vector}, and without it
 * {@link VectorGauge} and {@link VectorStep} must not be touched.
 */
final class Registers {

    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    /** Until its loop is compiled each vector is an object: not for tensors that may never get so far. */
    private static final int WORTH_COMPILING = 1 << 16;

    private Registers() {}

    static boolean suit(Strip strip) {
        return AVAILABLE && strip instanceof FloatStrip && strip.length() >= WORTH_COMPILING;
    }
}
