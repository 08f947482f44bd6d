package dev.plumbline.reader.onnx;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every operator of {@code ai.onnx} that can be translated, by name; the families say how. */
final class Operators {

    /** Not in the table, because it needs the graph around it: {@link Binding} takes it apart. */
    static final String BRANCH = "If";

    private static final Map<String, Operator> TABLE = table();
    private static final Set<String> NAMES = names(TABLE);

    private Operators() {}

    static @Nullable Operator find(String name) {
        return TABLE.get(name);
    }

    static Set<String> names() {
        return NAMES;
    }

    private static Set<String> names(Map<String, Operator> table) {
        Set<String> names = new TreeSet<>(table.keySet());
        names.add(BRANCH);
        return Collections.unmodifiableSet(names);
    }

    private static Map<String, Operator> table() {
        Map<String, Operator> table = new TreeMap<>();
        Arithmetic.addTo(table);
        Logic.addTo(table);
        Activations.addTo(table);
        Products.addTo(table);
        Convolutions.addTo(table);
        Pools.addTo(table);
        Reductions.addTo(table);
        Reshaping.addTo(table);
        Slicing.addTo(table);
        Lookups.addTo(table);
        Constants.addTo(table);
        Normalizations.addTo(table);
        Losses.addTo(table);
        Recurrent.addTo(table);
        Resizing.addTo(table);
        return table;
    }
}
