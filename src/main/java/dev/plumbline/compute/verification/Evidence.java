package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.judgement.Blindness;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.program.Objective;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of an examination with the entries that a report shows, the worst verdict first and the refuting ones always
 * among them, each with a finite difference where something is wrong or where the coverage asks for it.
 *
 * <p>Differences share no derivative rule with our two modes and can be repeated by hand. They make nothing FAIL that agrees
 * and let nothing pass that does not; one that was validated and contradicts the reference is told.
 */
public final class Evidence {

    /** Forward passes that differences of single entries may take in a large model, and seconds in a small one. */
    private static final double PASSES = 16;

    private static final double SECONDS = 0.3;

    /** What an entry's differences take, roughly, in evaluations of what is behind it. */
    private static final double EVALUATIONS = 32;

    /** A validated difference contradicts a value this many error bounds away. */
    private static final double CONTRADICTS = 4;

    private final Examination examination;
    private final Measurement measurement;
    private final Progress progress;
    private final ShownEntries shown;
    private final List<JudgedTensor> tensors = new ArrayList<>();
    private final List<String> contradictions = new ArrayList<>();

    /** What a claim's rulings amount to, and the entries of it that are shown. */
    private record Ruled(Comparison comparison, Verdict verdict, Map<Verdict, Long> counts, Set<Integer> shown) {}

    private Evidence(Examination examination, Progress progress) {
        this.examination = examination;
        this.measurement = examination.measurement();
        this.progress = progress;
        this.shown = new ShownEntries(examination);
    }

    public static Evidence of(Examination examination, Progress progress) {
        Evidence evidence = new Evidence(examination, progress);
        progress.at(Phase.EVIDENCE, 0, examination.names().size(), 0);
        Map<String, Ruled> ruled = new LinkedHashMap<>();
        examination.names().forEach(name -> ruled.put(name, evidence.ruled(name)));
        Map<String, Integer> differenced = evidence.differenced(ruled);
        ruled.forEach(
                (name, own) -> evidence.tensors.add(evidence.tensor(name, own, differenced.getOrDefault(name, 0))));
        return evidence;
    }

    /** The tensors, judged. */
    public List<JudgedTensor> tensors() {
        return tensors;
    }

    /** The worst of the tensors'. */
    public Verdict verdict() {
        return tensors.stream().map(JudgedTensor::verdict).reduce(Verdict.PASS, Verdict::worse);
    }

    /** What the differences say against the reference, if anything. */
    public List<Caveat> caveats() {
        return contradictions.isEmpty()
                ? List.of()
                : List.of(new Caveat(
                        "differencesDisagree",
                        "Finite differences whose error bound was validated contradict the reference, which forward"
                                + " and reverse mode agree on: " + String.join("; ", contradictions)
                                + ". The verdict rests on the reference."));
    }

    private Ruled ruled(String name) {
        Comparison comparison = examination.comparison(name);
        long[] counted = new long[Verdict.values().length];
        long[] rulings = examination.rulings(name).counts();
        for (Ruling ruling : Ruling.values()) {
            counted[ruling.verdict().ordinal()] += rulings[ruling.ordinal()];
        }
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        Verdict verdict = Verdict.PASS;
        for (Verdict own : Verdict.values()) {
            if (counted[own.ordinal()] > 0) {
                counts.put(own, counted[own.ordinal()]);
                verdict = verdict.worse(own);
            }
        }
        return new Ruled(comparison, verdict, counts, shown.of(name, comparison, verdict));
    }

    /**
     * How many entries of each tensor get a difference: all where the coverage asks for it; else of what is wrong, from the
     * tensor nearest to the loss on, where a moved entry is cheap to follow.
     */
    private Map<String, Integer> differenced(Map<String, Ruled> ruled) {
        Map<String, Integer> counts = new HashMap<>();
        Objective objective = measurement.objective();
        Coverage coverage = measurement.plan().coverage();
        if (!measurement.isFinite()) {
            return counts;
        }
        if (coverage == Coverage.SAMPLED || coverage == Coverage.EXHAUSTIVE) {
            ruled.forEach((name, own) -> counts.put(name, own.shown().size()));
            return counts;
        }
        List<String> nearest = new ArrayList<>(ruled.keySet());
        nearest.removeIf(name -> Objects.requireNonNull(ruled.get(name)).verdict() == Verdict.PASS);
        nearest.sort(Comparator.comparingInt(name -> -objective.firstReader(name)));
        double left = Math.max(PASSES * objective.program().seconds(), SECONDS);
        for (String name : nearest) {
            if (left > 0) {
                double cost = EVALUATIONS * objective.secondsBehind(name);
                int shown = Objects.requireNonNull(ruled.get(name)).shown().size();
                int afforded = (int) Math.min(shown, Math.ceil(left / Math.max(Double.MIN_NORMAL, cost)));
                counts.put(name, afforded);
                left -= afforded * cost;
            }
        }
        return counts;
    }

