package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.NonFiniteOperation;
import dev.plumbline.compute.rounding.RoundedConstant;
import dev.plumbline.compute.rounding.Underflow;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a reader of an examination should know beside its verdicts: what was allowed, and why something is undecided. */
final class Caveats {

    /** The share of its tensor's largest from which on an entry matters by itself. */
    private static final double MATTERS = 0.1;

    private static final double ONE_PERCENT = 0.01;

    private final Examination examination;
    private final Measurement measurement;
    private final Claims claims;

    private Caveats(Examination examination) {
        this.examination = examination;
        this.measurement = examination.measurement();
        this.claims = examination.claims();
    }

    static List<Caveat> of(Examination examination) {
        return new Caveats(examination).all();
    }

    private static String why(@Nullable NonFiniteOperation first) {
        return first == null
                ? "."
                : ": %s is the first value that is not finite; it %s.".formatted(first.name(), first.reason());
    }

    private List<Caveat> all() {
        List<Caveat> found = new ArrayList<>();
        List<RoundedConstant> constants = measurement.allowances().constants();
        if (!constants.isEmpty()) {
            found.add(constants(constants, measurement.plan().arithmetic().float32Constants()));
        }
        if (!measurement.isFinite()) {
            found.add(new Caveat(
                    "objectiveNotFinite",
                    "The objective is " + measurement.objective().value() + why(measurement.firstNonFinite())));
        } else if (!measurement.found().isConsistent()) {
            found.add(new Caveat(
                    "ourOwnRulesDisagree",
                    "Plumbline's forward and reverse mode disagree on this model by more than rounding; that is a fault of"
                            + " Plumbline's, and nothing is said of the claim."));
        } else if (measurement.around() != null && isCoarse()) {
            found.add(new Caveat(
                    "notCertified",
                    String.format(
                            Locale.ROOT,
                            "The reference is certified to %.1e only, which is more than the claim's own precision explains.",
                            measurement.certificate().certifiedTo())));
        }
        bends(found);
        if (corrected()) {
            found.add(new Caveat(
                    "autogradWrongHere",
                    "The objective has a derivative here although parts of it bend, and the rules of automatic differentiation"
                            + " at the bends do not give it."));
        }
        drowned(found);
        inSixteenBits(found);
        underflow(found);
        coarse(found);
        return found;
    }

    private static Caveat constants(List<RoundedConstant> constants, boolean ofFile) {
        String each = constants.stream()
                .limit(4)
                .map(constant -> String.format(
                        Locale.ROOT,
                        "%s of %s (up to %.1e of the largest entry)",
                        constant.value(),
                        constant.labels().get(0),
                        constant.effect()))
                .collect(Collectors.joining(", "));
        return new Caveat(
                "constantsRounded",
                (ofFile
                                ? "The file holds numbers in float32 of which a pipeline that computes in float64 may have had"
                                        + " other digits."
                                : "PyTorch's kernels hold numbers in float32 here even where they compute in float64.")
                        + " So much was allowed: " + each
                        + (constants.size() > 4 ? " and " + (constants.size() - 4) + " more" : "") + ".");
    }

    private void bends(List<Caveat> found) {
        List<BentOperation> bends = measurement.bends();
        boolean jumps = examination.any(Reason.DISCONTINUOUS);
        if (jumps) {
            found.add(new Caveat(
                    "discontinuous",
                    "The objective jumps or leaves its domain at this point: " + words(bends)
                            + ". Nothing is a derivative there; try another point."));
        } else if (examination.any(Reason.NOT_DECIDED)) {
            found.add(new Caveat(
                    "notDecided",
                    "Three orders do not tell what the objective does at " + words(bends) + "; try another point."));
        }
    }

    private static String words(List<BentOperation> bends) {
        return bends.isEmpty()
                ? "an operation at its edge"
                : bends.stream().limit(3).map(BentOperation::words).collect(Collectors.joining(", "));
    }

    private boolean corrected() {
        return measurement.found().corrected().values().stream().anyMatch(set -> !set.isEmpty())
                && measurement.reverse().values().stream().allMatch(tensor -> tensor.firstNonFinite() < 0);
    }

    /** Whether the certificate is worse than what the claims are judged by. */
    private boolean isCoarse() {
        double allowed = 0;
        double size = 0;
        for (String name : claims.tensors().keySet()) {
            allowed = Math.hypot(allowed, examination.allowance(name).norm());
            size = Math.hypot(size, examination.reference(name).norm());
        }
        return measurement.certificate().certifiedTo() > Math.max(allowed, 1e-12 * size);
    }

    private void drowned(List<Caveat> found) {
        List<String> names = claims.tensors().keySet().stream()
                .filter(name -> examination.has(name, Ruling.DROWNS))
                .filter(name -> !examination.inSixteenBitsOnly().contains(name))
                .toList();
        if (!names.isEmpty()) {
            found.add(new Caveat(
                    "roundingDrowns",
                    "Rounding in the claim's own arithmetic is as large as what could be seen in "
                            + some(names)
                            + ": a claim there cannot be confirmed in it."));
        }
    }

