package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What differences may say beside the reference, and which entries are shown. */
class EvidenceTests {

    private static final double[] POINT = {0.3, -0.7, 1.1, 0.5, -1.3, 0.9};

    /** sum sin(w), whose gradient is cos(w). */
    private static Objective sines() {
        ProgramBuilder b = new ProgramBuilder();
        b.output("f", b.sum(b.unary(UnaryFunction.SIN, b.parameter("w", Shape.of(POINT.length)))));
        Program program = b.build();
        return new Objective(program, program.output("f"), Map.of("w", Tensor.vector(POINT)));
    }

    private static Measurement measured(Coverage coverage, int entries) {
        CheckPlan.Arithmetic float64 = new CheckPlan.Arithmetic(Map.of("w", Datatype.FP64), null, false);
        CheckPlan certified = CheckPlan.certified(float64, entries);
        CheckPlan plan = new CheckPlan(coverage, certified.tolerance(), null, Double.NaN, 7, entries, 60, float64);
        return Measurement.of(sines(), plan, Progress.NONE);
    }

    private static Evidence evidence(Measurement measurement, double... claim) {
        return Evidence.of(Examination.of(measurement, Claims.of(Map.of("w", Tensor.vector(claim)))), Progress.NONE);
    }

    private static double[] right() {
        double[] right = new double[POINT.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = Math.cos(POINT[i]);
        }
        return right;
    }

    /** The measurement of somebody whose reference is off by some error bounds of the difference at entry 2. */
    private static Measurement withReferenceOff(Measurement measurement, double errorBounds) {
        double bound = measurement.byEntry("w", 2).errorBound();
        double numeric = measurement.byEntry("w", 2).value();
        double[] reference = measurement.reference("w").values().clone();
        reference[2] = numeric + errorBounds * bound;
        Map<String, Tensor> wrong = new HashMap<>(Map.of("w", Tensor.vector(reference)));
        Map<String, BitSet> none = Map.of("w", new BitSet());
        return new Measurement(
                measurement.objective(),
                measurement.plan(),
                measurement.gradient(),
                measurement.reverse(),
                measurement.allowances(),
                measurement.numeric(),
                measurement.around(),
                new Differentiability(wrong, none, none, none, none, true),
                measurement.certificate(),
                measurement.exhaustive(),
                measurement.byScheme(),
                measurement.before());
    }

    /** A contradiction is told beyond four error bounds, not at three, and refutes nobody. */
    @ParameterizedTest
    @CsvSource({"3, false", "6, true", "-3, false", "-6, true"})
    void aValidatedDifferenceThatContradictsTheReferenceIsTold(double errorBounds, boolean told) {
        Measurement measurement = withReferenceOff(measured(Coverage.SAMPLED, 6), errorBounds);
        double[] claim = measurement.reference("w").values().clone();
        Evidence evidence = evidence(measurement, claim);
        assertThat(evidence.verdict()).isEqualTo(Verdict.PASS);
        assertThat(evidence.tensors().get(0).entries()).anyMatch(entry -> entry.position() == 2);
        assertThat(evidence.caveats().stream().map(Caveat::code).toList())
                .isEqualTo(told ? List.of("differencesDisagree") : List.of());
    }

    /** Likewise where every entry was differenced anyway. */
    @Test
    void everyEntryThatWasDifferencedIsHeldAgainstTheReference() {
        Measurement measurement = measured(Coverage.EXHAUSTIVE, 1);
        assertThat(evidence(measurement, right()).caveats()).isEmpty();
        Measurement wrong = withReferenceOff(measurement, 1e6);
        double[] claim = wrong.reference("w").values().clone();
        assertThat(evidence(wrong, claim).caveats()).singleElement().satisfies(caveat -> {
            assertThat(caveat.code()).isEqualTo("differencesDisagree");
            assertThat(caveat.detail()).contains("w[2]");
        });
    }

