package dev.plumbline.check;

import dev.plumbline.check.CheckSettings.Coverage;
import dev.plumbline.check.GradientCheckReport.EntryReport;
import dev.plumbline.check.GradientCheckReport.ReferenceReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.difference.Certificate;
import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.difference.NumericGradient;
import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.difference.RoundingAllowance;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.judgement.Judge;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One check, step by step: our own reverse-mode gradient, its certificate or the whole numeric gradient, the comparison
 * of every claimed entry, and numeric evidence for the worst.
 */
final class GradientCheck {

    /** Entries that get evidence in a tensor whose claim agrees everywhere: enough to look at. */
    private static final int EVIDENCE_IF_RIGHT = 1;

    /** Operations worth spending to see why a certificate does not hold: some ten seconds of one core. */
    private static final double MOST_TO_EXPLAIN = 1e10;

    private final Objective objective;
    private final Map<String, Tensor> claims;
    private final CheckSettings settings;
    private final Datatype datatype;
    private final long seed;
    private final NumericGradient numeric;
    private final Map<String, Tensor> reference;
    private final List<Comparison> comparisons = new ArrayList<>();
    private Map<String, NumericTensor> exhaustive = Map.of();
    private @Nullable Certificate certificate;
    private long moves;

    /**
     * @param claims for the parameters to be judged, of their shapes
     * @param settings resolved, with coverage decided
     */
    GradientCheck(Objective objective, @Nullable Map<String, Tensor> claims, CheckSettings settings) {
        this.objective = objective;
        this.settings = settings;
        this.seed = Objects.requireNonNull(settings.seed());
        this.datatype = Objects.requireNonNull(settings.claimDatatype());
        this.numeric = new NumericGradient(objective);
        Evaluation.Gradient gradient = objective.gradient();
        this.reference = gradient.byParameter();
        this.claims = claims == null ? judged(reference) : claims;
        measure();
        if (!isDirectional()) {
            Map<String, Tensor> calibrated = RoundingAllowance.of(objective, gradient, datatype, seed);
            this.claims.forEach((name, claim) -> comparisons.add(comparison(name, claim, calibrated)));
        }
    }

    private Map<String, Tensor> judged(Map<String, Tensor> gradient) {
        Map<String, Tensor> judged = new LinkedHashMap<>(gradient);
        judged.keySet().removeIf(name -> !settings.judges(name));
        return judged;
    }

    private boolean isDirectional() {
        return settings.coverage() == Coverage.DIRECTIONAL;
    }

    /** Differences as much as the coverage says; a certificate that does not hold calls for every entry. */
    private void measure() {
        boolean everyEntry = settings.coverage() == Coverage.EXHAUSTIVE;
        if (settings.coverage() == Coverage.CERTIFIED || isDirectional()) {
            certificate = Certificate.of(objective, numeric, isDirectional() ? claims : reference, seed);
            everyEntry =
                    !isDirectional() && !certificate.holds() && ExhaustiveGradient.cost(objective) <= MOST_TO_EXPLAIN;
        }
        if (everyEntry) {
            exhaustive = ExhaustiveGradient.of(objective, seed);
            moves = exhaustive.values().stream()
                    .mapToLong(NumericTensor::evaluations)
                    .sum();
        }
    }

    private Comparison comparison(String name, Tensor claim, Map<String, Tensor> calibrated) {
        Tensor expected = settings.scheme() == null ? reference(name) : byScheme(name);
        Tensor allowance = Objects.requireNonNull(calibrated.get(name));
        return new Comparison(
                name,
                claim,
                expected,
                Objects.requireNonNull(settings.tolerance()).tolerance().allowance(expected, allowance));
    }

    /** Every entry by a scheme with a fixed step, as other tools do it. */
    private Tensor byScheme(String name) {
        Scheme scheme = Objects.requireNonNull(settings.scheme());
        double step = Objects.requireNonNull(settings.step());
        Tensor parameter = objective.parameter(name);
        double[] values = IntStream.range(0, parameter.size())
                .parallel()
                .mapToDouble(i -> scheme.derivative(offset -> numeric.valueAtEntry(name, i, offset), step))
                .toArray();
        return Tensor.of(parameter.shape(), values);
    }

    private Tensor reference(String name) {
        return Objects.requireNonNull(reference.get(name));
    }

    // ── what the report says ──

    List<Comparison> comparisons() {
        return comparisons;
    }

    NumericGradient numeric() {
        return numeric;
    }

    @Nullable
    Certificate certificate() {
        return certificate;
    }

    long evaluations() {
        return numeric.evaluations() + moves;
    }

    @Nullable
    ReferenceReport referenceReport() {
        if (isDirectional()) {
            return null;
        }
        if (certificate != null) {
            return new ReferenceReport(certificate.certifiedTo(), certificate.confidence(), certificate.directions());
        }
        double squares = 0;
        for (Map.Entry<String, NumericTensor> tensor : exhaustive.entrySet()) {
            double[] values = tensor.getValue().values();
            for (int i = 0; i < values.length; i++) {
                double error = Math.abs(values[i] - reference(tensor.getKey()).at(i))
                        + tensor.getValue().bounds()[i];
                squares += error * error;
            }
        }
        boolean measured = settings.coverage() == Coverage.EXHAUSTIVE;
        return new ReferenceReport(measured ? Math.sqrt(squares) : Double.POSITIVE_INFINITY, measured ? 1 : 0, 0);
    }