    /** The first few, and how many more there are. */
    private static String some(List<String> names) {
        return names.stream().limit(4).collect(Collectors.joining(", "))
                + (names.size() > 4 ? " and " + (names.size() - 4) + " more tensors" : "");
    }

    private void inSixteenBits(List<Caveat> found) {
        List<String> names = examination.inSixteenBitsOnly();
        if (!names.isEmpty()) {
            found.add(new Caveat(
                    "sixteenBitsThroughout",
                    "Entries of " + some(names)
                            + " are off by more than a cast explains; a mistake may have done that, or arithmetic in 16 bits"
                            + " throughout. If everything was so computed, say settings.precision {\"compute\": \"BF16\","
                            + " \"accumulate\": \"BF16\", \"keep\": []} (or FP16); if only the gradient was cast, compare it"
                            + " before the cast."));
        }
    }

    /** Entries that agree, matter, and would have agreed with a mistake of one per cent in them. */
    private void coarse(List<Caveat> found) {
        if (measurement.plan().arithmetic().precision() != null) {
            coarseInMixedPrecision(found);
            return;
        }
        Map<String, Long> unseen = new LinkedHashMap<>();
        for (String name : claims.tensors().keySet()) {
            long count = hidesOnePercent(name);
            if (count > 0) {
                unseen.put(name, count);
            }
        }
        if (!unseen.isEmpty()) {
            found.add(
                    new Caveat(
                            "onePercentUnseen",
                            "Rounding in the claim's own arithmetic explains more than 1 % of entries that matter: "
                                    + some(unseen.entrySet().stream()
                                            .map(each -> each.getValue() + " of " + each.getKey())
                                            .toList())
                                    + ". A mistake of that size in one of them would have passed; gradients in float64 would show it."));
        }
    }

    /** Tensors that agree, and would have agreed with all of their entries off by the same share, more than one per cent. */
    private void coarseInMixedPrecision(List<Caveat> found) {
        List<String> unseen = claims.tensors().keySet().stream()
                .filter(name -> hiddenShare(name) > ONE_PERCENT)
                .sorted(Comparator.comparingDouble(name -> -hiddenShare(name)))
                .map(name -> String.format(Locale.ROOT, "%.0f %% of %s", 100 * hiddenShare(name), name))
                .toList();
        if (!unseen.isEmpty()) {
            found.add(new Caveat(
                    "shareUnseen",
                    "Rounding in this precision explains as much as "
                            + some(unseen)
                            + ". A tensor that is too large or too small by that would have passed; gradients in float32"
                            + " would show it."));
        }
    }

    /** The share by which all entries that matter may be off at once, and pass; 0 where any does not. */
    private double hiddenShare(String name) {
        Tensor reference = examination.reference(name);
        Tensor allowance = examination.allowance(name);
        double largest = Arrays.stream(reference.values())
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        return IntStream.range(0, reference.size())
                .filter(i ->
                        claims.mask(name).judges(i) && largest > 0 && Math.abs(reference.at(i)) >= MATTERS * largest)
                .mapToDouble(i -> examination.ruling(name, i).verdict() == Verdict.PASS
                        ? allowance.at(i) / Math.abs(reference.at(i))
                        : 0)
                .min()
                .orElse(0);
    }

    private long hidesOnePercent(String name) {
        Datatype datatype = measurement.plan().arithmetic().of(name);
        if (datatype == Datatype.FP16 || datatype == Datatype.BF16) {
            return 0;
        }
        Tensor reference = examination.reference(name);
        Tensor allowance = examination.allowance(name);
        double[] references = reference.values();
        double[] allowances = allowance.values();
        double largest = 0;
        for (double entry : references) {
            largest = Double.isFinite(entry) ? Math.max(largest, Math.abs(entry)) : largest;
        }
        double small = Drowning.ONE_ENTRY * Importance.rms(reference);
        long count = 0;
        for (int i = 0; i < references.length; i++) {
            double size = Math.abs(references[i]);
            boolean hidden = allowances[i] > ONE_PERCENT * size // of most it is not
                    && size >= MATTERS * largest
                    && ONE_PERCENT * size <= small;
            count += hidden
                            && size > 0
                            && claims.mask(name).judges(i)
                            && examination.ruling(name, i).verdict() == Verdict.PASS
                    ? 1
                    : 0;
        }
        return count;
    }

    private void underflow(List<Caveat> found) {
        List<String> names =
                claims.tensors().keySet().stream().filter(this::underflows).toList();
        if (!names.isEmpty()) {
            found.add(new Caveat(
                    "underflow",
                    "Zeros in " + String.join(", ", names)
                            + " stand for gradients too small for their datatype, not for a backward pass that does not reach"
                            + " them; scaling the loss keeps them."));
        }
    }

    private boolean underflows(String name) {
        double[] claim = claims.tensor(name).values();
        double[] reference = examination.reference(name).values();
        Datatype datatype = measurement.plan().arithmetic().of(name);
        for (int i = 0; i < claim.length; i++) {
            if (claim[i] == 0 && claims.mask(name).judges(i) && Underflow.explains(datatype, claim[i], reference[i])) {
                return true;
            }
        }
        return false;
    }
}