    @Test
    void theRefutingEntriesComeFirstAndHaveAFiniteDifference() {
        double[] claim = right();
        claim[4] *= 1.01;
        Evidence evidence = evidence(measured(Coverage.CERTIFIED, 3), claim);
        JudgedTensor tensor = evidence.tensors().get(0);
        assertThat(tensor.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(tensor.counts()).containsEntry(Verdict.FAIL, 1L).containsEntry(Verdict.PASS, 5L);
        assertThat(tensor.entries()).hasSize(3);
        assertThat(tensor.entries().get(0).position()).isEqualTo(4);
        assertThat(tensor.entries().get(0).judgement().reason()).isEqualTo(Reason.REFUTED);
        assertThat(tensor.entries().get(0).slope().isValidated()).isTrue();
    }

    @Test
    void aClaimThatAgreesCostsNoDifferenceUnlessTheCoverageAsksForIt() {
        Measurement certified = measured(Coverage.CERTIFIED, 10);
        long before = certified.numeric().evaluations();
        JudgedTensor tensor = evidence(certified, right()).tensors().get(0);
        assertThat(certified.numeric().evaluations()).isEqualTo(before);
        assertThat(tensor.entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.judgement().reason()).isEqualTo(Reason.AGREES_WITH_REFERENCE));
        JudgedTensor sampled =
                evidence(measured(Coverage.SAMPLED, 10), right()).tensors().get(0);
        assertThat(sampled.entries()).isNotEmpty().allSatisfy(entry -> {
            assertThat(entry.slope().isValidated()).isTrue();
            assertThat(entry.judgement().reason()).isEqualTo(Reason.AGREES);
        });
    }

    /** The product of eight square matrices: the further from the loss one stands, the more lies behind it. */
    private static Objective chain(int n) {
        ProgramBuilder b = new ProgramBuilder();
        SplittableRandom random = new SplittableRandom(5);
        Map<String, Tensor> point = new HashMap<>();
        Node product = null;
        for (int k = 1; k <= 8; k++) {
            Node factor = b.parameter("w" + k, Shape.of(n, n));
            product = product == null ? factor : b.matmul(product, factor);
            double[] values = new double[n * n];
            Arrays.setAll(values, i -> random.nextGaussian() / Math.sqrt(n));
            point.put("w" + k, Tensor.of(Shape.of(n, n), values));
        }
        b.output("f", b.sum(b.unary(UnaryFunction.SIN, Objects.requireNonNull(product))));
        Program program = b.build();
        return new Objective(program, program.output("f"), point);
    }

    /**
     * Differences of wrong entries take 0.3 s of this model, by estimate, since 16 of its passes, 15 ms, would be none at all: of the last matrix 32 evaluations are 5 ms, so that
     * the last ones have all of theirs, and the first ones none.
     */
    @Test
    void differencesAreTakenWhereAMovedEntryIsCheapToFollow() {
        Map<String, Long> differenced = differenced(chain(128));
        assertThat(differenced).containsEntry("w8", 10L).containsEntry("w7", 10L);
        assertThat(differenced).containsEntry("w2", 0L).containsEntry("w1", 0L);
    }

    /**
     * In a model whose forward pass takes 40 ms they take 16 passes, 0.6 s, which is some entries of the last matrix: more than
     * the 0.3 s that are there for any model, and not all ten.
     */
    @Test
    void inALargeModelDifferencesTakeAFewPasses() {
        Map<String, Long> differenced = differenced(chain(512));
        assertThat(differenced.get("w8")).isBetween(3L, 8L);
        assertThat(differenced).containsEntry("w7", 0L).containsEntry("w1", 0L);
    }

    private static Map<String, Long> differenced(Objective objective) {
        Map<String, Datatype> datatypes = new HashMap<>();
        objective.program().parameters().keySet().forEach(name -> datatypes.put(name, Datatype.FP64));
        CheckPlan plan = CheckPlan.certified(new CheckPlan.Arithmetic(datatypes, null, false), 10);
        Measurement measurement = Measurement.of(objective, plan, Progress.NONE);
        Map<String, Tensor> halves = new HashMap<>();
        measurement.reference().forEach((name, right) -> halves.put(name, right.map(g -> g / 2)));
        Evidence evidence = Evidence.of(Examination.of(measurement, Claims.of(halves)), Progress.NONE);
        Map<String, Long> differenced = new HashMap<>();
        evidence.tensors()
                .forEach(tensor -> differenced.put(
                        tensor.name(),
                        tensor.entries().stream()
                                .filter(entry -> entry.numeric() != null)
                                .count()));
        return differenced;
    }
}
