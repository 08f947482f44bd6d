package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The functions in double-double against mpmath (fixtures/doubledouble/make_functions.py), and at their edges. */
class ElementaryFunctionsTests {

    private static final Path TABLE = Path.of("src/test/resources/fixtures/doubledouble/functions.csv");
    private static final BigDecimal BOUND = new BigDecimal(Math.scalb(1.0, -ElementaryFunctions.BITS));

    private static final Map<String, UnaryOperator<DoubleDouble>> FUNCTIONS = Map.ofEntries(
            Map.entry("exp", ElementaryFunctions::exp),
            Map.entry("expm1", ElementaryFunctions::expm1),
            Map.entry("log", ElementaryFunctions::log),
            Map.entry("log1p", ElementaryFunctions::log1p),
            Map.entry("sqrt", DoubleDouble::sqrt),
            Map.entry("sin", TrigonometricFunctions::sin),
            Map.entry("cos", TrigonometricFunctions::cos),
            Map.entry("tanh", ElementaryFunctions::tanh),
            Map.entry("tanhDerivative", ElementaryFunctions::tanhDerivative),
            Map.entry("sigmoid", ElementaryFunctions::sigmoid),
            Map.entry("sigmoidDerivative", ElementaryFunctions::sigmoidDerivative),
            Map.entry("softplus", ElementaryFunctions::softplus),
            Map.entry("atan", TrigonometricFunctions::atan),
            Map.entry("atanDerivative", TrigonometricFunctions::atanDerivative),
            Map.entry("erf", ErrorFunction::erf),
            Map.entry("erfDerivative", ErrorFunction::derivative));

