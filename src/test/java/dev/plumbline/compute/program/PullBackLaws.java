package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The laws of a vector-Jacobian product. Each takes the product as a function, so that a wrong one can be held against
 * it as well, and gives what it finds amiss: nothing, where the law holds.
 */
final class PullBackLaws {

    /**
     * The step of the differences. Inputs are at least twice as far from every kink.
     */
    private static final double STEP = 0x1p-10;

    /**
     * The five-point formula is wrong by h^4 / 30 times a fifth derivative, which the rows keep below 2e4 (the quotient
     * at 1/2): 6e-10. Rounding adds u |y| 1.5 / h, 2e-13 for each element of y that the input reaches: 1e-11.
     */
    private static final double TOLERANCE = 1e-9;

    /** Two ways to the same sum of at most a few hundred terms of size 1 differ by no more. */
    private static final double ROUNDING = 1e-13;

    private PullBackLaws() {}

    /** A vector-Jacobian product, as {@link Op#pullBack}; targets may be null. */
    interface PullBack {
        void apply(List<Tensor> inputs, Tensor output, double[] cotangent, double[][] into);
    }

    /** Equal to the five-point difference of cotangent . y. */
    static List<String> differs(OperationCase row, PullBack pullBack) {
        List<String> found = new ArrayList<>();
        Tensor cotangent = row.cotangent(7);
        double[][] gradient = gradient(row, pullBack, cotangent.values());
        for (int k : row.smooth()) {
            for (int i = 0; i < gradient[k].length; i++) {
                double numeric = difference(row, k, i, cotangent.values());
                if (!(Math.abs(numeric - gradient[k][i]) <= TOLERANCE * (1 + Math.abs(numeric)))) {
                    found.add("by input " + k + " at " + i + ": " + gradient[k][i] + ", numeric " + numeric);
                }
            }
        }
        return found;
    }

    private static double difference(OperationCase row, int input, int entry, double[] cotangent) {
        double[] near = slope(row, input, entry, STEP);
        double[] far = slope(row, input, entry, 2 * STEP);
        double sum = 0;
        for (int j = 0; j < cotangent.length; j++) {
            sum += cotangent[j] * (4 * near[j] - far[j]) / 3;
        }
        return sum;
    }

    private static double[] slope(OperationCase row, int input, int entry, double step) {
        double[] above = moved(row, input, entry, step);
        double[] below = moved(row, input, entry, -step);
        double[] slope = new double[above.length];
        for (int j = 0; j < slope.length; j++) {
            boolean untouched = above[j] == below[j]; // it may be an infinite fill
            slope[j] = untouched ? 0 : (above[j] - below[j]) / (2 * step);
        }
        return slope;
    }

    private static double[] moved(OperationCase row, int input, int entry, double step) {
        List<Tensor> inputs = new ArrayList<>(row.inputs());
        double[] values = inputs.get(input).values().clone();
        values[entry] += step;
        inputs.set(input, Tensor.of(inputs.get(input).shape(), values));
        return row.output(inputs).values();
    }

    /** J'(2 c - 3 d) = 2 J' c - 3 J' d. */
    static List<String> isNotLinear(OperationCase row, PullBack pullBack) {
        double[] c = row.cotangent(11).values();
        double[] d = row.cotangent(13).values();
        double[] both = new double[c.length];
        Arrays.setAll(both, j -> 2 * c[j] - 3 * d[j]);
        double[][] ofC = gradient(row, pullBack, c);
        double[][] ofD = gradient(row, pullBack, d);
        double[][] ofBoth = gradient(row, pullBack, both);
        List<String> found = new ArrayList<>();
        for (int k : row.smooth()) {
            for (int i = 0; i < ofC[k].length; i++) {
                double sum = 2 * ofC[k][i] - 3 * ofD[k][i];
                double size = 100 + Math.abs(ofC[k][i]) + Math.abs(ofD[k][i]);
                if (!(Math.abs(ofBoth[k][i] - sum) <= ROUNDING * size)) {
                    found.add("by input " + k + " at " + i + ": " + ofBoth[k][i] + " is not " + sum);
                }
            }
        }
        return found;
    }

