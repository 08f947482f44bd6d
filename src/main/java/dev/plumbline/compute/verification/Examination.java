package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Mask;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Convention;
import dev.plumbline.compute.rounding.Underflow;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Claims held against a {@link Measurement}: every entry gets a ruling, before any difference is looked at. Forward mode
 * certifies, finds bends and jumps; the claim's own arithmetic says how far a right one may be off; a contradiction among our
 * own witnesses is INCONCLUSIVE, never the caller's FAIL.
 */
public final class Examination {

    /** Roundings of a derivative that only forward mode has. */
    private static final double ROUNDINGS = 16;

    /** Beyond float32's largest number, and beyond the sum of a few masks of that size. */
    private static final double FAR_OUT = 0x1p131;

    private final Measurement measurement;
    private final Claims claims;
    private final Map<String, Tensor> references = new LinkedHashMap<>(); // what each claim is held against
    private final Map<String, Tensor> allowances = new LinkedHashMap<>();
    private final Map<String, Rulings> rulings = new LinkedHashMap<>();
    private final Map<String, Comparison> comparisons = new LinkedHashMap<>(); // made when asked for
    private final List<String> inSixteenBitsOnly = new ArrayList<>(); // names
    private Cancelling cancelling = Cancelling.NONE;
    private Differentiability found;
    private @Nullable Subgradients subgradients;
    private @Nullable Admission admission;
    private @Nullable Importance importance; // taken when something drowns

    private Examination(Measurement measurement, Claims claims) {
        this.measurement = measurement;
        this.claims = claims;
        this.found = measurement.found();
    }

    /** Every entry of every claim, ruled on. */
    public static Examination of(Measurement measurement, Claims claims) {
        Examination examination = new Examination(measurement, claims);
        examination.hold();
        return examination;
    }

    private void hold() {
        claims.tensors().forEach((name, claim) -> {
            references.put(name, measurement.expected(name));
            allowances.put(name, allowed(name));
        });
        if (measurement.isFinite() && !measurement.plan().reproduces()) {
            List<String> inFloat64 = claims.tensors().keySet().stream()
                    .filter(name -> measurement.plan().arithmetic().of(name) == Datatype.FP64)
                    .toList();
            cancelling = measurement.plan().tolerance().isCalibrated()
                    ? Cancelling.of(measurement, inFloat64)
                    : Cancelling.NONE;
            admit();
        }
        claims.tensors().forEach((name, claim) -> rulings.put(name, rule(name, claim)));
    }

    /**
     * As the tolerance has it; where reverse mode is not finite and forward mode is, a few roundings of the result. What leaves
     * the range of the claim's arithmetic on the way may be anything.
     */
    private Tensor allowed(String name) {
        Tensor reference = reference(name);
        Tensor given = measurement
                .plan()
                .tolerance()
                .allowance(reference, measurement.allowances().allowance(name));
        Datatype datatype = measurement.plan().arithmetic().of(name);
        Tensor reverse = Objects.requireNonNull(measurement.reverse().get(name));
        if (given.firstNonFinite() < 0) {
            return given;
        }
        double[] allowances = given.values().clone();
        for (int i = 0; i < allowances.length; i++) {
            if (Double.isFinite(allowances[i]) || !Double.isFinite(reference.at(i))) {
                continue;
            }
            allowances[i] = Double.isFinite(reverse.at(i))
                    ? Double.POSITIVE_INFINITY
                    : ROUNDINGS * datatype.unitRoundoff() * Math.abs(reference.at(i)) + Underflow.allowance(datatype);
        }
        return Tensor.of(given.shape(), allowances);
    }

    private void admit() {
        boolean bends = measurement.bends().stream().findAny().isPresent();
        if (!bends) {
            return;
        }
        subgradients = new Subgradients(
                Objects.requireNonNull(measurement.around()),
                found,
                measurement.plan().seed());
        admission = subgradients.admit(claims, allowances);
        found = subgradients.found();
    }

    // ── entry by entry ──

    private Rulings rule(String name, Tensor claim) {
        Rulings own = new Rulings(claim.size());
        Mask mask = claims.mask(name);
        Drowning drowning = Drowning.of(measurement, name, reference(name));
        Held held = new Held(name);
        for (int i = 0; i < own.size(); i++) {
            if (mask.judges(i)) {
                own.set(i, ruling(held, claim.at(i), i));
            }
        }
        if (own.has(Ruling.FAIL) && leavesRange(name)) {
            own.replaceAll(ruling -> ruling == Ruling.FAIL ? Ruling.DROWNS : ruling);
            allowances.put(name, reference(name).map(value -> Double.POSITIVE_INFINITY));
        }
        if (own.has(Ruling.FAIL)) {
            drowning = drowning.with(measurement.allowances().narrowThroughout(name));
        }
        confirm(name, claim, own, drowning);
        return own;
    }

