package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.List;

/**
 * Norms and shares of the values of some tensors, taken together. Empty tensors have norm 0 and share 0; a NaN makes the
 * norms NaN and is counted in {@code nonFinite}.
 *
 * @param norm {@code sqrt(sum x^2)}
 * @param l1 {@code sum |x|}
 * @param max {@code max |x|}
 * @param meanAbsolute {@code sum |x| / n}
 * @param zeroShare the share of exact zeros
 */
public record TensorStatistics(
        double norm, double l1, double max, double meanAbsolute, double zeroShare, long nonFinite) {

    /** Squares of numbers in between neither overflow nor vanish. */
    private static final double LARGE = 1e140;

    private static final double SMALL = 1e-140;

    public static TensorStatistics of(Tensor tensor) {
        return of(List.of(tensor));
    }

    public static TensorStatistics of(Collection<Tensor> tensors) {
        Sums all = new Sums();
        tensors.forEach(tensor -> all.add(tensor.values()));
        boolean squaresHold = all.max == 0 || all.max > SMALL && all.max < LARGE;
        double n = Math.max(all.count, 1);
        return new TensorStatistics(
                squaresHold ? Math.sqrt(all.squares) : scaledNorm(tensors),
                all.l1,
                all.max,
                all.l1 / n,
                all.zeros / n,
                all.nonFinite);
    }

    /** The statistics of tensors together out of those of each, without another look at their values. */
    static TensorStatistics together(List<TensorStatistics> parts, int[] sizes) {
        double l1 = 0;
        double max = 0;
        double zeros = 0;
        double n = 0;
        long nonFinite = 0;
        double[] norms = new double[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            TensorStatistics part = parts.get(i);
            norms[i] = part.norm();
            l1 += part.l1();
            max = Math.max(max, part.max());
            zeros += part.zeroShare() * sizes[i];
            n += sizes[i];
            nonFinite += part.nonFinite();
        }
        double count = Math.max(n, 1);
        return new TensorStatistics(Tensor.vector(norms).norm(), l1, max, l1 / count, zeros / count, nonFinite);
    }

    /** The norm of all values together. */
    public static double norm(Collection<Tensor> tensors) {
        double squares = 0;
        for (Tensor tensor : tensors) {
            squares += squares(tensor.values());
        }
        return squares > SMALL && squares < LARGE ? Math.sqrt(squares) : scaledNorm(tensors);
    }

    private static double squares(double[] values) {
        double even = 0;
        double odd = 0;
        for (int i = 0; i + 1 < values.length; i += 2) {
            even += values[i] * values[i];
            odd += values[i + 1] * values[i + 1];
        }
        double last = values.length % 2 == 0 ? 0 : values[values.length - 1];
        return even + odd + last * last;
    }

    private static double scaledNorm(Collection<Tensor> tensors) {
        return Tensor.vector(tensors.stream().mapToDouble(Tensor::norm).toArray())
                .norm();
    }

    /** One pass over the values; two partial sums of each kind, so that additions need not wait for each other. */
    private static final class Sums {
        private double l1;
        private double squares;
        private double max;
        private long zeros;
        private long nonFinite;
        private long count;

        void add(double[] values) {
            double evenL1 = 0;
            double oddL1 = 0;
            double evenSquares = 0;
            double oddSquares = 0;
            double largest = max;
            int none = 0;
            int even = values.length & ~1;
            for (int i = 0; i < even; i += 2) {
                double a = Math.abs(values[i]);
                double b = Math.abs(values[i + 1]);
                evenL1 += a;
                oddL1 += b;
                evenSquares += a * a;
                oddSquares += b * b;
                largest = Math.max(largest, Math.max(a, b));
                none += (a == 0 ? 1 : 0) + (b == 0 ? 1 : 0);
            }
            if (even < values.length) {
                double a = Math.abs(values[even]);
                evenL1 += a;
                evenSquares += a * a;
                largest = Math.max(largest, a);
                none += a == 0 ? 1 : 0;
            }
            l1 += evenL1 + oddL1;
            squares += evenSquares + oddSquares;
            max = largest;
            zeros += none;
            count += values.length;
            if (!(largest < Double.POSITIVE_INFINITY)) {
                nonFinite += nonFinite(values);
            }
        }

        private static int nonFinite(double[] values) {
            int bad = 0;
            for (double value : values) {
                bad += Double.isFinite(value) ? 0 : 1;
            }
            return bad;
        }
    }
}
