package dev.plumbline.compute.probe.session;

/** Seeds of directions from the one of the session, by SplitMix64 (Steele, Lea and Flood 2014); of 31 bits, which every client has. */
final class Seeds {

    private Seeds() {}

    static long of(long seed, long number) {
        return mixed(mixed(seed) + (number + 1) * 0x9E3779B97F4A7C15L) >>> 33;
    }

    private static long mixed(long z) {
        long x = z + 0x9E3779B97F4A7C15L;
        x = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }
}