    private void confirm(String name, Tensor claim, Rulings own, Drowning drowning) {
        boolean throughout = false;
        boolean cancels = cancelling.hasAny(name);
        for (int i = 0; i < own.size(); i++) {
            Ruling ruling = own.at(i);
            if (ruling != null) {
                Ruling confirmed =
                        cancels && cancelling.has(name, i) ? ruling : drowning.confirmed(ruling, claim.at(i), i);
                boolean isNarrow = ruling == Ruling.FAIL && confirmed == Ruling.DROWNS;
                throughout |= isNarrow;
                boolean isRight = confirmed == Ruling.DROWNS && !isNarrow && isNegligible(name, claim.at(i), i);
                own.set(i, isRight ? Ruling.PASS : confirmed);
            }
        }
        if (throughout) {
            inSixteenBitsOnly.add(name);
            allowances.put(name, drowning.throughout(allowance(name)));
        }
    }

    private boolean isNegligible(String name, double claim, int i) {
        if (importance == null) {
            importance = Importance.of(measurement);
        }
        return importance.isNegligible(name, Math.abs(claim - reference(name, i)));
    }

    /** Whether values between the parameter and the objective overflow in the claim's arithmetic. */
    private boolean leavesRange(String name) {
        return measurement.plan().arithmetic().of(name) != Datatype.FP64
                && !measurement.plan().reproduces()
                && measurement.objective().overflowsBehind(name, FAR_OUT);
    }

    /** The tensors of which some entries may only be right if all was computed in the claim's 16 bits. */
    List<String> inSixteenBitsOnly() {
        return inSixteenBitsOnly;
    }

    /** What one tensor's entries are held against, looked up once. */
    private final class Held {
        private final String name;
        private final double[] references;
        private final double[] allowances;
        private final BitSet broken;
        private final BitSet undecided;
        private final BitSet bent;
        private final boolean cancels;

        Held(String name) {
            this.name = name;
            this.references = reference(name).values();
            this.allowances = allowance(name).values();
            this.broken = Objects.requireNonNull(found.broken().get(name));
            this.undecided = Objects.requireNonNull(found.undecided().get(name));
            this.bent = Objects.requireNonNull(found.bent().get(name));
            this.cancels = cancelling.hasAny(name);
        }
    }

    private Ruling ruling(Held held, double claim, int i) {
        String name = held.name;
        double reference = held.references[i];
        if (!measurement.isFinite()) {
            return Ruling.OBJECTIVE;
        }
        if (measurement.plan().reproduces()) {
            return Ruling.of(claim, reference, held.allowances[i]);
        }
        if (held.broken.get(i)) {
            return Ruling.JUMP;
        }
        if (held.undecided.get(i)) {
            return Ruling.UNDECIDED;
        }
        if (!Double.isFinite(claim)) {
            return Double.isFinite(reference) || held.bent.get(i) ? Ruling.NOT_FINITE : Ruling.NOTHING;
        }
        if (held.bent.get(i)) {
            boolean admits = admission != null && admission.admits(name, i);
            return admits ? Ruling.SUBGRADIENT : saysNothing() ? Ruling.UNDECIDED : Ruling.OUTSIDE;
        }
        if (!found.isConsistent()) {
            return Ruling.OURS;
        }
        Ruling ruling = held.cancels && cancelling.has(name, i)
                ? Cancelling.rule(
                        claim,
                        cancelling.reference(name, i),
                        measurement.allowances().float64(name).at(i),
                        measurement.allowances().spread(name).at(i),
                        measurement.plan().arithmetic().smallestDefect(name),
                        cancelling.isKnown(name))
                : Ruling.of(claim, reference, held.allowances[i]);
        boolean isConvention = ruling == Ruling.FAIL
                && admission != null
                && admission.convention() != null
                && admission.admits(name, i)
                && Objects.requireNonNull(subgradients).isOnlyConventional(name, i);
        return isConvention ? Ruling.CONVENTION : ruling;
    }

