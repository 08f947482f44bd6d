package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.probe.Slope;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgeTests {

    private static final double NONE = Double.NaN;
    private static final double ALLOWANCE = 1e-15;

    private final Judge judge = new Judge(1000, 1e-3);

    private static void expect(EntryJudgement judgement, Verdict verdict, Reason reason) {
        assertThat(judgement.verdict()).as(judgement.sentence()).isEqualTo(verdict);
        assertThat(judgement.reason()).isEqualTo(reason);
        assertThat(judgement.sentence()).endsWith(".").doesNotContain("null").doesNotContain("%");
    }

    private static Slope kink(double left, double right) {
        return new Slope((left + right) / 2, Double.POSITIVE_INFINITY, 1e-5, 1, 1, left, right, 1e-9, List.of());
    }

    @Test
    void kappaIsTheDocumentedOne() {
        assertThat(new Judge(1, 1e-3).kappa()).isCloseTo(3.03, within(0.005));
        assertThat(new Judge(1_000_000, 1e-3).kappa()).isCloseTo(6.07, within(0.005));
    }

    @Test
    void passesWhatBothWitnessesConfirm() {
        EntryJudgement judgement = judge.entry(2, 2, ALLOWANCE, Slope.smooth(2 + 5e-12, 1e-11));

        expect(judgement, Verdict.PASS, Reason.AGREES);
        assertThat(judgement.blind()).isNull();
    }

    @Test
    void failsWhatTheFiniteDifferenceRefutes() {
        expect(judge.entry(2.001, 2, ALLOWANCE, Slope.smooth(2, 1e-11)), Verdict.FAIL, Reason.REFUTED);
        expect(judge.entry(-2, 2, ALLOWANCE, Slope.smooth(2, 1e-11)), Verdict.FAIL, Reason.REFUTED);
    }

    @Test
    void doesNotRefuteWithinKappaTimesTheBound() {
        double kappa = judge.kappa();
        expect(judge.entry(1, 1, 0, Slope.smooth(1 + 0.99e-4 * kappa, 1e-4)), Verdict.PASS, Reason.AGREES);
        expect(
                judge.entry(1, 1, 0, Slope.smooth(1 + 1.01e-4 * kappa, 1e-4)),
                Verdict.FAIL,
                Reason.REFUTED_WITH_REFERENCE);
    }

    @Test
    void roundingOfTheClaimIsNoRefutation() {
        expect(judge.entry(1 + 1e-4, 1, 2e-4, Slope.smooth(1, 1e-11)), Verdict.PASS, Reason.AGREES);
    }

    @Test
    void aWrongReferenceDoesNotShieldAWrongClaim() {
        expect(judge.entry(3, 3, ALLOWANCE, Slope.smooth(2, 1e-11)), Verdict.FAIL, Reason.REFUTED_WITH_REFERENCE);
    }

    @Test
    void aWrongReferenceDoesNotAccuseARightClaim() {
        expect(judge.entry(2, 3, ALLOWANCE, Slope.smooth(2, 1e-11)), Verdict.PASS, Reason.AGREES_WITH_NUMERIC);
    }

    @Test
    void belowTheFloorTheReferenceDecidesAndTheJudgementSaysSo() {
        Slope blind = Slope.smooth(3e-12, 1e-11);
        EntryJudgement right = judge.entry(1e-20, 1e-20, 1e-35, blind);
        EntryJudgement wrong = judge.entry(1e-17, 1e-20, 1e-35, blind);

        expect(right, Verdict.PASS, Reason.AGREES_WITH_REFERENCE);
        assertThat(right.blind()).isEqualTo(Blindness.BELOW_FLOOR);
        expect(wrong, Verdict.FAIL, Reason.DIFFERS_FROM_REFERENCE);
        assertThat(wrong.blind()).isEqualTo(Blindness.BELOW_FLOOR);
        assertThat(wrong.sentence()).contains("smaller than a finite difference can resolve");
    }

    @Test
    void evenABlindDifferenceRefutesWhatIsFarOff() {
        expect(judge.entry(1, 1e-20, 1e-35, Slope.smooth(3e-12, 1e-11)), Verdict.FAIL, Reason.REFUTED);
    }

    @Test
    void aDifferenceWithoutFiniteValuesNeverRefutes() {
        EntryJudgement judgement = judge.entry(2, 2, ALLOWANCE, Slope.blind());

        expect(judgement, Verdict.PASS, Reason.AGREES_WITH_REFERENCE);
        assertThat(judgement.blind()).isEqualTo(Blindness.NON_FINITE);
        expect(judge.entry(3, 2, ALLOWANCE, Slope.blind()), Verdict.FAIL, Reason.DIFFERS_FROM_REFERENCE);
        expect(judge.entry(2, NONE, ALLOWANCE, Slope.blind()), Verdict.INCONCLUSIVE, Reason.NOTHING_TO_COMPARE);
    }

    @Test
    void withoutAReferenceOnlySharpEvidencePasses() {
        expect(judge.entry(2, NONE, ALLOWANCE, Slope.smooth(2, 1e-11)), Verdict.PASS, Reason.AGREES_WITH_NUMERIC);
        expect(judge.entry(3, NONE, ALLOWANCE, Slope.smooth(2, 1e-11)), Verdict.FAIL, Reason.REFUTED);

        EntryJudgement coarse = judge.entry(2, NONE, ALLOWANCE, Slope.smooth(2.001, 1e-2));
        expect(coarse, Verdict.INCONCLUSIVE, Reason.NOT_SHARP_ENOUGH);
        assertThat(coarse.blind()).isEqualTo(Blindness.NOISE);

        // Between U and kappa U.
        expect(
                judge.entry(2, NONE, ALLOWANCE, Slope.smooth(2.001, 5e-4)),
                Verdict.INCONCLUSIVE,
                Reason.NOT_SHARP_ENOUGH);
    }

    @Test
    void withoutADifferenceTheReferenceDecides() {
        expect(judge.entry(2, 2, ALLOWANCE, null), Verdict.PASS, Reason.AGREES_WITH_REFERENCE);
        expect(judge.entry(2.1, 2, ALLOWANCE, null), Verdict.FAIL, Reason.DIFFERS_FROM_REFERENCE);
        expect(judge.entry(2.1, NONE, ALLOWANCE, null), Verdict.INCONCLUSIVE, Reason.NOTHING_TO_COMPARE);
    }

    @Test
    void atAKinkEachSubgradientIsAccepted() {
        for (double claim : new double[] {0, 0.5, 1, 1 + 5e-10}) {
            expect(judge.entry(claim, 0, ALLOWANCE, kink(0, 1)), Verdict.KINK, Reason.SUBGRADIENT);
            expect(judge.entry(claim, 0, ALLOWANCE, kink(1, 0)), Verdict.KINK, Reason.SUBGRADIENT);
        }
        for (double claim : new double[] {-0.001, 1.001, -1}) {
            expect(judge.entry(claim, 0, ALLOWANCE, kink(0, 1)), Verdict.FAIL, Reason.OUTSIDE_SUBGRADIENT);
        }
    }

    @Test
    void oneSidedSlopesWithinTheirBoundsAreNoKink() {
        Slope smooth = new Slope(1, 1e-10, 1e-5, 1, 1, 0.999, 1.001, 1e-2, List.of());

        expect(judge.entry(1, 1, ALLOWANCE, smooth), Verdict.PASS, Reason.AGREES);
        expect(judge.entry(0.9995, 1, ALLOWANCE, smooth), Verdict.FAIL, Reason.REFUTED);
    }

    @Test
    void aClaimThatIsNotFiniteFailsIfAnyWitnessIs() {
        for (double claim : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            expect(judge.entry(claim, 1, 1, null), Verdict.FAIL, Reason.CLAIM_NOT_FINITE);
            expect(judge.entry(claim, NONE, 1, Slope.smooth(1, 1e-9)), Verdict.FAIL, Reason.CLAIM_NOT_FINITE);
            expect(judge.entry(claim, NONE, 1, null), Verdict.INCONCLUSIVE, Reason.NOTHING_TO_COMPARE);
            expect(judge.entry(claim, 0, 1, kink(0, 1)), Verdict.FAIL, Reason.CLAIM_NOT_FINITE);
        }
    }

    /** With normal errors of standard deviation U: the union bound promises at most 1 in 100 sets of P. */
    @Test
    void accusesAtMostOneRightGradientInAHundred() {
        int accused = 0;
        Random random = new Random(1);
        for (int set = 0; set < 1000; set++) {
            boolean any = false;
            for (int entry = 0; entry < 1000; entry++) {
                double n = random.nextGaussian();
                Slope slope = Slope.smooth(n + 1e-9 * random.nextGaussian(), 1e-9);
                any |= judge.entry(n, n, ALLOWANCE, slope).verdict() == Verdict.FAIL;
            }
            accused += any ? 1 : 0;
        }
        assertThat(accused).isLessThanOrEqualTo(10);
    }
}
