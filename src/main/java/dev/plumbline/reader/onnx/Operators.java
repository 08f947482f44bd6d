package dev.plumbline.reader.onnx;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Every operator of {@code ai.onnx} that can be translated, by name; the families say how. */
final class Operators {

    private static final Map<String, Operator> TABLE = table();

    private Operators() {}

    static @Nullable Operator find(String name) {
        return TABLE.get(name);
    }

    /** Whether it is read: translated by the table, or taken apart by {@link Binding}. */
    static boolean has(String name) {
        return TABLE.containsKey(name) || name.equals("If");
    }

    static Set<String> names() {
        return Collections.unmodifiableSet(TABLE.keySet());
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
