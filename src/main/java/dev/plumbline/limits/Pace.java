package dev.plumbline.limits;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * How long this machine takes for what the machine takes a second for that all estimates were measured on: 1 until it is
 * {@link #measure measured}, which the service does beside its start. A loop of exponentials and sums, by the CPU time of its
 * thread, so that whoever else computes does not count. Bad where another core's work shares its units, or memory is the brake;
 * it stays 1 where the clock of CPU time is too coarse for a believable figure.
 */
public final class Pace {

    /** What an element of the loop takes on that machine, in nanoseconds. */
    private static final double REFERENCE = 6;

    private static final int SIZE = 4096;

    /** Rounds of the loop that look whether it has become faster: once compiled it does not. */
    private static final int STEADY = 300;

    /** Of CPU time, all in all: 0.3 s. */
    private static final long MOST = 300_000_000;

    /** What is believed. */
    private static final double FASTEST = 0.1;

    private static final double SLOWEST = 20;

    private static volatile double factor = 1;

    @SuppressWarnings("UnusedVariable") // lest the loop be found useless
    private static volatile double sink;

    private Pace() {}

    /** What takes so many seconds there, here. */
    public static double here(double seconds) {
        return factor * seconds;
    }

    /** Measures this machine, in some tens of milliseconds. */
    public static void measure() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        if (!threads.isCurrentThreadCpuTimeSupported()) {
            return;
        }
        double[] x = new double[SIZE];
        long began = threads.getCurrentThreadCpuTime();
        long before = began;
        long best = Long.MAX_VALUE;
        for (int round = 0, steady = 0; steady < STEADY && before - began < MOST; round++, steady++) {
            round(x, round);
            long now = threads.getCurrentThreadCpuTime();
            if (now - before < 0.95 * best) {
                best = now - before;
                steady = 0;
            }
            before = now;
        }
        double measured = (double) best / SIZE / REFERENCE;
        if (measured >= FASTEST && measured <= SLOWEST) {
            factor = measured;
        }
    }

    private static void round(double[] x, int round) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.exp(-(i % 100) * 0.01 - round % 7) + 0.5 * x[i];
            sum += x[i];
        }
        sink = sum;
    }
}
