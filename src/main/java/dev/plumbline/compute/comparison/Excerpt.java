package dev.plumbline.compute.comparison;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Some entries of a large tensor, by their positions in ascending order. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Excerpt(int[] positions) {

    private static final int BLOCKS = 128;
    private static final int LENGTH = 32;

    /** Short runs, evenly spread, each moved a little so that they keep no time with rows. */
    static Excerpt of(int size) {
        return size <= BLOCKS * LENGTH
                ? new Excerpt(IntStream.range(0, size).toArray())
                : new Excerpt(IntStream.range(0, BLOCKS)
                        .flatMap(block -> {
                            long room = size / BLOCKS - LENGTH;
                            long moved = Math.floorMod((block + 1) * 0x9E3779B97F4A7C15L >>> 8, room + 1);
                            int begin = (int) ((long) block * size / BLOCKS + moved);
                            return IntStream.range(begin, begin + LENGTH);
                        })
                        .toArray());
    }

    Excerpt and(int[] others) {
        return new Excerpt(IntStream.concat(Arrays.stream(positions), Arrays.stream(others))
                .sorted()
                .distinct()
                .toArray());
    }

    double[] of(Numbers numbers) {
        return of(numbers, i -> i);
    }

    /** The values where {@code source} says; 0 where it says -1. Neighbours are read together. */
    double[] of(Numbers numbers, IntUnaryOperator source) {
        double[] values = new double[positions.length];
        double[] run = new double[LENGTH];
        int done = 0;
        while (done < values.length) {
            int from = source.applyAsInt(positions[done]);
            int length = 1;
            while (from >= 0
                    && length < LENGTH
                    && done + length < values.length
                    && source.applyAsInt(positions[done + length]) == from + length) {
                length++;
            }
            if (from >= 0) {
                numbers.read(from, run, length);
                System.arraycopy(run, 0, values, done, length);
            }
            done += length;
        }
        return values;
    }
}
