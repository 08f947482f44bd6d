package dev.plumbline.check;

import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** A mistake to plant in one tensor of a right gradient, where it matters: in its largest row, in one of its largest entries. */
enum Planted {
    /** Half as much again. */
    SCALED {
        @Override
        double[] in(double[] g, int rowLength, Random random) {
            return Arrays.stream(g).map(x -> 1.5 * x).toArray();
        }
    },
    /** The row of largest norm with the other sign. */
    ROW_FLIPPED {
        @Override
        double[] in(double[] g, int rowLength, Random random) {
            int row = IntStream.range(0, g.length / rowLength)
                    .reduce((a, b) -> square(g, a, rowLength) >= square(g, b, rowLength) ? a : b)
                    .orElseThrow();
            double[] wrong = g.clone();
            for (int i = row * rowLength; i < (row + 1) * rowLength; i++) {
                wrong[i] = -wrong[i];
            }
            return wrong;
        }
    },
    /** One entry among the largest tenth 1 % off. */
    ENTRY_OFF {
        @Override
        double[] in(double[] g, int rowLength, Random random) {
            int[] largestFirst = IntStream.range(0, g.length)
                    .boxed()
                    .sorted((a, b) -> Double.compare(Math.abs(g[b]), Math.abs(g[a])))
                    .mapToInt(i -> i)
                    .toArray();
            double[] wrong = g.clone();
            wrong[largestFirst[random.nextInt((g.length + 9) / 10)]] *= 1.01;
            return wrong;
        }
    },
    /** Nothing left. */
    ZEROED {
        @Override
        double[] in(double[] g, int rowLength, Random random) {
            return new double[g.length];
        }
    };

    abstract double[] in(double[] g, int rowLength, Random random);

    private static double square(double[] g, int row, int rowLength) {
        double square = 0;
        for (int i = row * rowLength; i < (row + 1) * rowLength; i++) {
            square += g[i] * g[i];
        }
        return square;
    }

    /** The gradient with this mistake, rounded to its datatype. */
    Tensor in(Tensor gradient, Random random) {
        int rowLength = gradient.shape().rank() < 2
                ? 1
                : gradient.size() / gradient.shape().extent(0);
        double[] wrong = in(gradient.values(), rowLength, random);
        return Tensor.of(gradient.shape(), wrong).as(gradient.datatype());
    }
}
