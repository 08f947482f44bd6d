package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Datatype;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The name of what is wrong with the claim {@code a} for one tensor, against its reference {@code n}: one of several kinds,
 * each with the numbers that it has.
 */
public sealed interface Mistake {

    /** How many wrong entries are listed at most. */
    int LISTED = 20;

    /** The kinds, in the order in which they are tried. */
    enum Kind {
        NON_FINITE(NonFinite.class),
        ZERO(Zero.class),
        SPARSE(Sparse.class),
        SLICE(Slice.class),
        SIGN(Sign.class),
        SCALED(Scaled.class),
        TRANSPOSED(Transposed.class),
        SHIFTED(Shifted.class),
        SWAPPED(Swapped.class),
        WEIGHT_DECAY(WeightDecay.class),
        OFFSET(Offset.class),
        CLIPPED(Clipped.class),
        ROUNDED(Rounded.class),
        STALE(Stale.class),
        ACCUMULATED(Accumulated.class),
        UNKNOWN(Unknown.class);

        private final Class<? extends Mistake> type;

        Kind(Class<? extends Mistake> type) {
            this.type = type;
        }

        /** The name in requests and reports. */
        public String wireName() {
            String name = type.getSimpleName();
            return Character.toLowerCase(name.charAt(0)) + name.substring(1);
        }

        private static Kind of(Class<?> type) {
            for (Kind kind : values()) {
                if (kind.type == type) {
                    return kind;
                }
            }
            throw new IllegalArgumentException(type + " is of no kind");
        }
    }

    /** Which of the records it is. */
    default Kind kind() {
        return Kind.of(getClass());
    }

    /** What is wrong, in a few words that end a sentence. */
    String words();

    /** Plain words for whoever wrote the gradient. */
    String advice();

    /** What times the reference gives the claim, all of it or the slice that is wrong; null where nothing does. */
    default @Nullable Double multiple() {
        return null;
    }

    /** NaN or infinite where the reference is neither; {@code entries} are their indices, at most {@link #LISTED}. */
    record NonFinite(List<List<Integer>> entries, String advice) implements Mistake {
        @Override
        public String words() {
            return "it is not finite at " + some(entries);
        }
    }

    /** Zero throughout. */
    record Zero(String advice) implements Mistake {
        @Override
        public String words() {
            return "it is zero";
        }
    }

    /** Only single entries are wrong; {@code entries} are their indices, at most {@link #LISTED}. */
    record Sparse(List<List<Integer>> entries, String advice) implements Mistake {
        @Override
        public String words() {
            return entries.size() == 1
                    ? "only entry " + entries.get(0) + " differs"
                    : "only entries " + some(entries) + " differ";
        }
    }

    /**
     * Only one slice is wrong.
     *
     * @param slice as NumPy writes it: {@code [3, :]}, {@code [:, 4:8]}
     * @param factor inside it {@code a = factor n}; null where it is no multiple
     */
    record Slice(String slice, @Nullable Double factor, String advice) implements Mistake {
        @Override
        public String words() {
            return "only the slice " + slice + " differs";
        }

        @Override
        public @Nullable Double multiple() {
            return factor;
        }
    }

    /** The opposite: {@code a = factor n}, and {@code factor} is -1. */
    record Sign(double factor, String advice) implements Mistake {
        @Override
        public String words() {
            return "the sign is wrong";
        }

        @Override
        public Double multiple() {
            return factor;
        }
    }

    /** A multiple: {@code a = factor n}. */
    record Scaled(double factor, String advice) implements Mistake {
        @Override
        public String words() {
            return "it is " + FactorWords.number(factor) + " times what it should be";
        }

        @Override
        public Double multiple() {
            return factor;
        }
    }

    /** Its axes are in another order. */
    record Transposed(String advice) implements Mistake {
        @Override
        public String words() {
            return "it is transposed";
        }
    }

    /**
     * Right numbers, moved along an axis.
     *
     * @param shift by how many places towards higher indices; null where they are in reverse
     * @param axis along which; null where flat, or along several
     */
    record Shifted(@Nullable Integer shift, @Nullable Integer axis, String advice) implements Mistake {
        @Override
        public String words() {
            return "it is shifted";
        }
    }

    /** The gradient of another {@code tensor}; of its own name where its blocks are exchanged. */
    record Swapped(String tensor, String advice) implements Mistake {
        @Override
        public String words() {
            return "it is the gradient of " + tensor;
        }
    }

    /** {@code a - n = lambda w}, or {@code lambda sign(w)} as the advice says. */
    record WeightDecay(double lambda, String advice) implements Mistake {
        @Override
        public String words() {
            return "a weight decay of " + FactorWords.number(lambda) + " is in it";
        }
    }

    /** {@code a - n = offset}. */
    record Offset(double offset, String advice) implements Mistake {
        @Override
        public String words() {
            return FactorWords.number(offset) + " is added to every entry";
        }
    }

    /**
     * Cut off, entry by entry or by its norm.
     *
     * @param limit the value or norm at which
     * @param factor by norm, {@code a = factor n}; null entry by entry
     */
    record Clipped(double limit, @Nullable Double factor, String advice) implements Mistake {
        @Override
        public String words() {
            return "it is clipped";
        }

        @Override
        public @Nullable Double multiple() {
            return factor;
        }
    }

    /** Rounded to a {@code datatype}; null where to fewer digits of no type. */
    record Rounded(@Nullable Datatype datatype, String advice) implements Mistake {
        @Override
        public String words() {
            return "it is rounded";
        }
    }

    /** The earlier gradient. */
    record Stale(String advice) implements Mistake {
        @Override
        public String words() {
            return "it is that of the earlier step";
        }
    }

    /** The earlier gradient is added. */
    record Accumulated(String advice) implements Mistake {
        @Override
        public String words() {
            return "the earlier step's is still in it";
        }
    }

    /** Wrong in no pattern that has a name here. */
    record Unknown(String advice) implements Mistake {
        @Override
        public String words() {
            return "the mistake has no simple name";
        }
    }

    /** The first few, and how many more there are: a sentence is read, a list is looked up. */
    private static String some(List<List<Integer>> entries) {
        int said = 4;
        if (entries.size() <= said) {
            return entries.toString();
        }
        String first = entries.subList(0, said).stream().map(List::toString).collect(Collectors.joining(", "));
        return "%s and %d more".formatted(first, entries.size() - said);
    }
}
