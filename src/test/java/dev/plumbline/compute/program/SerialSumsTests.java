package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sums over what is repeated, added up one after another, for every operation that repeats. */
class SerialSumsTests {

    private final SplittableRandom random = new SplittableRandom(5);
    private final ProgramBuilder b = new ProgramBuilder();

    private Tensor floats(int... extents) {
        return Tensor.zeros(Shape.of(extents)).map(zero -> (float) random.nextDouble(-1, 1));
    }

    /** What is passed back to the k-th input of a node, less the losses. */
    private static double[] passedBack(Node node, int k, List<Tensor> inputs, Tensor cotangent) {
        double[][] into = new double[inputs.size()][];
        into[k] = new double[inputs.get(k).size()];
        Tensor output = Tensor.of(node.shape(), node.op().value(inputs, node.shape()));
        new SerialSums(true).pullBack(node, inputs, output, cotangent.values(), into, into);
        return into[k];
    }

    @Test
    void aBiasIsWhatAFloat32LoopMakesOfIt() {
        Tensor x = floats(50, 3, 7);
        Tensor bias = floats(3, 1);
        Tensor cotangent = floats(50, 3, 7);
        Node sum = b.add(b.parameter("x", x), b.parameter("bias", bias));
        float[] serial = new float[3];
        for (int i = 0; i < cotangent.size(); i++) {
            serial[i / 7 % 3] += (float) cotangent.at(i);
        }
        double[] passed = passedBack(sum, 1, List.of(x, bias), cotangent);
        for (int c = 0; c < 3; c++) {
            assertThat(Math.abs(passed[c] - serial[c])).isLessThanOrEqualTo(1e-13);
        }
    }

    @Test
    void aGainIsWhatAFloat32LoopMakesOfIt() {
        Tensor x = floats(400, 2);
        Tensor gain = floats(2);
        Tensor cotangent = floats(400, 2);
        Node product = b.multiply(b.parameter("x", x), b.parameter("gain", gain));
        float[] serial = new float[2];
        double[] rounded = new double[2]; // what each product loses before it is added
        for (int i = 0; i < cotangent.size(); i++) {
            float term = (float) cotangent.at(i) * (float) x.at(i);
            serial[i % 2] += term;
            rounded[i % 2] += cotangent.at(i) * x.at(i) - term;
        }
        double[] passed = passedBack(product, 1, List.of(x, gain), cotangent);
        for (int c = 0; c < 2; c++) {
            assertThat(Math.abs(passed[c] - rounded[c] - serial[c])).isLessThanOrEqualTo(1e-13);
        }
    }

    @Test
    void anEmbeddingIsWhatAFloat32LoopMakesOfIt() {
        Tensor table = floats(4, 2);
        Tensor rows = Tensor.zeros(Shape.of(300)).map(zero -> random.nextInt(4));
        Tensor cotangent = floats(300, 2);
        Node gathered = b.gather(b.parameter("table", table), b.constant(rows), 0);
        float[] serial = new float[8];
        for (int i = 0; i < 600; i++) {
            serial[2 * (int) rows.at(i / 2) + i % 2] += (float) cotangent.at(i);
        }
        double[] passed = passedBack(gathered, 0, List.of(table, rows), cotangent);
        for (int c = 0; c < 8; c++) {
            assertThat(Math.abs(passed[c] - serial[c])).isLessThanOrEqualTo(1e-13);
        }
    }

    /** Ones on both sides of a product: every weight's gradient is the same long sum. */
    @Test
    void aWeightBehindEqualRowsIsWhatAFloat32LoopMakesOfIt() {
        Tensor x = Tensor.filled(Shape.of(500, 3), 0.3f);
        Tensor w = floats(3, 2);
        Tensor cotangent = Tensor.filled(Shape.of(500, 2), 0.7f);
        Node product = b.matmul(b.parameter("x", x), b.parameter("w", w));
        float serial = 0;
        for (int p = 0; p < 500; p++) {
            serial += 0.3f * 0.7f;
        }
        double rounded = 500 * (0.3f * (double) 0.7f - 0.3f * 0.7f);
        for (double passed : passedBack(product, 1, List.of(x, w), cotangent)) {
            assertThat(Math.abs(passed - rounded - serial)).isLessThanOrEqualTo(1e-11); // the product's own rounding
        }
    }
}