    /** J' 0 = 0. */
    static List<String> zeroGivesMore(OperationCase row, PullBack pullBack) {
        double[][] gradient = gradient(row, pullBack, new double[row.expected().size()]);
        return row.smooth().stream()
                .map(k -> gradient[k])
                .filter(values -> Arrays.stream(values).anyMatch(value -> value != 0))
                .map(Arrays::toString)
                .toList();
    }

    /** Adds to what a target holds, and gives each target alone the same bits as together with the others. */
    static List<String> doesNotAdd(OperationCase row, PullBack pullBack) {
        double[] cotangent = row.cotangent(17).values();
        double[][] together = gradient(row, pullBack, cotangent);
        List<String> found = new ArrayList<>();
        for (int k : row.smooth()) {
            double[][] alone = new double[together.length][];
            alone[k] = new double[together[k].length];
            pullBack.apply(row.inputs(), row.output(), cotangent, alone);
            if (!Arrays.equals(alone[k], together[k])) {
                found.add("input " + k + " alone differs");
            }
            double[][] full = new double[together.length][];
            full[k] = new double[together[k].length];
            Arrays.fill(full[k], 0.75);
            pullBack.apply(row.inputs(), row.output(), cotangent, full);
            for (int i = 0; i < full[k].length; i++) {
                double sum = 0.75 + together[k][i];
                if (!(Math.abs(full[k][i] - sum) <= ROUNDING * (100 + Math.abs(sum)))) {
                    found.add("by input " + k + " at " + i + ": " + full[k][i] + " is not " + sum);
                }
            }
        }
        return found;
    }

    /** Leaves alone the inputs by which the operation is not differentiated. */
    static List<String> reachesOthers(OperationCase row, PullBack pullBack) {
        double[][] gradient = gradient(row, pullBack, row.cotangent(31).values());
        List<String> found = new ArrayList<>();
        for (int k = 0; k < gradient.length; k++) {
            if (!row.smooth().contains(k) && Arrays.stream(gradient[k]).anyMatch(value -> value != 0)) {
                found.add("by input " + k + ": " + Arrays.toString(gradient[k]));
            }
        }
        return found;
    }

    /** Leaves inputs, output and cotangent as they are. */
    static List<String> writes(OperationCase row, PullBack pullBack) {
        Tensor output = row.output();
        double[] cotangent = row.cotangent(19).values();
        List<double[]> read =
                new ArrayList<>(row.inputs().stream().map(Tensor::values).toList());
        read.add(output.values());
        read.add(cotangent);
        List<double[]> before = read.stream().map(double[]::clone).toList();
        pullBack.apply(row.inputs(), output, cotangent, targets(row));
        List<String> found = new ArrayList<>();
        for (int k = 0; k < read.size(); k++) {
            if (!Arrays.equals(read.get(k), before.get(k))) {
                found.add("array " + k + " was written to");
            }
        }
        return found;
    }

    /** Twice the same call, twice the same bits. */
    static List<String> varies(OperationCase row, PullBack pullBack) {
        double[] cotangent = row.cotangent(23).values();
        boolean same = Arrays.deepEquals(gradient(row, pullBack, cotangent), gradient(row, pullBack, cotangent));
        return same ? List.of() : List.of("two calls differ");
    }

    static double[][] gradient(OperationCase row, PullBack pullBack, double[] cotangent) {
        double[][] into = targets(row);
        pullBack.apply(row.inputs(), row.output(), cotangent, into);
        return into;
    }

    private static double[][] targets(OperationCase row) {
        return row.inputs().stream().map(x -> new double[x.size()]).toArray(double[][]::new);
    }
}
