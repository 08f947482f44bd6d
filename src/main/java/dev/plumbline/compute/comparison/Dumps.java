package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.TensorSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be compared.
 *
 * @param a by rank, then by name
 * @param b the same
 * @param repeats of the run of {@code a}, each whole
 * @param earlier gradients of an earlier step, whole; by these a stale one is recognised
 * @param layout of tensors in several ranks' files, by name; {@code *} is that of all others
 * @param tolerance null for what rounding explains
 */
public record Dumps(
        List<Map<String, TensorSource>> a,
        List<Map<String, TensorSource>> b,
        List<Map<String, TensorSource>> repeats,
        Map<String, TensorSource> earlier,
        Map<String, Placement> layout,
        @Nullable Nearness tolerance) {

    /** The layout of every tensor that has none of its own. */
    public static final String OTHERS = "*";

    /** In the order of {@code a}, then what only {@code b} has. */
    Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        a.forEach(dump -> names.addAll(dump.keySet()));
        b.forEach(dump -> names.addAll(dump.keySet()));
        return names;
    }

    /** Names in the layout that no dump has, sorted. */
    public Set<String> strangers() {
        Set<String> strangers = new TreeSet<>(layout.keySet());
        strangers.removeAll(names());
        strangers.remove(OTHERS);
        return strangers;
    }

    int ranks() {
        return Math.max(a.size(), b.size());
    }

    /** What was said of a tensor; what was said of all others holds for those that have the axis. */
    @Nullable
    Placement placement(String name) {
        Placement own = layout.get(name);
        if (own != null) {
            return own;
        }
        Placement others = layout.get(OTHERS);
        boolean isCut = others instanceof Placement.Shard shard && !shard.isOf(rank(name));
        return isCut ? null : others;
    }

    /** How many axes a tensor has, in the first file that has it. */
    public int rank(String name) {
        return Stream.of(a, b)
                .flatMap(List::stream)
                .filter(dump -> dump.containsKey(name))
                .mapToInt(dump -> dump.get(name).shape().rank())
                .findFirst()
                .orElse(0);
    }
}
