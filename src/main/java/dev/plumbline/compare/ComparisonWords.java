package dev.plumbline.compare;

import dev.plumbline.compute.comparison.Relation;
import dev.plumbline.compute.comparison.TensorComparison;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A comparison in one sentence. */
final class ComparisonWords {

    private static final int GROUPS = 4;
    private static final int NAMES = 3;

    private ComparisonWords() {}

    static String same(Map<Relation, Long> relations, boolean onlyZeros) {
        if (onlyZeros) {
            return "Both dumps are zero throughout: they are equal, and that says nothing.";
        }
        List<String> parts = new ArrayList<>();
        relations.forEach((relation, count) -> {
            String tensors = count + (count == 1 ? " tensor" : " tensors");
            parts.add(
                    switch (relation) {
                        case EQUAL -> tensors + " equal to the last bit";
                        case WITHIN_NOISE -> tensors + " no further apart than a is from its repeats";
                        case WITHIN_ROUNDING -> tensors + " no further apart than rounding explains";
                        case DIFFERENT -> tensors + " different";
                    });
        });
        return "a and b agree: " + String.join(", ", parts) + ".";
    }

    /** Tensors of which the same is said stand together. */
    static String different(List<TensorComparison> compared) {
        Map<String, List<String>> names = new LinkedHashMap<>(); // by the words
        int different = 0;
        for (TensorComparison tensor : compared) {
            if (tensor.relation() == Relation.DIFFERENT) {
                different++;
                String words = tensor.differences().get(0).words();
                names.computeIfAbsent(words, some -> new ArrayList<>()).add(tensor.name());
            }
        }
        List<String> groups = new ArrayList<>();
        int told = 0;
        for (Map.Entry<String, List<String>> group : names.entrySet()) {
            if (groups.size() < GROUPS) {
                groups.add(names(group.getValue()) + ": " + group.getKey());
                told += group.getValue().size();
            }
        }
        String rest = told < different ? "; and %d more".formatted(different - told) : "";
        return "a and b differ in %d of %d tensors. %s%s."
                .formatted(different, compared.size(), String.join("; ", groups), rest);
    }

    private static String names(List<String> names) {
        return names.size() > NAMES
                ? String.join(", ", names.subList(0, NAMES)) + " and " + (names.size() - NAMES) + " more"
                : String.join(", ", names);
    }
}