    /** Whether the certificate is no better than the gradients themselves, as where noise decides between pieces. */
    private boolean saysNothing() {
        double size = 0;
        for (String name : claims.tensors().keySet()) {
            size = Math.max(
                    size, Math.max(claims.tensor(name).norm(), reference(name).norm()));
        }
        double certified = measurement.certificate().certifiedTo();
        return certified > size && Double.isFinite(certified);
    }

    // ── the result ──

    /** What happened to one claim: the comparison that the rulings amount to. */
    public Comparison comparison(String name) {
        Comparison known = comparisons.get(name);
        if (known == null) {
            known = compared(name);
            comparisons.put(name, known);
        }
        return known;
    }

    private Comparison compared(String name) {
        Rulings own = rulings(name);
        return Ruling.comparison(name, claims.tensor(name), cancelled(name, own), allowance(name), own)
                .under(claims.mask(name));
    }

    /** What a tensor's claim is held against, in double-double where float64 cancels. */
    private Tensor cancelled(String name, Rulings own) {
        Tensor reference = reference(name);
        if (!cancelling.hasAny(name)) {
            return reference;
        }
        double[] values = reference.values().clone();
        Arrays.setAll(values, i -> own.at(i) == null ? values[i] : reference(name, i));
        return Tensor.of(reference.shape(), values);
    }

    /** The names of the claims, in their order. */
    public List<String> names() {
        return List.copyOf(claims.tensors().keySet());
    }

    /** Whether some entries of a claim are subgradients and none is worse. */
    boolean isSubgradient(String name) {
        Verdict worst = rulings(name).present().stream().map(Ruling::verdict).reduce(Verdict.PASS, Verdict::worse);
        return worst == Verdict.KINK;
    }

    /** Whether nothing bends, jumps or stays undecided, after all that was looked at for these claims. */
    boolean isSmooth() {
        return found.isSmooth();
    }

    Ruling ruling(String name, int position) {
        return Objects.requireNonNull(rulings(name).at(position));
    }

    /** The rulings of one tensor. */
    Rulings rulings(String name) {
        return Objects.requireNonNull(rulings.get(name));
    }

    boolean isJudged(String name, int position) {
        return claims.mask(name).judges(position);
    }

    double claim(String name, int position) {
        return claims.tensor(name).at(position);
    }

    /** The reference as the report shows it. */
    double reference(String name, int position) {
        return cancelling.has(name, position)
                ? cancelling.reference(name, position)
                : reference(name).at(position);
    }

    double allowance(String name, int position) {
        return allowance(name).at(position);
    }

    Measurement measurement() {
        return measurement;
    }

    public Claims claims() {
        return claims;
    }

    /** The convention that explains the claims at bends, or null. */
    public @Nullable Convention convention() {
        boolean used = any(ruling -> ruling.verdict() == Verdict.KINK);
        return used && admission != null ? admission.convention() : null;
    }

    boolean any(Reason reason) {
        return any(ruling -> ruling.reason() == reason);
    }

    private boolean any(Predicate<Ruling> sought) {
        return rulings.values().stream().anyMatch(own -> own.present().stream().anyMatch(sought));
    }

    /** Whether every entry that is judged passes. */
    boolean isPassed() {
        return rulings.values().stream().allMatch(own -> own.present().stream().allMatch(Ruling.PASS::equals));
    }

    /** Whether any entry is refuted. */
    public boolean refutes() {
        return refutesAny(claim -> true);
    }

    /** Whether any claimed 0 is refuted. */
    public boolean refutesZeros() {
        return refutesAny(claim -> claim == 0);
    }

    private boolean refutesAny(DoublePredicate claimed) {
        return rulings.entrySet().stream()
                .anyMatch(own -> IntStream.range(0, own.getValue().size())
                        .anyMatch(i -> isRefuted(own.getValue().at(i)) && claimed.test(claim(own.getKey(), i))));
    }

    private static boolean isRefuted(@Nullable Ruling ruling) {
        return ruling != null && ruling.verdict() == Verdict.FAIL;
    }

    boolean has(String name, Ruling ruling) {
        return rulings(name).has(ruling);
    }

    Tensor reference(String name) {
        return Objects.requireNonNull(references.get(name));
    }

    Tensor allowance(String name) {
        return Objects.requireNonNull(allowances.get(name));
    }

    /** The work of it, in forward passes. */
    public double passes() {
        return (subgradients == null ? 0 : subgradients.passes()) + (cancelling == Cancelling.NONE ? 0 : 3);
    }

    /** What a reader should know beside the verdicts. */
    public List<Caveat> caveats() {
        return Caveats.of(this);
    }
}
