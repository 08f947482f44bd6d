package dev.plumbline.compute.verification;

import dev.plumbline.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The entries of a first look that its three rounding runs may have been unlucky in: all that does not pass, where that is at most
 * a thousandth of the entries, and none is three times as far off as it may be. Entries of one column are unlucky together, as
 * they share what it was multiplied by. Whatever else is the matter, another look would be in vain.
 */
final class NearMisses {

    /** Of all entries. Among right claims up to 8 of 225,000 were seen, once in thirty seeds. */
    private static final double FEW = 1e-3;

    /** In allowances. Right claims were up to 1.65 off, of 11 million entries. */
    private static final double FAR = 3;

    private final Examination examination;
    private final Map<String, BitSet> entries = new LinkedHashMap<>();
    private long judged;
    private long missed;

    private NearMisses(Examination examination) {
        this.examination = examination;
    }

    /** By claim; empty where there are none, too many, or something else is the matter. */
    static Map<String, BitSet> of(Examination examination) {
        if (!examination.measurement().plan().tolerance().isCalibrated()) {
            return Map.of(); // what is allowed is the caller's word
        }
        NearMisses misses = new NearMisses(examination);
        boolean isNear = examination.names().stream().allMatch(misses::add);
        return isNear && misses.missed <= FEW * misses.judged ? misses.entries : Map.of();
    }

    /** Whether nothing in it is worse than a near miss. */
    private boolean add(String name) {
        Rulings rulings = examination.rulings(name);
        Tensor reference = examination.reference(name);
        Tensor allowance = examination.allowance(name);
        BitSet own = new BitSet();
        for (int i = 0; i < rulings.size(); i++) {
            Ruling ruling = rulings.at(i);
            judged += ruling == null ? 0 : 1;
            if (ruling == null || ruling == Ruling.PASS) {
                continue;
            }
            double off = Math.abs(examination.claim(name, i) - reference.at(i));
            if (ruling != Ruling.FAIL || !(off <= FAR * allowance.at(i))) {
                return false;
            }
            own.set(i);
        }
        if (!own.isEmpty()) {
            missed += own.cardinality();
            entries.put(name, own);
        }
        return true;
    }
}
