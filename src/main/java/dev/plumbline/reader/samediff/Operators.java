package dev.plumbline.reader.samediff;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Every operation of SameDiff that can be read, by its name in the file; the families say how. */
final class Operators {

    private static final Map<String, Operator> TABLE = table();

    private Operators() {}

    static @Nullable Operator find(String name) {
        return TABLE.get(name);
    }

    static Set<String> names() {
        return Collections.unmodifiableSet(TABLE.keySet());
    }

    private static Map<String, Operator> table() {
        Map<String, Operator> table = new TreeMap<>();
        Elementwise.addTo(table);
        Reductions.addTo(table);
        Products.addTo(table);
        Shaping.addTo(table);
        LossOperations.addTo(table);
        return table;
    }
}
