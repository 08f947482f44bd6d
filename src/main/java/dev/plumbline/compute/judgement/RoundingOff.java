package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Datatype;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/** Right numbers with too few digits: a narrower datatype on the way, or printed and read again. */
final class RoundingOff {

    /** From the least loss to the greatest, so that the mildest explanation is found. */
    private static final List<Datatype> NARROWER = List.of(Datatype.FP32, Datatype.FP16, Datatype.BF16);

    /** Computed, not only stored, in a narrow type: so many unit roundoffs of the norm may be lost. */
    private static final double LOST = 32;

    private static final String STORED =
            "The claim is the reference rounded to %s: keep gradients in a wider type, or declare the claim's datatype.";

    private static final String COMPUTED = "Every value of the claim is a number of %s, and it is off by as much as"
            + " computing in that type costs: declare the claim's datatype, or compute in a wider one.";

    private static final int MOST_DIGITS = 12;

    private RoundingOff() {}

    static List<Explanation> explain(Suspect suspect) {
        List<Datatype> possible = new ArrayList<>();
        for (Datatype datatype : NARROWER) {
            if (suspect.comparison().claimed().datatype().unitRoundoff() < datatype.unitRoundoff()
                    && Suspect.consistsOf(suspect.comparison().claimed(), datatype)) {
                possible.add(datatype);
            }
        }
        for (Datatype datatype : possible) {
            if (isStored(suspect, datatype)) {
                return List.of(explanation(datatype, Explanation.NAMED, STORED));
            }
        }
        if (!possible.isEmpty()) {
            Datatype narrowest = possible.get(possible.size() - 1);
            if (isComputed(suspect, narrowest)) {
                return List.of(explanation(narrowest, Explanation.COUNTED, COMPUTED));
            }
        }
        return digits(suspect).map(List::of).orElse(List.of());
    }

    private static Explanation explanation(Datatype datatype, int complexity, String advice) {
        return new Explanation(new Mistake.Rounded(datatype, advice.formatted(datatype)), complexity);
    }

    private static boolean isStored(Suspect suspect, Datatype datatype) {
        double u = 1.01
                * datatype.unitRoundoff(); // the reference may be off by its allowance, and the claim by a rounding of
        // that
        double spacing = datatype == Datatype.FP16 ? 0x1p-25 : Double.MIN_VALUE; // half the subnormals' spacing
        return isWithin(suspect, i -> u * Math.abs(suspect.reference(i)) + spacing + suspect.allowance(i));
    }

    /** Rounding on the way moves most entries, not a few. */
    private static boolean isComputed(Suspect suspect, Datatype datatype) {
        return suspect.size() >= 8
                && suspect.comparison().relativeError() <= LOST * datatype.unitRoundoff()
                && 4L * suspect.comparison().beyond() >= suspect.size();
    }

    private static boolean isWithin(Suspect suspect, IntToDoubleFunction tolerance) {
        for (int i = 0; i < suspect.size(); i++) {
            if (!(Math.abs(suspect.claimed(i) - suspect.reference(i)) <= tolerance.applyAsDouble(i))) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Explanation> digits(Suspect suspect) {
        for (int digits = 1; digits <= MOST_DIGITS; digits++) {
            double unit = Math.pow(10, -digits);
            if (isShort(suspect, unit, false)) {
                return decimals(digits, "decimal places");
            }
            if (digits > 1 && isShort(suspect, 10 * unit, true)) {
                return decimals(digits, "significant digits");
            }
        }
        return Optional.empty();
    }

    private static Optional<Explanation> decimals(int digits, String kind) {
        String advice = "The claim is the reference rounded to %d %s: send all digits (17 for float64, 9 for float32)."
                .formatted(digits, kind);
        return Optional.of(new Explanation(new Mistake.Rounded(null, advice), Explanation.NAMED + 1));
    }

    /** Whether each claimed value is a multiple of the unit, at most half a unit from its reference. */
    private static boolean isShort(Suspect suspect, double unit, boolean relative) {
        for (int i = 0; i < suspect.size(); i++) {
            double a = suspect.claimed(i);
            double own = relative ? unit * decade(a) : unit;
            double multiple = a / own;
            boolean isMultiple = Math.abs(multiple - Math.rint(multiple)) <= suspect.rounding(multiple);
            boolean isNear = Math.abs(a - suspect.reference(i)) <= 0.5 * own * (1 + 1e-9) + suspect.allowance(i);
            if (!(isNear && isMultiple)) {
                return false;
            }
        }
        return true;
    }

    /** The power of ten at or below the value; 1 for a zero, which has no digits to lose. */
    private static double decade(double value) {
        return value == 0 ? 1 : Math.pow(10, Math.floor(Math.log10(Math.abs(value))));
    }
}
