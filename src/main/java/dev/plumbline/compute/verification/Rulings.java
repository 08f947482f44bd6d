package dev.plumbline.compute.verification;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The rulings on the entries of one tensor, a byte each. */
final class Rulings {

    private static final Ruling[] ALL = Ruling.values();

    private final byte[] codes; // 0 where nothing is judged, else the ordinal and 1

    Rulings(int size) {
        this.codes = new byte[size];
    }

    int size() {
        return codes.length;
    }

    /** Null where nothing is judged. */
    @Nullable
    Ruling at(int position) {
        int code = codes[position];
        return code == 0 ? null : ALL[code - 1];
    }

    void set(int position, Ruling ruling) {
        codes[position] = (byte) (ruling.ordinal() + 1);
    }

    /** Every ruling becomes what {@code change} makes of it. */
    void replaceAll(UnaryOperator<Ruling> change) {
        for (int i = 0; i < codes.length; i++) {
            Ruling own = at(i);
            if (own != null) {
                set(i, change.apply(own));
            }
        }
    }

    /** How often each occurs, by ordinal. */
    long[] counts() {
        long[] counts = new long[ALL.length + 1];
        for (byte code : codes) {
            counts[code]++;
        }
        long[] judged = new long[ALL.length];
        System.arraycopy(counts, 1, judged, 0, judged.length);
        return judged;
    }

    /** Those that occur. */
    Set<Ruling> present() {
        long[] counts = counts();
        Set<Ruling> present = EnumSet.noneOf(Ruling.class);
        for (Ruling ruling : ALL) {
            if (counts[ruling.ordinal()] > 0) {
                present.add(ruling);
            }
        }
        return present;
    }

    boolean has(Ruling ruling) {
        byte sought = (byte) (ruling.ordinal() + 1);
        for (byte code : codes) {
            if (code == sought) {
                return true;
            }
        }
        return false;
    }
}
