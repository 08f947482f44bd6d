package dev.plumbline.reader;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * Names that are others but for what stands in front of them, the same for as many as can be.
 *
 * @param change what must be put in front of the given names ({@code +net.}), or taken away ({@code -net.})
 * @param meanings what each of the given names may mean: several only where two prefixes explain equally many names
 */
public record OnePrefix(String change, Map<String, List<String>> meanings) {

    /** The names are equal but for wrappers. */
    private static final String NOTHING = "+";

    /**
     * @param given the names of the request
     * @param own those of the model
     * @param mayBe whether a given name can be the model's for all else that is known
     */
    public static OnePrefix between(
            Collection<String> given, Collection<String> own, BiPredicate<String, String> mayBe) {
        Map<String, Map<String, List<String>>> byChange = new LinkedHashMap<>(); // change: (given: own)
        for (String name : given) {
            for (String other : own) {
                String change = Prefixes.between(Prefixes.bare(name), Prefixes.bare(other));
                if (change != null && mayBe.test(name, other)) {
                    byChange.computeIfAbsent(change, key -> new LinkedHashMap<>())
                            .computeIfAbsent(name, key -> new ArrayList<>())
                            .add(other);
                }
            }
        }
        int most = byChange.values().stream().mapToInt(Map::size).max().orElse(0);
        Map<String, List<String>> equal = byChange.getOrDefault(NOTHING, Map.of());
        if (equal.size() == most) {
            return new OnePrefix(NOTHING, equal);
        }
        byChange.values().removeIf(meanings -> meanings.size() < most);
        Map<String, List<String>> best = new LinkedHashMap<>();
        byChange.values()
                .forEach(meanings -> meanings.forEach((name, these) ->
                        best.computeIfAbsent(name, key -> new ArrayList<>()).addAll(these)));
        return new OnePrefix(byChange.keySet().iterator().next(), best);
    }
}
