package dev.plumbline.compute.probe.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code sum c_i bend(w_i) + sum s_i w_i}, where some of the w are exactly at the bend, by slopes of either sign. */
class BendsTests {

    private static final int SEEDS = 200;
    private static final double LOWER = 0.1; // slope below 0; 1 above

    /** @param bent how many of the entries are at the bend; the others lie away from it */
    private record Leaky(long seed, int bent, int others) implements Objective {

        @Override
        public List<String> names() {
            return List.of("w");
        }

        @Override
        public List<Shape> shapes() {
            return List.of(Shape.of(bent + others));
        }

        @Override
        public double[][] point() {
            SplittableRandom random = new SplittableRandom(seed);
            double[] w = new double[bent + others];
            Arrays.setAll(w, i -> i < bent ? 0 : 1 + random.nextDouble());
            return new double[][] {w};
        }

        private double[] coefficients() {
            SplittableRandom random = new SplittableRandom(seed + 1000);
            return random.doubles(bent + others).map(u -> random.nextGaussian()).toArray();
        }

        @Override
        public double value(double[][] x) {
            double[] c = coefficients();
            double sum = 0;
            for (int i = 0; i < c.length; i++) {
                sum += c[i] * (x[0][i] > 0 ? x[0][i] : LOWER * x[0][i]);
            }
            return sum;
        }

        /** As frameworks have it: the lower slope at 0. */
        @Override
        public double[][] gradient() {
            double[] c = coefficients();
            Arrays.setAll(c, i -> i < bent ? LOWER * c[i] : c[i]);
            return new double[][] {c};
        }
    }

    private static Findings check(Leaky objective, double[] claim, long seed) {
        return new SimulatedClient(objective, new double[][] {claim}, Datatype.FP64, Datatype.FP64)
                .check(new Settings(seed, 0.95, 400, true));
    }

    @ParameterizedTest
    @CsvSource({"20, 0", "5, 15", "2, 30", "300, 0"})
    void aRightClaimIsNotRefuted(int bent, int others) {
        int failed = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            Leaky objective = new Leaky(seed, bent, others);
            failed += check(objective, objective.gradient()[0], seed).verdict() == Verdict.FAIL ? 1 : 0;
        }
        assertThat(failed).isLessThanOrEqualTo(1);
    }

    /** One bend among many entries hides no large mistake in the others. */
    @Test
    void aFewBendsHideLittle() {
        int found = 0;
        for (int seed = 1; seed <= 50; seed++) {
            Leaky objective = new Leaky(seed, 1, 2000);
            double[] claim =
                    Arrays.stream(objective.gradient()[0]).map(a -> 3 * a).toArray();
            found += check(objective, claim, seed).verdict() == Verdict.FAIL ? 1 : 0;
        }
        assertThat(found).isGreaterThanOrEqualTo(48);
    }

    /** What is undecided says so, and how to have it decided. */
    @Test
    void whatBendsHideIsNoPass() {
        for (int seed = 1; seed <= 50; seed++) {
            Leaky objective = new Leaky(seed, 20, 0);
            double[] claim = Arrays.stream(objective.gradient()[0]).map(a -> -a).toArray();
            Findings findings = check(objective, claim, seed);
            assertThat(findings.verdict()).isNotEqualTo(Verdict.PASS);
            if (findings.verdict() == Verdict.INCONCLUSIVE) {
                assertThat(findings.caveats()).anyMatch(caveat -> caveat.code().equals("bends"));
            }
        }
    }
}
