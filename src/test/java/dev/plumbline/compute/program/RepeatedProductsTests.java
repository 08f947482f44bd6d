package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dot products whose terms repeat, added up one after another. */
class RepeatedProductsTests {

    /** What {@code sum a_p b_p} loses, or NaN where it was not carried out. */
    private static double lost(int terms, boolean inFloat32, IntToDoubleFunction a, IntToDoubleFunction b) {
        RepeatedProducts products = new RepeatedProducts(inFloat32);
        double[] c = new double[1];
        double[] row = new double[terms];
        double[] column = new double[terms];
        Arrays.setAll(row, a);
        Arrays.setAll(column, b);
        products.addBoth(new Matrix(row, 0, 1, terms, false), new Matrix(column, 0, terms, 1, false), c, 0);
        double[] losses = products.lossesBeside(c);
        return losses == null ? Double.NaN : losses[0];
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64, 1000, 5408})
    void losesWhatAFloat32SumLoses(int terms) {
        float x = 0.3f;
        float sum = 0;
        for (int p = 0; p < terms; p++) {
            sum += x * 0.7f;
        }
        double exact = terms * (double) (x * 0.7f);

        assertThat(lost(terms, true, p -> 0.3f, p -> 0.7f)).isEqualTo(exact - sum);
    }

    /** {@code n} times 0.1, one after another, against what Neumaier's sum makes of the same terms. */
    @Test
    void losesWhatAFloat64SumLoses() {
        double sum = 0;
        double rest = 0;
        for (int p = 0; p < 5408; p++) {
            double next = sum + 0.1;
            rest += (sum - next) + 0.1; // exact, as 0.1 is the smaller one from the second term on
            sum = next;
        }
        assertThat(lost(5408, false, p -> 0.1, p -> 1)).isEqualTo(rest);
    }

    @Test
    void aFewTermsAreLeftToTheirAllowance() {
        assertThat(lost(16, true, p -> 0.3f, p -> 0.7f)).isNaN();
    }

    @Test
    void termsThatDifferAreLeftToTheirAllowance() {
        SplittableRandom random = new SplittableRandom(1);
        assertThat(lost(576, true, p -> random.nextDouble(), p -> 1)).isNaN();
        assertThat(lost(576, true, p -> 1, p -> random.nextDouble())).isNaN();
    }

    /** A number comes eight times, up to sign, in what is looked at: 64 of the terms. */
    @Test
    void numbersMustRepeatEightTimesInWhatIsLookedAt() {
        assertThat(lost(64, true, p -> (p % 8 + 1) * (p % 3 == 0 ? -0.1f : 0.1f), p -> 1))
                .isFinite();
        assertThat(lost(64, true, p -> (p % 9 + 1) * 0.1f, p -> 1)).isNaN();
        assertThat(lost(576, true, p -> (p / 9 % 5 + 1) * 0.1f, p -> 1)).isFinite();
        assertThat(lost(576, true, p -> (p / 9 % 40 + 1) * 0.1f, p -> 1)).isNaN();
    }

    /** Terms that differ by less than the last place of their sum are rounded alike. */
    @Test
    void almostEqualNumbersAreAlike() {
        SplittableRandom random = new SplittableRandom(2);
        assertThat(lost(1024, true, p -> 1 + 1e-5 * random.nextDouble(), p -> 0.3f))
                .isFinite();
        assertThat(lost(1024, true, p -> 1 + 1e-2 * random.nextDouble(), p -> 0.3f))
                .isNaN();
    }
}
