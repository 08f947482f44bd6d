package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The ratios of the estimates that were measured; times are held against measured ones by {@code EstimatesTests}, on machines
 * that are quiet.
 */
class EffortTests {

    private static final int SIZE = 100_000;

    private final ProgramBuilder b = new ProgramBuilder();
    private int names;

    private Node parameter(int... extents) {
        return b.parameter("p" + names++, Shape.of(extents));
    }

    private double product(int n, int k, int m) {
        return Effort.of(b.matmul(parameter(n, k), parameter(k, m)), 1);
    }

    private double multiplication(int size) {
        return Effort.of(b.multiply(parameter(size), parameter(size)), 1);
    }

    /** A node of one element takes as long as some hundred elements more: 20 are lost beside it, 3,000 are not. */
    @Test
    void handlingANodeIsSomeHundredElements() {
        assertThat(multiplication(20) / multiplication(1)).isLessThan(1.2);
        assertThat(multiplication(1_000) / multiplication(1)).isGreaterThan(3);
    }

    /** Where a product leaves Java it becomes neither half as dear nor twice: that is why it leaves there. */
    @Test
    void aProductThatLeavesJavaGainsByIt() {
        double inJava = product(34, 34, 34);
        double inNd4j = product(35, 35, 35);
        assertThat(MatrixProduct.staysInJava(34 * 34 * 34, 3 * 34 * 34)).isTrue();
        assertThat(MatrixProduct.staysInJava(35 * 35 * 35, 3 * 35 * 35)).isFalse();
        assertThat(inNd4j / inJava).isBetween(0.35, 1.1);
    }

    /** A large product takes some thirtieth of a nanosecond a term, 1.3 in Java. */
    @Test
    void termsOfLargeProductsTakeAThirtiethOfThoseInJava() {
        double large = product(2_000, 2_000, 2_000) / 8e9;
        double small = product(30, 30, 30) / 27e3;
        assertThat(small / large).isBetween(15.0, 60.0);
    }

    /** A thin product of ten terms a number: copying the numbers is most of it, and it takes a tenth of Java's time or more. */
    @Test
    void aThinProductIsMostlyCopied() {
        double thin = product(10, 4_000, 4_000);
        double terms = 10.0 * 4_000 * 4_000;
        double square = product(2_000, 2_000, 2_000) / 8e9;
        assertThat(thin / terms / square).isBetween(2.0, 12.0);
    }

    /** In multiplications an element, as measured: a factor three either way is another operation. */
    @ParameterizedTest
    @CsvSource({
        "NEGATE, 0.9",
        "RELU, 0.9",
        "ABS, 0.9",
        "SIGN, 2",
        "FLOOR, 2",
        "SQRT, 2",
        "EXP, 6",
        "LOG, 6",
        "TANH, 6",
        "SIGMOID, 6",
        "SIN, 9",
        "COS, 9",
        "ERF, 9",
        "ATAN, 9",
        "LOG1P, 12",
        "SOFTPLUS, 19"
    })
    void functionsTakeAsLongAsTheyAreHard(UnaryFunction function, double multiplications) {
        double ratio = Effort.of(b.unary(function, parameter(SIZE)), 1) / multiplication(SIZE);
        assertThat(ratio).isBetween(multiplications / 3, multiplications * 3);
    }

    @ParameterizedTest
    @CsvSource({
        "ADD, 1",
        "SUBTRACT, 1",
        "DIVIDE, 4.5",
        "MAXIMUM, 4.5",
        "MINIMUM, 4.5",
        "LESS, 4.5",
        "EQUAL, 4.5",
        "POWER, 14"
    })
    void soDoFunctionsOfTwo(BinaryFunction function, double multiplications) {
        double ratio = Effort.of(b.binary(function, parameter(SIZE), parameter(SIZE)), 1) / multiplication(SIZE);
        assertThat(ratio).isBetween(multiplications / 3, multiplications * 3);
    }

    /** In multiplications an element that is read. */
    @Test
    void reductionsAndPools() {
        double multiplication = multiplication(SIZE);
        assertThat(Effort.of(b.sum(parameter(SIZE)), 1) / multiplication).isBetween(0.4, 4.0);
        assertThat(Effort.of(b.max(parameter(SIZE)), 1) / multiplication).isBetween(1.2, 10.0);
        Window window = new Window(List.of(2, 2), List.of(2, 2), List.of(0, 0, 0, 0), List.of(1, 1), false);
        int side = 300;
        assertThat(Effort.of(b.maxPool(parameter(1, 1, side, side), window), 1) / multiplication(side * side))
                .isBetween(0.7, 6.0);
        assertThat(Effort.of(b.averagePool(parameter(1, 1, side, side), window, true), 1) / multiplication(side * side))
                .isBetween(1.7, 15.0);
        assertThat(Effort.of(b.transpose(parameter(300, 300), 1, 0), 1) / multiplication(90_000))
                .isBetween(0.5, 4.5);
    }
}