    static Stream<String> names() {
        return Stream.concat(FUNCTIONS.keySet().stream().sorted(), Stream.of("power"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyFunctionIsRightToTheStatedBits(String name) {
        BigDecimal worst = BigDecimal.ZERO;
        String where = "";
        List<String[]> rows = rows(name);
        assertThat(rows).hasSizeGreaterThan(200);
        for (String[] row : rows) {
            BigDecimal error = error(value(row), new BigDecimal(row[4]));
            if (error.compareTo(worst) > 0) {
                worst = error;
                where = String.join(" ", row);
            }
        }
        assertThat(worst).as("at " + where).isLessThanOrEqualTo(BOUND);
    }

    private static DoubleDouble value(String[] row) {
        DoubleDouble x = new DoubleDouble(Double.parseDouble(row[1]), Double.parseDouble(row[2]));
        return row[0].equals("power")
                ? ElementaryFunctions.power(x, DoubleDouble.of(Double.parseDouble(row[3])))
                : Objects.requireNonNull(FUNCTIONS.get(row[0])).apply(x);
    }

    private static List<String[]> rows(String name) {
        try (Stream<String> lines = Files.lines(TABLE)) {
            return lines.map(line -> line.split(","))
                    .filter(row -> row[0].equals(name))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Relative. */
    static BigDecimal error(DoubleDouble found, BigDecimal exact) {
        BigDecimal value = new BigDecimal(found.hi()).add(new BigDecimal(found.lo()));
        return value.subtract(exact).abs().divide(exact.abs(), MathContext.DECIMAL64);
    }

    private static double at(String name, double x) {
        return Objects.requireNonNull(FUNCTIONS.get(name))
                .apply(DoubleDouble.of(x))
                .hi();
    }

    private static double power(double a, double b) {
        return ElementaryFunctions.power(DoubleDouble.of(a), DoubleDouble.of(b)).hi();
    }

    @Test
    void infinitiesGiveTheLimits() {
        double infinity = Double.POSITIVE_INFINITY;
        assertThat(at("exp", infinity)).isEqualTo(infinity);
        assertThat(at("exp", -infinity)).isZero();
        assertThat(at("expm1", infinity)).isEqualTo(infinity);
        assertThat(at("expm1", -infinity)).isEqualTo(-1);
        assertThat(at("log", infinity)).isEqualTo(infinity);
        assertThat(at("log1p", infinity)).isEqualTo(infinity);
        assertThat(at("sqrt", infinity)).isEqualTo(infinity);
        assertThat(at("sin", infinity)).isNaN();
        assertThat(at("tanh", infinity)).isEqualTo(1);
        assertThat(at("tanh", -infinity)).isEqualTo(-1);
        assertThat(at("tanhDerivative", infinity)).isZero();
        assertThat(at("sigmoid", infinity)).isEqualTo(1);
        assertThat(at("sigmoid", -infinity)).isZero();
        assertThat(at("sigmoidDerivative", -infinity)).isZero();
        assertThat(at("softplus", infinity)).isEqualTo(infinity);
        assertThat(at("softplus", -infinity)).isZero();
        assertThat(at("atan", infinity)).isEqualTo(Math.PI / 2);
        assertThat(at("atan", -infinity)).isEqualTo(-Math.PI / 2);
        assertThat(at("atanDerivative", infinity)).isZero();
        assertThat(at("erf", infinity)).isEqualTo(1);
        assertThat(at("erf", -infinity)).isEqualTo(-1);
        assertThat(at("erfDerivative", infinity)).isZero();
    }

    @Test
    void notANumberStaysSo() {
        FUNCTIONS
                .keySet()
                .forEach(name -> assertThat(at(name, Double.NaN)).as(name).isNaN());
        assertThat(power(Double.NaN, 2)).isNaN();
        assertThat(power(2, Double.NaN)).isNaN();
    }

    @Test
    void zeroGivesTheExactValue() {
        for (String name : List.of("expm1", "log1p", "sqrt", "sin", "tanh", "erf", "atan")) {
            assertThat(at(name, 0)).as(name).isZero();
        }
        for (String name : List.of("exp", "cos", "tanhDerivative")) {
            assertThat(at(name, 0)).as(name).isEqualTo(1);
        }
        assertThat(at("log", 0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(at("log1p", -1)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(at("sigmoid", 0)).isEqualTo(0.5);
        assertThat(at("sigmoidDerivative", 0)).isEqualTo(0.25);
    }

    @Test
    void overflowsAndUnderflowsWhereFloat64Does() {
        for (double x : new double[] {709.78, 709.79, 710.5, -708, -745.1, -745.2, -746.5, 1e300, -1e300}) {
            assertThat(at("exp", x)).as("exp(" + x + ")").isCloseTo(Math.exp(x), within(Math.exp(x)));
        }
        for (double x : new double[] {Double.MIN_VALUE, 1e-310, 1e-300, 1.7e308, Double.MAX_VALUE}) {
            assertThat(at("log", x)).isEqualTo(Math.log(x));
            assertThat(at("sqrt", x)).isCloseTo(Math.sqrt(x), within(Math.sqrt(x)));
            assertThat(at("sin", x)).isEqualTo(Double.valueOf(x < 1 ? x : Double.NaN));
        }
        assertThat(at("tanh", 1e-310)).isCloseTo(1e-310, within(1e-310));
    }

    /** One unit in the last place, or the smallest number. */
    private static Offset<Double> within(double value) {
        return Offset.offset(Double.isInfinite(value) ? Double.MIN_VALUE : Math.ulp(value));
    }

    @Test
    void domainsEndWhereFloat64sDo() {
        assertThat(at("log", -1)).isNaN();
        assertThat(at("sqrt", -1)).isNaN();
        assertThat(at("log1p", -2)).isNaN();
        for (double a : new double[] {-2, -0.5, 0, 1, 2, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            for (double b : new double[] {-3, -0.5, 0, 0.5, 2, 3, 21, Double.POSITIVE_INFINITY}) {
                assertThat(power(a, b)).as(a + "^" + b).isEqualTo(Double.valueOf(Math.pow(a, b)));
            }
        }
    }

    @Test
    void sineAndCosineAreUnknownFrom2ToThe50On() {
        for (String name : List.of("sin", "cos")) {
            double exact = name.equals("sin") ? Math.sin(0x1.fp49) : Math.cos(0x1.fp49);
            assertThat(at(name, 0x1.fp49)).isCloseTo(exact, within(exact));
            assertThat(at(name, 0x1p50)).isNaN();
        }
    }

    /** What is missing to 1 has its own 53 bits, however small. */
    @Test
    void saturatedFunctionsKeepWhatIsMissingToOne() {
        for (String name : List.of("tanh", "sigmoid", "erf")) {
            DoubleDouble missing = DoubleDouble.ONE.minus(
                    Objects.requireNonNull(FUNCTIONS.get(name)).apply(DoubleDouble.of(25)));
            double exact = name.equals("tanh") ? 2 * Math.exp(-50) : name.equals("sigmoid") ? Math.exp(-25) : 8.3e-274;
            assertThat(missing.hi() / exact).isBetween(0.999, 1.001);
        }
    }
}
