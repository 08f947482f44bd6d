package dev.plumbline.compute.judgement;

import static java.util.stream.Collectors.groupingBy;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Plants mistakes in claims and judges each by {@link Comparison}'s own rule, up to the first entry that shows it. */
final class Mutations {

    /** Weight decay as it is usually set. */
    private static final double DECAY = 1e-4;

    private final List<Comparison> comparisons;
    private final Map<String, Tensor> parameters;
    private final SplittableRandom random;
    private final long[] ends; // ends[t]: entries in tensors 0 ... t
    private final Map<Shape, List<Comparison>> ofShape;
    private final int batch;

    Mutations(List<Comparison> comparisons, Map<String, Tensor> parameters, Setting setting, long seed) {
        this.comparisons = comparisons;
        this.parameters = parameters;
        this.random = new SplittableRandom(seed);
        this.batch = setting.batch();
        this.ofShape = comparisons.stream().collect(groupingBy(c -> c.claimed().shape()));
        this.ends = new long[comparisons.size()];
        long end = 0;
        for (int t = 0; t < ends.length; t++) {
            end += comparisons.get(t).judged();
            ends[t] = end;
        }
    }

    /** One tensor's claim spoiled, or null where the mistake cannot be made. */
    private interface Spoiled {
        @Nullable
        IntToDoubleFunction claim(Comparison comparison);
    }

    List<Power> judged() {
        List<Power> powers = new ArrayList<>();
        tensors(powers, "sign", values(a -> -a));
        tensors(powers, "twice", values(a -> 2 * a));
        tensors(powers, "onePerMille", values(a -> 1.001 * a));
        if (batch > 1) {
            tensors(powers, "timesBatch", values(a -> batch * a));
            tensors(powers, "overBatch", values(a -> a / batch));
        }
        tensors(powers, "zero", values(a -> 0));
        tensors(powers, "transposed", this::transposed);
        tensors(powers, "shifted", this::shifted);
        tensors(powers, "swapped", this::swapped);
        tensors(powers, "weightDecay", this::weightDecay);
        tensors(powers, "float16", values(Datatype.FP16::round));
        tensors(powers, "bfloat16", values(Datatype.BF16::round));
        entries(powers, "entryZero", a -> 0);
        entries(powers, "entrySign", a -> -a);
        entries(powers, "entryOnePercent", a -> 1.01 * a);
        entries(powers, "entryOnePerMille", a -> 1.001 * a);
        exchangedEntries(powers);
        return powers;
    }

    private static Spoiled values(DoubleUnaryOperator spoil) {
        return comparison -> i -> spoil.applyAsDouble(comparison.claimed().at(i));
    }

    private static IntToDoubleFunction rearranged(Comparison comparison, IntUnaryOperator source) {
        return i -> comparison.claimed().at(source.applyAsInt(i));
    }

    /** The last two axes exchanged, and the numbers read row by row. */
    private @Nullable IntToDoubleFunction transposed(Comparison comparison) {
        Shape shape = comparison.claimed().shape();
        int rank = shape.rank();
        if (rank < 2 || shape.extent(-1) < 2 || shape.extent(-2) < 2) {
            return null;
        }
        int[] order = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            order[axis] = axis;
        }
        order[rank - 1] = rank - 2;
        order[rank - 2] = rank - 1;
        return rearranged(comparison, Places.transposed(shape, order));
    }

    private @Nullable IntToDoubleFunction shifted(Comparison comparison) {
        int size = comparison.size();
        return size < 2 ? null : rearranged(comparison, Places.rolled(Shape.of(size), 0, 1 + random.nextInt(size - 1)));
    }

    /** With some other tensor of the same shape. */
    private @Nullable IntToDoubleFunction swapped(Comparison comparison) {
        List<Comparison> alike = ofShape.getOrDefault(comparison.claimed().shape(), List.of());
        if (alike.size() < 2) {
            return null;
        }
        int drawn = random.nextInt(alike.size());
        Comparison other = alike.get(drawn) == comparison ? alike.get((drawn + 1) % alike.size()) : alike.get(drawn);
        return other.claimed()::at;
    }

    private @Nullable IntToDoubleFunction weightDecay(Comparison comparison) {
        Tensor parameter = parameters.get(comparison.name());
        return parameter == null
                        || !parameter.shape().equals(comparison.claimed().shape())
                ? null
                : i -> comparison.claimed().at(i) - DECAY * parameter.at(i);
    }

    private void tensors(List<Power> powers, String name, Spoiled spoiled) {
        int trials = 0;
        int detected = 0;
        for (Comparison comparison : comparisons) {
            @Nullable IntToDoubleFunction claim = comparison.judged() == 0 ? null : spoiled.claim(comparison);
            if (claim != null) {
                trials++;
                detected += isNoticed(comparison, claim) ? 1 : 0;
            }
        }
        add(powers, name, detected, trials);
    }

    private static boolean isNoticed(Comparison comparison, IntToDoubleFunction claim) {
        for (int i = 0; i < comparison.size(); i++) {
            if (isNoticed(comparison, i, claim.applyAsDouble(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNoticed(Comparison comparison, int i, double claimed) {
        return comparison.isJudged(i)
                && Comparison.isBeyond(
                        claimed,
                        comparison.reference().at(i),
                        comparison.allowance().at(i));
    }

    private void entries(List<Power> powers, String name, DoubleUnaryOperator spoil) {
        int detected = 0;
        int trials = entryTrials();
        for (int trial = 0; trial < trials; trial++) {
            long drawn = random.nextLong(total());
            Comparison comparison = owner(drawn);
            int i = position(drawn, comparison);
            detected += isNoticed(
                            comparison,
                            i,
                            spoil.applyAsDouble(comparison.claimed().at(i)))
                    ? 1
                    : 0;
        }
        add(powers, name, detected, trials);
    }

    /** Two entries of one tensor; the first is drawn from all entries, so large tensors are drawn as often as they are large. */
    private void exchangedEntries(List<Power> powers) {
        int detected = 0;
        int trials = 0;
        for (int trial = 0; trial < entryTrials(); trial++) {
            long drawn = random.nextLong(total());
            Comparison comparison = owner(drawn);
            int entries = comparison.judged();
            if (entries < 2) {
                continue;
            }
            int one = position(drawn, comparison);
            int other = position(drawn + 1 + random.nextInt(entries - 1), comparison);
            boolean noticed = isNoticed(comparison, one, comparison.claimed().at(other))
                    || isNoticed(comparison, other, comparison.claimed().at(one));
            detected += noticed ? 1 : 0;
            trials++;
        }
        add(powers, "entriesSwapped", detected, trials);
    }

    private int entryTrials() {
        return total() == 0 ? 0 : Power.ENTRY_TRIALS;
    }

    private long total() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    private Comparison owner(long drawn) {
        int low = 0;
        int high = ends.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (drawn < ends[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return comparisons.get(low);
    }

    /** The drawn entry's position in its tensor: any fixed one-to-one map will do. */
    private static int position(long drawn, Comparison owner) {
        return owner.judged((int) (drawn % owner.judged()));
    }

    private static void add(List<Power> powers, String name, int detected, int trials) {
        if (trials > 0) {
            powers.add(new Power(name, (double) detected / trials, trials));
        }
    }
}
