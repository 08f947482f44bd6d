package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What autocast on a CPU stores where, by operations of a file. */
class PrecisionTests {

    private static final Precision AUTOCAST = Precision.named("autocastBF16");
    private static final Tensor X = Samples.normal(1, 6, 4);
    private static final Tensor W = Samples.normal(2, 4, 3);

    private final ProgramBuilder b = new ProgramBuilder();
    private final Node x = b.at("x").data("x", X.shape());
    private final Node w = b.at("w").parameter("w", W.shape());
    private final Node bias = b.at("bias").parameter("bias", Shape.of(3));
    private final Node product = b.at("product", "MatMul").matmul(x, w);

    private Program program(Node output) {
        return b.output("y", output).build();
    }

    private static Grid stored(Program program, Node node) {
        return AUTOCAST.grids(program, Grid.FP32)[node.id()];
    }

    private static Grid storedByOne(Program program, Node node) {
        return AUTOCAST.fused(program, Grid.FP32)[node.id()];
    }

    @Test
    void aProductAndItsBiasAreTwoRoundingsOrOne() {
        Node sum = b.at("sum", "Add").add(product, bias);
        Program program = program(sum);
        assertThat(stored(program, product)).isEqualTo(Grid.BF16);
        assertThat(storedByOne(program, product)).isEqualTo(Grid.FP32);
        assertThat(stored(program, sum)).isEqualTo(storedByOne(program, sum)).isEqualTo(Grid.BF16);
    }

    /** Another reader has the product as it is stored. */
    @Test
    void aProductThatIsReadTwiceIsRounded() {
        Node sum = b.at("sum", "Add").add(b.at("first", "Add").add(product, bias), product);
        assertThat(storedByOne(program(sum), product)).isEqualTo(Grid.BF16);
    }

    @Test
    void aMaskHasTheDatatypeOfTheProductThatItIsAddedTo() {
        Node half = b.at("half", "Mul").multiply(product, 0.5);
        Node mask = b.at("mask").constant(Tensor.vector(0, Double.NEGATIVE_INFINITY, 0));
        Node masked = b.at("masked", "Add").add(half, mask);
        assertThat(stored(program(masked), masked)).isEqualTo(Grid.BF16);
    }

    @Test
    void whatAFileHoldsIsFloat32AndMakesFloat32() {
        Node column = b.at("column").constant(Tensor.vector(1, 2, 3));
        Node times = b.at("times", "Mul").multiply(product, column);
        assertThat(stored(program(times), times)).isEqualTo(Grid.FP32);
    }

    @Test
    void whatAnOperationPutsInHasNoDatatype() {
        Node resized = b.at("resized", "Resize").multiply(product, b.constant(Tensor.vector(1, 2, 3)));
        assertThat(stored(program(resized), resized)).isEqualTo(Grid.BF16);
    }

    @Test
    void aNormalisationIsStoredInFloat32OrAsItsInput() {
        b.at("norm", "BatchNormalization");
        Node centred = b.subtract(product, b.multiply(b.sum(product, 0), 1 / 6.0));
        Node scaled = b.multiply(centred, bias);
        Program program = program(scaled);
        assertThat(stored(program, scaled)).isEqualTo(Grid.FP32);
        assertThat(storedByOne(program, scaled)).isEqualTo(Grid.BF16);
        assertThat(storedByOne(program, centred)).isEqualTo(Grid.FP32);
    }

    @Test
    void samplingIsInFloat32() {
        Node read = b.at("read", "GridSample").multiply(product, product);
        Node same = b.at("same", "Mul").multiply(product, product);
        Program program = program(b.add(b.sum(read), b.sum(same)));
        assertThat(stored(program, read)).isEqualTo(Grid.FP32);
        assertThat(stored(program, same)).isEqualTo(Grid.BF16);
    }

    /** The weights of an interpolation, and in reverse what comes together where it reads. */
    @Test
    void interpolationAddsUpInBfloat16() {
        Node positions = b.at("resized", "Resize").constant(Tensor.vector(0, 0, 1, 1));
        Node read = b.gather(product, positions, 1);
        Node weights = b.computed(Tensor.vector(0.75, 0.25, 0.75, 0.25), new double[4], new double[] {1, 1, 1, 1});
        Node given = b.constant(Tensor.vector(0.5, 0.5, 0.5, 0.5));
        Program program = program(b.sum(b.multiply(b.multiply(read, weights), given)));
        assertThat(AUTOCAST.sums(program)[weights.id()]).isEqualTo(Grid.BF16);
        assertThat(AUTOCAST.sums(program)[given.id()]).isEqualTo(Grid.FP32);
        assertThat(AUTOCAST.sumsInReverse(program)[product.id()]).isEqualTo(Grid.BF16);
        assertThat(AUTOCAST.sumsInReverse(program)[read.id()]).isEqualTo(Grid.FP32);
    }

    /** Weights that bfloat16 has, computed by way of numbers that it has not: they stray by these. */
    @Test
    void weightsStrayInBfloat16ByTheTermsTheyAreComputedFrom() {
        Node weights =
                b.at("resized", "Resize").computed(Tensor.vector(0, -0.25, 0.5), new double[3], new double[] {3, 0, 0});
        Program program = program(b.sum(b.multiply(b.add(product, bias), weights)));
        Map<String, Tensor> point = Map.of("x", X, "w", W, "bias", Tensor.vector(0, 0, 0));
        Evaluation base = program.evaluate(point);
        double furthest = 0;
        for (long seed = 0; seed < 50; seed++) {
            Tensor strayed = program.evaluate(point, Rounding.mixed(AUTOCAST, Datatype.FP32, base, seed))
                    .value(weights);
            furthest = Math.max(furthest, Math.abs(strayed.at(0)));
            assertThat(strayed.at(1)).isEqualTo(-0.25);
            assertThat(program.evaluate(point, Rounding.random(Datatype.FP32, base, seed))
                            .value(weights))
                    .isEqualTo(base.value(weights));
        }
        assertThat(furthest).isBetween(3 * 0x1p-8, 3 * 0x1p-7);
    }

    /** At 1000 the spacing is 4: to the nearest all rows are equal, at random they are not. */
    @Test
    void kernelsThatRoundToTheNearestLeaveNoVariance() {
        Node sum = b.at("sum", "Add").add(product, bias);
        Program program = program(b.sum(b.square(sum)));
        Tensor near = X.map(value -> 0.01 * value);
        Map<String, Tensor> point = Map.of("x", near, "w", W, "bias", Tensor.vector(1001, 1001, 1001));
        Evaluation base = program.evaluate(point);
        int unequal = 0;
        for (long seed = 0; seed < 10; seed++) {
            Rounding kernels =
                    Rounding.fused(AUTOCAST, Datatype.FP32, base, seed, Leaning.NONE, TermSizes.alone(program));
            Tensor fused = program.evaluate(point, kernels).value(sum);
            assertThat(fused).isEqualTo(Tensor.filled(fused.shape(), 1000));
            Tensor strayed = program.evaluate(point, Rounding.mixed(AUTOCAST, Datatype.FP32, base, seed))
                    .value(sum);
            unequal += strayed.equals(fused) ? 0 : 1;
        }
        assertThat(unequal).isGreaterThan(5);
    }
}