    /** @param differenced how many entries get a difference, the worst first */
    private JudgedTensor tensor(String name, Ruled ruled, int differenced) {
        NumericTensor everywhere = measurement.exhaustive().get(name);
        contradict(name, everywhere);
        List<JudgedEntry> entries = new ArrayList<>();
        for (int position : ruled.shown()) {
            entries.add(entry(name, position, entries.size() < differenced));
            progress.at(
                    Phase.EVIDENCE,
                    tensors.size(),
                    examination.names().size(),
                    measurement.numeric().evaluations());
        }
        entries.sort(
                Comparator.comparing((JudgedEntry entry) -> entry.judgement().verdict())
                        .reversed());
        return new JudgedTensor(
                name,
                measurement.plan().arithmetic().of(name),
                ruled.verdict(),
                ruled.comparison(),
                ruled.counts(),
                entries.subList(
                        0,
                        Math.min(
                                entries.size(),
                                Math.max(
                                        measurement.plan().entries(),
                                        shown.sampled(ruled.comparison()).size()))),
                everywhere);
    }

    /** Every entry was differenced: where that contradicts the reference, the largest contradiction is told. */
    private void contradict(String name, @Nullable NumericTensor differenced) {
        if (differenced == null || !examination.isSmooth()) {
            return;
        }
        int worst = -1;
        double most = 0;
        for (int i = 0; i < differenced.values().length; i++) {
            double off = Math.abs(
                    differenced.values()[i] - measurement.reference(name).at(i));
            double excess = off - CONTRADICTS * differenced.bounds()[i] - own(name, i);
            if (Double.isFinite(differenced.bounds()[i]) && differenced.kinkRadii()[i] == 0 && excess > most) {
                most = excess;
                worst = i;
            }
        }
        if (worst >= 0) {
            contradictions.add(
                    words(name, worst, differenced.values()[worst], differenced.bounds()[worst]));
        }
    }

    /** What rounding may have done to the reference itself. */
    private double own(String name, int position) {
        return measurement.allowances().float64(name).at(position);
    }

    private String words(String name, int position, double value, double bound) {
        return String.format(
                java.util.Locale.ROOT,
                "%s%s is %.6g by difference, within %.1g",
                name,
                Arrays.toString(measurement.objective().parameter(name).shape().index(position)),
                value,
                bound);
    }

    private JudgedEntry entry(String name, int position, boolean differences) {
        Ruling ruling = examination.ruling(name, position);
        Slope slope = differences ? measurement.byEntry(name, position) : Slope.blind();
        double claim = examination.claim(name, position);
        double reference = examination.reference(name, position);
        boolean contradicts = slope.isValidated()
                && ruling.verdict() != Verdict.KINK
                && Double.isFinite(reference)
                && Math.abs(slope.value() - reference) > CONTRADICTS * slope.errorBound() + own(name, position);
        if (contradicts && examination.isSmooth()) {
            contradictions.add(words(name, position, slope.value(), slope.errorBound()));
        }
        return new JudgedEntry(
                position,
                new EntryJudgement(
                        ruling.verdict(),
                        reason(ruling, slope, claim, reference, examination.allowance(name, position)),
                        differences ? blindness(slope, claim, name, position) : null,
                        claim,
                        reference,
                        examination.allowance(name, position),
                        slope),
                slope);
    }

    private static Reason reason(Ruling ruling, Slope slope, double claim, double reference, double allowance) {
        if (!slope.isValidated()) {
            return ruling.reason();
        }
        boolean sees = slope.errorBound() <= Math.max(allowance, 1e-1 * Math.abs(reference));
        double off = Math.abs(claim - slope.value());
        return switch (ruling.reason()) {
            case AGREES_WITH_REFERENCE ->
                sees && off <= CONTRADICTS * slope.errorBound() + allowance
                        ? Reason.AGREES
                        : Reason.AGREES_WITH_REFERENCE;
            case DIFFERS_FROM_REFERENCE ->
                off > CONTRADICTS * slope.errorBound() + allowance ? Reason.REFUTED : Reason.DIFFERS_FROM_REFERENCE;
            default -> ruling.reason();
        };
    }

    private @Nullable Blindness blindness(Slope slope, double claim, String name, int position) {
        if (!slope.isValidated()) {
            boolean isNumber = !Double.isNaN(slope.value());
            boolean isEdge = !isNumber && measurement.isNextToAnEdge(name, position);
            return isNumber ? Blindness.NOISE : isEdge ? Blindness.EDGE : Blindness.NON_FINITE;
        }
        double allowance = examination.allowance(name, position);
        double bound = slope.errorBound();
        boolean sharp = 3 * bound <= measurement.plan().arithmetic().smallestDefect(name) * Math.abs(claim);
        if (sharp || bound <= allowance) {
            return null;
        }
        return bound >= Math.abs(slope.value()) ? Blindness.BELOW_FLOOR : Blindness.NOISE;
    }
}
