package dev.plumbline.compute.probe.session;

import java.nio.charset.StandardCharsets;

/** Weights of Gaussian directions, as a client makes them: a function of seed, name and position. */
final class Weights {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long start;

    Weights(long seed, String name) {
        long hash = mixed(seed);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = mixed(hash + b);
        }
        start = hash;
    }

    double at(long position) {
        long bits = mixed((position + 1) * GOLDEN + start);
        double u = ((bits >>> 32) + 0.5) * 0x1p-32;
        double v = (bits & 0xFFFFFFFFL) * 0x1p-32;
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    }

    private static long mixed(long z) {
        long x = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }
}
