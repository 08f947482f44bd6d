package dev.plumbline.check;

import dev.plumbline.check.CheckSettings.Coverage;
import dev.plumbline.check.GradientCheckReport.ReferenceReport;
import dev.plumbline.compute.difference.Certificate;
import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.difference.NumericGradient;
import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.difference.RoundingAllowance;
import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Mask;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one check measures, step by step: our own reverse-mode gradient, its certificate or the whole numeric gradient,
 * and the comparison of every claimed entry. {@link Evidence} judges it, {@link SecondOpinions} looks at it from elsewhere.
 */
final class GradientCheck {

    /** Operations worth spending to see why a certificate does not hold: some ten seconds of one core. */
    private static final double MOST_TO_EXPLAIN = 1e10;

    /** Entries differenced by a scheme between two looks at the clock. */
    private static final int AT_ONCE = 64;

    private final Objective objective;
    private final Map<String, Tensor> claims;
    private final CheckSettings settings;
    private final Progress progress;
    private final NumericGradient numeric;
    private final Map<String, Tensor> reference;
    private final Map<String, Tensor> completed;
    private final List<Comparison> comparisons = new ArrayList<>();
    private Map<String, NumericTensor> exhaustive = Map.of();
    private Map<String, Tensor> calibrated = Map.of();
    private @Nullable Certificate certificate;
    private long moves;

    /**
     * @param claims for the parameters to be judged, of their shapes; our own gradient where there are none
     * @param settings resolved, with coverage decided
     */
    GradientCheck(
            Objective objective, @Nullable Map<String, Tensor> claims, CheckSettings settings, Progress progress) {
        this.objective = objective;
        this.settings = settings;
        this.progress = progress;
        progress.at(Phase.REFERENCE, 0, 1, 0);
        this.numeric = new NumericGradient(objective);
        Evaluation.Gradient gradient = objective.gradient();
        this.reference = gradient.byParameter();
        this.claims = claims == null ? judged(reference) : claims;
        this.completed = completed();
        progress.at(Phase.REFERENCE, 1, 1, numeric.evaluations());
        measure();
        if (!isDirectional()) {
            calibrated = RoundingAllowance.of(objective, gradient, datatype(), seed());
            compare();
        }
    }

    private Map<String, Tensor> judged(Map<String, Tensor> all) {
        Map<String, Tensor> judged = new LinkedHashMap<>(all);
        judged.keySet().removeIf(name -> !settings.judges(name));
        return judged;
    }

    /** The claims with our own gradient where they are not judged, so that what is left out leaves no trace in a sum. */
    private Map<String, Tensor> completed() {
        Map<String, Tensor> whole = new LinkedHashMap<>(claims);
        whole.replaceAll((name, claim) -> {
            Mask mask = settings.mask(name);
            if (mask == Mask.ALL) {
                return claim;
            }
            double[] values = reference(name).values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = mask.judges(i) ? claim.at(i) : values[i];
            }
            return Tensor.of(claim.shape(), values);
        });
        return whole;
    }

    /** Differences as much as the coverage says; a certificate that does not hold calls for every entry. */
    private void measure() {
        boolean everyEntry = settings.coverage() == Coverage.EXHAUSTIVE;
        if (settings.coverage() == Coverage.CERTIFIED || isDirectional()) {
            certificate = Certificate.of(numeric, isDirectional() ? completed : reference, seed(), progress);
            everyEntry =
                    !isDirectional() && !certificate.holds() && ExhaustiveGradient.cost(objective) <= MOST_TO_EXPLAIN;
        }
        if (everyEntry) {
            progress.at(Phase.EXHAUSTIVE, 0, objective.program().parameterCount(), 0);
            exhaustive = ExhaustiveGradient.of(objective, seed(), progress);
            moves = exhaustive.values().stream()
                    .mapToLong(NumericTensor::evaluations)
                    .sum();
        }
    }

    private void compare() {
        claims.forEach((name, claim) -> {
            Tensor expected = settings.scheme() == null ? reference(name) : byScheme(name);
            Tensor allowance = Objects.requireNonNull(settings.tolerance())
                    .tolerance()
                    .allowance(expected, Objects.requireNonNull(calibrated.get(name)));
            comparisons.add(new Comparison(name, claim, expected, allowance).under(settings.mask(name)));
        });
    }

    /** Every entry by a scheme with a fixed step, as other tools do it. */
    private Tensor byScheme(String name) {
        Scheme scheme = Objects.requireNonNull(settings.scheme());
        double step = Objects.requireNonNull(settings.step());
        Tensor parameter = objective.parameter(name);
        AtomicInteger done = new AtomicInteger();
        progress.at(Phase.SCHEME, 0, parameter.size(), 0);
        double[] values = IntStream.range(0, parameter.size())
                .parallel()
                .mapToDouble(i -> {
                    if (done.incrementAndGet() % AT_ONCE == 0) {
                        progress.at(
                                Phase.SCHEME, done.get(), parameter.size(), (long) done.get() * scheme.evaluations());
                    }
                    return scheme.derivative(offset -> numeric.valueAtEntry(name, i, offset), step);
                })
                .toArray();
        return Tensor.of(parameter.shape(), values);
    }

    boolean isDirectional() {
        return settings.coverage() == Coverage.DIRECTIONAL;
    }

    /** What the claim was computed in. */
    Datatype datatype() {
        return Objects.requireNonNull(settings.claimDatatype());
    }

    long seed() {
        return Objects.requireNonNull(settings.seed());
    }

    Objective objective() {
        return objective;
    }

    CheckSettings settings() {
        return settings;
    }

    Progress progress() {
        return progress;
    }

    /** The claims that are judged, by parameter. */
    Map<String, Tensor> claims() {
        return claims;
    }

    /** The same with our own gradient where a mask leaves them out. */
    Map<String, Tensor> completedClaims() {
        return completed;
    }

    /** Our own gradient, by parameter. */
    Map<String, Tensor> reference() {
        return reference;
    }

    /** What rounding in the claim's datatype explains, by parameter; none for coverage directional. */
    Map<String, Tensor> calibrated() {
        return calibrated;
    }

    /** How far a right claim may be off; for coverage directional, which compares no entries, ten bits of its own. */
    Tensor allowance(String name) {
        if (isDirectional()) {
            double roundoff = datatype().unitRoundoff();
            return Objects.requireNonNull(claims.get(name)).map(a -> 0x1p10 * roundoff * Math.abs(a));
        }
        return comparisons.stream()
                .filter(comparison -> comparison.name().equals(name))
                .findFirst()
                .orElseThrow()
                .allowance();
    }

    /** Each claim beside its reference; none for coverage directional. */
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

    /** The numeric derivatives by every entry, by parameter; none where they were not taken. */
    Map<String, NumericTensor> exhaustive() {
        return exhaustive;
    }

    long evaluations() {
        return numeric.evaluations() + moves;
    }

    /** The smallest relative defect that matters in one number of the claim's datatype. */
    double smallestDefect() {
        return ClaimDatatype.smallestDefect(datatype());
    }

    private Tensor reference(String name) {
        return Objects.requireNonNull(reference.get(name));
    }

    /** How far the reference may be from the truth. */
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
}
