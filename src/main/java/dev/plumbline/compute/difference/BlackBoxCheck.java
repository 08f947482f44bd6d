package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Suffix;
import dev.plumbline.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether numeric derivatives that were put together from moved nodes are those of the objective as a black box. What
 * they assume, that samples do not see each other and that a use is affine, was found by analysis and is not believed.
 *
 * <p>First all entries at once along one Gaussian direction d, each tensor's part in proportion to its size, by five
 * points: {@code |D - sum d_i n_i|} must be within the error bars of both sides, those of the entries combined as
 * independent. That is four evaluations for the whole gradient and sees every entry. Where it does not hold, be it for a
 * kink on the way, the largest entry and a random one of every tensor are moved by themselves, and these decide.
 */
final class BlackBoxCheck {

    private static final double STEP = 0x1p-13;
    private static final double KAPPA = 3;

    private final Objective objective;
    private final SplittableRandom random;

    BlackBoxCheck(Objective objective, long seed) {
        this.objective = objective;
        this.random = new SplittableRandom(seed);
    }

    /** The names of the tensors, that a black box contradicts. */
    Set<String> contradicted(Map<String, NumericTensor> gradient) {
        if (agreesAlongADirection(gradient)) {
            return Set.of();
        }
        Set<String> contradicted = new HashSet<>();
        objective.program().parameters().forEach((name, parameter) -> {
            NumericTensor numeric = gradient.get(name);
            Suffix suffix = Suffix.whole(objective, parameter).orElse(null);
            if (numeric != null && suffix != null && !agreesAtSpots(numeric, suffix)) {
                contradicted.add(name);
            }
        });
        return contradicted;
    }

    private boolean agreesAlongADirection(Map<String, NumericTensor> gradient) {
        Map<String, double[]> direction = direction(gradient);
        double expected = 0;
        double variance = 0;
        for (Map.Entry<String, double[]> part : direction.entrySet()) {
            NumericTensor numeric = gradient.get(part.getKey());
            double[] d = part.getValue();
            for (int i = 0; numeric != null && i < d.length; i++) {
                if (d[i] == 0) {
                    continue;
                }
                expected += d[i] * numeric.values()[i];
                double bound = d[i] * (numeric.bounds()[i] + numeric.kinkRadii()[i]);
                variance += bound * bound;
            }
        }
        double[] f = IntStream.of(-2, -1, 1, 2)
                .parallel()
                .mapToDouble(k -> valueAt(direction, k * STEP))
                .toArray();
        double near = (f[2] - f[1]) / (2 * STEP);
        double far = (f[3] - f[0]) / (4 * STEP);
        double rest = Math.abs(f[0] + f[3] - 4 * (f[1] + f[2]) + 6 * objective.value());
        double sigma = Math.max(0x1p-51 * Math.abs(objective.value()), rest / Math.sqrt(70));
        double bound = Math.abs(near - far) / 48 + 1.5 * KAPPA * sigma / STEP;
        return Math.abs((4 * near - far) / 3 - expected) <= bound + KAPPA * Math.sqrt(variance);
    }

    /** What has no bound cannot be contradicted, and must not keep others from being contradicted. */
    private static void leaveOutTheBlind(@Nullable NumericTensor numeric, double[] d) {
        for (int i = 0; numeric != null && i < d.length; i++) {
            d[i] = Double.isFinite(numeric.bounds()[i]) ? d[i] : 0;
        }
    }

    private Map<String, double[]> direction(Map<String, NumericTensor> gradient) {
        Map<String, double[]> direction = new LinkedHashMap<>();
        for (String name : gradient.keySet()) {
            double size = Directions.size(objective, Set.of(name));
            double[] d = new double[objective.parameter(name).size()];
            for (int i = 0; i < d.length; i++) {
                d[i] = size * random.nextGaussian();
            }
            leaveOutTheBlind(gradient.get(name), d);
            direction.put(name, d);
        }
        return direction;
    }

    private double valueAt(Map<String, double[]> direction, double t) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        direction.forEach((name, d) -> {
            Tensor x = objective.parameter(name);
            double[] values = new double[d.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = x.at(i) + t * d[i];
            }
            moved.put(name, Tensor.of(x.shape(), values));
        });
        return objective.valueWith(moved);
    }

    private boolean agreesAtSpots(NumericTensor numeric, Suffix suffix) {
        int size = numeric.values().length;
        if (size == 0) {
            return true;
        }
        int[] spots = {largest(numeric.values()), random.nextInt(size)};
        NumericTensor checked = SuffixDifferences.of(suffix, spots);
        for (int spot : spots) {
            double difference = Math.abs(checked.values()[spot] - numeric.values()[spot]);
            double allowed = checked.bounds()[spot]
                    + numeric.bounds()[spot]
                    + checked.kinkRadii()[spot]
                    + numeric.kinkRadii()[spot];
            boolean isUnknown = Double.isNaN(checked.values()[spot]) && Double.isNaN(numeric.values()[spot]);
            if (!(difference <= allowed || isUnknown)) {
                return false;
            }
        }
        return true;
    }

    private static int largest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = Math.abs(values[i]) > Math.abs(values[largest]) ? i : largest;
        }
        return largest;
    }
}