    /** The tensors, judged; {@code mistakes} names those that fail. */
    List<TensorReport> tensors(Map<String, Mistake> mistakes) {
        if (isDirectional()) {
            return DirectionalCheck.tensors(claims, Objects.requireNonNull(certificate), smallestDefect());
        }
        return comparisons.stream()
                .map(comparison -> tensor(comparison, mistakes.get(comparison.name())))
                .toList();
    }

    private TensorReport tensor(Comparison comparison, @Nullable Mistake mistake) {
        NumericTensor differenced = exhaustive.get(comparison.name());
        Judge judge = new Judge(Math.max(1, comparison.size()), smallestDefect());
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        Verdict verdict = Verdict.PASS;
        Set<Integer> shown = shown(comparison, differenced);
        List<EntryReport> entries = shown.stream()
                .parallel()
                .map(position -> entry(comparison, position, judge))
                .toList();
        for (EntryReport entry : entries) {
            verdict = verdict.worse(entry.verdict());
            counts.merge(entry.verdict(), 1L, Long::sum);
        }
        for (int i = 0; i < comparison.size(); i++) {
            if (!shown.contains(i)) {
                Verdict other = verdict(comparison, differenced, i);
                verdict = verdict.worse(other);
                counts.merge(other, 1L, Long::sum);
            }
        }
        if (isDoubtful(comparison.name())) {
            verdict = verdict.worse(Verdict.INCONCLUSIVE);
        }
        int most = Objects.requireNonNull(settings.entries());
        return new TensorReport(
                comparison.name(),
                comparison.claimed().shape().toList(),
                verdict,
                comparison.relativeError(),
                comparison.cosine(),
                comparison.claimedNorm(),
                comparison.referenceNorm(),
                verdict == Verdict.FAIL ? mistake : null,
                entries.subList(0, Math.min(most, entries.size())),
                counts,
                differenced == null ? null : differenced.way(),
                differenced == null ? null : differenced.evaluations());
    }

    /** The smallest relative defect that matters in one number of the claim's datatype. */
    private double smallestDefect() {
        return datatype == Datatype.FP64 ? 1e-3 : 1e-1;
    }

    /** Whether random directions contradict the reference in this tensor, and nothing finer was measured. */
    private boolean isDoubtful(String name) {
        return certificate != null
                && exhaustive.isEmpty()
                && certificate.contradicted().contains(name);
    }

    /** An entry without evidence of its own: by the comparison, or at a kink by the subgradients. */
    private static Verdict verdict(Comparison comparison, @Nullable NumericTensor differenced, int i) {
        if (differenced != null && differenced.kinkRadii()[i] > differenced.bounds()[i]) {
            double reach = differenced.kinkRadii()[i]
                    + differenced.bounds()[i]
                    + comparison.allowance().at(i);
            double distance = Math.abs(comparison.claimed().at(i) - differenced.values()[i]);
            return distance <= reach ? Verdict.KINK : Verdict.FAIL;
        }
        if (differenced != null && !confirms(differenced, comparison.reference().at(i), i)) {
            // The reference is refuted here, so the claim is held against the difference itself.
            double distance = Math.abs(comparison.claimed().at(i) - differenced.values()[i]);
            return distance <= differenced.bounds()[i] + comparison.allowance().at(i) ? Verdict.PASS : Verdict.FAIL;
        }
        if (comparison.isBeyond(i)) {
            return Verdict.FAIL;
        }
        return comparison.isUndefined(i) ? Verdict.INCONCLUSIVE : Verdict.PASS;
    }

    /** Whether a difference leaves the reference standing; beyond ten error bounds it does not. */
    private static boolean confirms(NumericTensor differenced, double reference, int i) {
        double error = Math.abs(differenced.values()[i] - reference);
        return !(error > 10 * differenced.bounds()[i] + 1e-12 * Math.abs(reference));
    }

    /** The positions that get numeric evidence: kinks and disagreements first, then the largest deviations. */
    private Set<Integer> shown(Comparison comparison, @Nullable NumericTensor differenced) {
        int most = Math.max(1, Objects.requireNonNull(settings.entries()));
        Set<Integer> shown = new LinkedHashSet<>();
        if (settings.coverage() == Coverage.SAMPLED) {
            new SplittableRandom(seed)
                    .ints(Objects.requireNonNull(settings.samples()), 0, Math.max(1, comparison.size()))
                    .filter(i -> i < comparison.size())
                    .forEach(shown::add);
        }
        for (int i = 0; differenced != null && i < comparison.size() && shown.size() < most; i++) {
            if (differenced.kinkRadii()[i] > differenced.bounds()[i]) {
                shown.add(i);
            }
        }
        int evidence = comparison.verdict() == Verdict.PASS ? Math.min(most, EVIDENCE_IF_RIGHT) : most;
        Arrays.stream(comparison.worst(evidence)).forEach(shown::add);
        return shown;
    }

    private EntryReport entry(Comparison comparison, int position, Judge judge) {
        Slope slope = numeric.byEntry(comparison.name(), position);
        double claimed = comparison.claimed().at(position);
        double expected = comparison.reference().at(position);
        double allowance = comparison.allowance().at(position);
        EntryJudgement judgement = judge.entry(claimed, expected, allowance, slope);
        boolean bends = slope.kink() == Slope.Kink.HERE;
        return new EntryReport(
                Arrays.stream(comparison.claimed().shape().index(position))
                        .boxed()
                        .toList(),
                claimed,
                expected,
                allowance,
                slope.value(),
                slope.errorBound(),
                slope.fPlus(),
                slope.fMinus(),
                slope.step(),
                bends ? slope.left() : null,
                bends ? slope.right() : null,
                judgement.verdict(),
                judgement.reason(),
                judgement.sentence());
    }
}
