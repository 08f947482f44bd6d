package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Datatype;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The name of what is wrong with the claim {@code a} for one tensor, against its reference {@code n}. Only the numbers
 * that the kind has are there, the others are null.
 *
 * @param factor sign, scaled, clipped by norm: {@code a = factor n}; slice: inside it
 * @param lambda weightDecay: {@code a - n = lambda w} (or {@code lambda sign(w)}, as the advice says)
 * @param offset offset: {@code a - n = offset}
 * @param limit clipped: the value or norm at which
 * @param tensor swapped: the tensor whose gradient this claim is; the tensor's own name if its parts are swapped
 * @param shift shifted: by how many places towards higher indices, along {@code axis}, or flat if there is none
 * @param axis shifted: along which axis
 * @param slice slice: which one, as NumPy writes it: {@code [3, :]}, {@code [:, 4:8]}
 * @param entries sparse, nonFinite: the indices of the wrong entries, at most {@link #LISTED}
 * @param datatype rounded: to which type, if to a type
 * @param advice plain words for whoever wrote the gradient
 */
public record Mistake(
        Kind kind,
        @Nullable Double factor,
        @Nullable Double lambda,
        @Nullable Double offset,
        @Nullable Double limit,
        @Nullable String tensor,
        @Nullable Integer shift,
        @Nullable Integer axis,
        @Nullable String slice,
        @Nullable List<List<Integer>> entries,
        @Nullable Datatype datatype,
        String advice) {

    private static final int SAID = 4;

    /** How many wrong entries are listed at most. */
    public static final int LISTED = 20;

    /** The kinds, in the order in which they are tried. */
    public enum Kind {
        NON_FINITE("nonFinite"),
        ZERO("zero"),
        SPARSE("sparse"),
        SLICE("slice"),
        SIGN("sign"),
        SCALED("scaled"),
        TRANSPOSED("transposed"),
        SHIFTED("shifted"),
        SWAPPED("swapped"),
        WEIGHT_DECAY("weightDecay"),
        OFFSET("offset"),
        CLIPPED("clipped"),
        ROUNDED("rounded"),
        STALE("stale"),
        ACCUMULATED("accumulated"),
        UNKNOWN("unknown");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        /** The name in requests and reports. */
        public String wireName() {
            return wireName;
        }
    }

    /** The same with other advice, from somebody who knows more about the tensor. */
    public Mistake advising(String other) {
        return new Mistake(kind, factor, lambda, offset, limit, tensor, shift, axis, slice, entries, datatype, other);
    }

    static Mistake of(Kind kind, String advice) {
        return new Mistake(kind, null, null, null, null, null, null, null, null, null, null, advice);
    }

    static Mistake scaled(Kind kind, double factor, String advice) {
        return new Mistake(kind, factor, null, null, null, null, null, null, null, null, null, advice);
    }

    static Mistake weightDecay(double lambda, String advice) {
        return new Mistake(Kind.WEIGHT_DECAY, null, lambda, null, null, null, null, null, null, null, null, advice);
    }

    static Mistake offset(double offset, String advice) {
        return new Mistake(Kind.OFFSET, null, null, offset, null, null, null, null, null, null, null, advice);
    }

    static Mistake clipped(double limit, @Nullable Double factor, String advice) {
        return new Mistake(Kind.CLIPPED, factor, null, null, limit, null, null, null, null, null, null, advice);
    }

    static Mistake swapped(String tensor, String advice) {
        return new Mistake(Kind.SWAPPED, null, null, null, null, tensor, null, null, null, null, null, advice);
    }

    static Mistake shifted(@Nullable Integer shift, @Nullable Integer axis, String advice) {
        return new Mistake(Kind.SHIFTED, null, null, null, null, null, shift, axis, null, null, null, advice);
    }

    static Mistake slice(String slice, @Nullable Double factor, String advice) {
        return new Mistake(Kind.SLICE, factor, null, null, null, null, null, null, slice, null, null, advice);
    }

    static Mistake listed(Kind kind, List<List<Integer>> entries, String advice) {
        return new Mistake(kind, null, null, null, null, null, null, null, null, entries, null, advice);
    }

    static Mistake rounded(@Nullable Datatype datatype, String advice) {
        return new Mistake(Kind.ROUNDED, null, null, null, null, null, null, null, null, null, datatype, advice);
    }

    /** The first few, and how many more there are: a sentence is read, a list is looked up. */
    private static String some(@Nullable List<List<Integer>> entries) {
        if (entries == null || entries.size() <= SAID) {
            return String.valueOf(entries);
        }
        String first = entries.subList(0, SAID).stream().map(List::toString).collect(Collectors.joining(", "));
        return "%s and %d more".formatted(first, entries.size() - SAID);
    }

    /** What is wrong, in a few words that end a sentence. */
    public String words() {
        return switch (kind) {
            case SIGN -> "the sign is wrong";
            case SCALED -> "it is " + number(factor) + " times what it should be";
            case ZERO -> "it is zero";
            case SPARSE ->
                entries != null && entries.size() == 1
                        ? "only entry " + entries.get(0) + " differs"
                        : "only entries " + some(entries) + " differ";
            case SLICE -> "only the slice " + slice + " differs";
            case TRANSPOSED -> "it is transposed";
            case SHIFTED -> "it is shifted";
            case SWAPPED -> "it is the gradient of " + tensor;
            case WEIGHT_DECAY -> "a weight decay of " + number(lambda) + " is in it";
            case OFFSET -> number(offset) + " is added to every entry";
            case CLIPPED -> "it is clipped";
            case ROUNDED -> "it is rounded";
            case STALE -> "it is that of the earlier step";
            case ACCUMULATED -> "the earlier step's is still in it";
            case NON_FINITE -> "it is not finite at " + some(entries);
            case UNKNOWN -> "the mistake has no simple name";
        };
    }

    /** Six digits, without trailing zeros. */
    private static String number(@Nullable Double value) {
        return value == null || !Double.isFinite(value)
                ? String.valueOf(value)
                : new BigDecimal(value)
                        .round(new MathContext(6))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
