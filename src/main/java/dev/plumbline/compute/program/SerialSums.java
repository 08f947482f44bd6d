package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a machine loses that adds up K terms one after another, as PyTorch adds up the biases of convolutions and repeated
 * rows of an embedding, and as matrix products do within a block.
 *
 * <p>Terms that differ are rounded up and down, and lose about {@code sqrt(K)/4} units in the last place. Equal ones, as
 * stand behind a global average or at inputs of ones, are rounded the same way at every step while the sum stays within a
 * power of two, and lose up to {@code K/4}: 1,180 units where K is 5,408 (measured, PyTorch 1.13, float32). No formula in
 * their sizes tells the one case from the other, so the sum is carried out; in products, which are dear, only where both
 * factors repeat themselves ({@link RepeatedProducts}).
 */
final class SerialSums {

    private final boolean inFloat32;

    /** Sums in float32, else in float64. */
    SerialSums(boolean inFloat32) {
        this.inFloat32 = inFloat32;
    }

    /** A product's result, less what serial sums lose of it. */
    double[] value(Contraction contraction, List<Tensor> inputs, Shape shape) {
        RepeatedProducts products = new RepeatedProducts(inFloat32);
        double[] value = contraction.value(inputs, shape, new Contraction.Products() {
            @Override
            public void add(MatrixProduct.Matrix a, MatrixProduct.Matrix b, double[] c, int start) {
                products.addBoth(a, b, c, start);
            }

            @Override
            public void done(double[] c) {
                subtract(c, products.lossesBeside(c));
                products.forget(c);
            }
        });
        subtract(value, products.lossesBeside(value));
        return value;
    }

    /** The sums of a reduction, less what serial sums lose of them. */
    double[] value(Reduce sum, List<Tensor> inputs, Shape shape) {
        double[] value = sum.value(inputs, shape);
        double[] counted = new double[value.length];
        Arrays.setAll(counted, i -> i + 1);
        double[][] positions = {new double[inputs.get(0).size()]}; // of the sum that each element goes to
        sum.pullBack(inputs, Tensor.of(shape, value), counted, positions);
        subtract(value, losses(value.length, positions[0], inputs.get(0).values()));
        return value;
    }

    /**
     * The vector-Jacobian product, less what serial sums lose of it in the arrays {@code losing}: each is that of {@code into}
     * in its place, or null.
     */
    void pullBack(
            Node node,
            List<Tensor> inputs,
            Tensor output,
            double[] cotangent,
            double[] @Nullable [] into,
            double[] @Nullable [] losing) {
        if (!(node.op() instanceof Contraction contraction)) {
            node.op().pullBack(inputs, output, cotangent, into);
            pullBackLosses(node, inputs, output, cotangent, losing);
            return;
        }
        boolean isConvolved = contraction instanceof Convolution; // to whose input patches scatter few terms each
        double[] first = isConvolved ? null : losing[0];
        double[] second = losing[1] == first ? null : losing[1];
        RepeatedProducts products = new RepeatedProducts(inFloat32);
        contraction.pullBack(inputs, output, cotangent, into, (a, b, c, start) -> {
            if (c == first || c == second) {
                products.addBoth(a, b, c, start);
            } else {
                MatrixProduct.add(a, b, c, start);
            }
        });
        subtract(first, first == null ? null : products.lossesBeside(first));
        subtract(second, second == null ? null : products.lossesBeside(second));
    }

    /** Takes from {@code into}, where a node's reverse pass has added its terms, what serial sums lose of them. */
    private void pullBackLosses(
            Node node, List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        for (int k = 0; k < into.length; k++) {
            if (into[k] != null && mayRepeat(node, k)) {
                double[] losses =
                        losses(into[k].length, positions(node, inputs, k), terms(node, inputs, output, cotangent, k));
                subtract(into[k], losses);
            }
        }
    }

    /** What {@code sum + term} is in this arithmetic. */
    static double rounded(double sum, double term, boolean inFloat32) {
        return inFloat32 ? (float) (sum + term) : sum + term;
    }

    /** {@code sum + term} minus that, exactly (Knuth, TAOCP 2, section 4.2.2, theorem B; in float32 float64 is exact enough). */
    static double lost(double sum, double term, double rounded, boolean inFloat32) {
        if (inFloat32) {
            return sum + term - rounded;
        }
        double added = rounded - sum;
        return sum - (rounded - added) + (term - added);
    }

    private static void subtract(double @Nullable [] from, double @Nullable [] losses) {
        for (int i = 0; from != null && losses != null && i < from.length; i++) {
            from[i] -= Double.isFinite(losses[i]) ? losses[i] : 0;
        }
    }

    private static boolean mayRepeat(Node node, int k) {
        Op op = node.op();
        return (k == 0 && (op instanceof Gather || op instanceof GatherElements))
                || ((op instanceof Binary || op instanceof Broadcast)
                        && node.inputs().get(k).shape().size() < node.shape().size());
    }

    /** For each element of the result, the element of input k that it reads, counted from 1; 0 where it reads none. */
    private static double[] positions(Node node, List<Tensor> inputs, int k) {
        Shape own = inputs.get(k).shape();
        double[] counted = new double[own.size()];
        Arrays.setAll(counted, i -> i + 1);
        Tensor[] read = inputs.toArray(Tensor[]::new);
        read[k] = Tensor.of(own, counted);
        return node.op() instanceof Binary
                ? new Broadcast(node.shape()).value(List.of(read[k]), node.shape())
                : node.op().value(List.of(read), node.shape());
    }

    /** For each element of the result, what it adds to the element of input k that it reads. */
    private static double[] terms(Node node, List<Tensor> inputs, Tensor output, double[] cotangent, int k) {
        if (!(node.op() instanceof Binary)) {
            return cotangent;
        }
        Tensor[] repeated = inputs.toArray(Tensor[]::new);
        repeated[k] = Tensor.of(node.shape(), new Broadcast(node.shape()).value(List.of(inputs.get(k)), node.shape()));
        double[][] terms = new double[repeated.length][];
        terms[k] = new double[node.shape().size()];
        node.op().pullBack(List.of(repeated), output, cotangent, terms);
        return terms[k];
    }

    private double[] losses(int size, double[] positions, double[] terms) {
        double[] sums = new double[size];
        double[] losses = new double[size];
        for (int i = 0; i < terms.length; i++) {
            int at = (int) positions[i] - 1;
            if (at >= 0) {
                double term = inFloat32 ? (float) terms[i] : terms[i];
                double sum = rounded(sums[at], term, inFloat32);
                losses[at] += lost(sums[at], term, sum, inFloat32);
                sums[at] = sum;
            }
        }
        return losses;
    }
}
