package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Power;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.rounding.Allowances;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a PASS says it would have seen, it sees: every mutation of the power table is planted anew, by other code than the
 * table's, in the float32 gradients that PyTorch computed for the CNN, rounded to float32 as a pipeline would hand them in,
 * and judged by the reference and allowances of a real check.
 */
class HonestPowerTests {

    private static final int TRIALS = 200;
    private static final Fixture CNN = new Fixture("cnn", "float32");

    private static Map<String, Tensor> parameters = Map.of();
    private static List<Comparison> comparisons = List.of();
    private static List<Power> table = List.of();

    @BeforeAll
    static void check() {
        Objective objective = CNN.objective();
        Evaluation.Gradient gradient = objective.gradient();
        Map<String, Tensor> reference = gradient.byParameter();
        Map<String, Tensor> claims = CNN.tensors("gradients.safetensors");
        Map<String, Datatype> datatypes = new LinkedHashMap<>();
        claims.keySet().forEach(name -> datatypes.put(name, Datatype.FP32));
        Allowances allowances = Allowances.of(objective, gradient, datatypes, null, true, 42);
        comparisons = new ArrayList<>();
        claims.forEach((name, claim) -> comparisons.add(
                new Comparison(name, claim, Objects.requireNonNull(reference.get(name)), allowances.allowance(name))));
        parameters = objective.point();
        Counts counts = Counts.of(objective);
        table = Power.of(comparisons, parameters, new Setting(counts.batch(), counts.outputs(), 1), 42);
    }

    @Test
    void startsFromAPass() {
        assertThat(comparisons).allMatch(comparison -> comparison.verdict() == Verdict.PASS);
    }

    /** Seen with certainty means seen each time; seen in a share of cases, in that share within the error of both counts. */
    @Test
    void everyRateOfTheTableIsTheRateOfPlantedMistakes() {
        for (Power power : table) {
            List<Verdict> verdicts = IntStream.range(0, TRIALS)
                    .parallel()
                    .mapToObj(seed -> mutant(power.mutation(), new Random(seed)))
                    .flatMap(Optional::stream)
                    .map(Comparison::verdict)
                    .toList();
            int planted = verdicts.size();
            long seen =
                    verdicts.stream().filter(verdict -> verdict == Verdict.FAIL).count();
            double rate = seen / (double) planted;
            assertThat(planted).as(power.mutation()).isGreaterThanOrEqualTo(TRIALS / 3);
            if (power.detected() == 1) {
                // Of 1,000 planted entries none was missed, so that less than 0.7 % are, with 99.9 % confidence.
                int missed = power.trials() < 1000 ? 0 : 3;
                assertThat(planted - seen).as(power.mutation()).isLessThanOrEqualTo(missed);
            } else {
                double p = power.detected();
                double error = Math.sqrt(p * (1 - p) * (1.0 / planted + 1.0 / power.trials()));
                assertThat(Math.abs(rate - p))
                        .as("%s: %s, not %s", power.mutation(), rate, p)
                        .isLessThanOrEqualTo(4 * error);
            }
        }
    }

    /** One comparison with a mistake in it; none where it cannot be made in the tensor that was drawn. */
    private static Optional<Comparison> mutant(String mutation, Random random) {
        boolean entry = mutation.startsWith("entr");
        Comparison drawn = entry ? byEntries(random) : comparisons.get(random.nextInt(comparisons.size()));
        Shape shape = drawn.claimed().shape();
        Tensor spoiled;
        if (entry) {
            spoiled = Tensor.of(shape, Datatype.FP32, entries(mutation, drawn, random));
        } else {
            double @Nullable [] all = whole(mutation, drawn, random);
            if (all == null) {
                return Optional.empty();
            }
            spoiled = Tensor.of(shape, all).as(Datatype.FP32);
        }
        return Optional.of(new Comparison(drawn.name(), spoiled, drawn.reference(), drawn.allowance()));
    }

    private static Comparison byEntries(Random random) {
        int drawn =
                random.nextInt(comparisons.stream().mapToInt(Comparison::size).sum());
        for (Comparison comparison : comparisons) {
            drawn -= comparison.size();
            if (drawn < 0) {
                return comparison;
            }
        }
        throw new IllegalStateException("more entries than there are");
    }

    private static double[] entries(String mutation, Comparison drawn, Random random) {
        double[] a = drawn.claimed().values().clone();
        int i = random.nextInt(a.length);
        switch (mutation) {
            case "entryZero" -> a[i] = 0;
            case "entrySign" -> a[i] = -a[i];
            case "entryOnePercent" -> a[i] = (float) (1.01 * a[i]);
            case "entryOnePerMille" -> a[i] = (float) (1.001 * a[i]);
            case "entriesSwapped" -> {
                int j = (i + 1 + random.nextInt(a.length - 1)) % a.length;
                double kept = a[i];
                a[i] = a[j];
                a[j] = kept;
            }
            default -> throw new IllegalArgumentException(mutation);
        }
        return a;
    }

    private static double @Nullable [] whole(String mutation, Comparison drawn, Random random) {
        Tensor claim = drawn.claimed();
        int batch = 4;
        return switch (mutation) {
            case "sign" -> each(claim, a -> -a);
            case "twice" -> each(claim, a -> 2 * a);
            case "onePerMille" -> each(claim, a -> 1.001 * a);
            case "timesBatch" -> each(claim, a -> batch * a);
            case "overBatch" -> each(claim, a -> a / batch);
            case "zero" -> each(claim, a -> 0);
            case "float16" -> each(claim, Datatype.FP16::round);
            case "bfloat16" -> each(claim, Datatype.BF16::round);
            case "shifted" -> {
                int by = 1 + random.nextInt(claim.size() - 1);
                double[] a = new double[claim.size()];
                Arrays.setAll(a, i -> claim.at((i + by) % a.length));
                yield a;
            }
            case "transposed" -> transposed(claim);
            case "swapped" ->
                comparisons.stream()
                        .filter(other ->
                                other != drawn && other.claimed().shape().equals(claim.shape()))
                        .findFirst()
                        .map(other -> other.claimed().values().clone())
                        .orElse(null);
            case "weightDecay" -> {
                double[] w =
                        Objects.requireNonNull(parameters.get(drawn.name())).values();
                double[] a = claim.values().clone();
                Arrays.setAll(a, i -> a[i] - 1e-4 * w[i]);
                yield a;
            }
            default -> throw new IllegalArgumentException(mutation);
        };
    }

    private static double[] each(Tensor claim, DoubleUnaryOperator spoil) {
        return claim.map(spoil).values();
    }

    private static double @Nullable [] transposed(Tensor claim) {
        Shape shape = claim.shape();
        if (shape.rank() < 2) {
            return null;
        }
        int rows = shape.extent(-2);
        int columns = shape.extent(-1);
        double[] a = new double[claim.size()];
        Arrays.setAll(a, i -> {
            int matrix = i / (rows * columns) * rows * columns;
            int within = i - matrix;
            return claim.at(matrix + within % rows * columns + within / rows);
        });
        return a;
    }
}
