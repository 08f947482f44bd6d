package dev.plumbline.reader.onnx;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every operator of {@code ai.onnx} that can be translated, by name; the families say how. */
final class Operators {

    private static final Map<String, Operator> TABLE = table();
    private static final Set<String> NAMES = names(TABLE);

    private Operators() {}

    /** An operator of {@code ai.onnx}, or of another domain by its full name. */
    static @Nullable Operator find(OnnxNode node) {
        return TABLE.get(node.fullName());
    }

    static boolean knows(OnnxNode node) {
        return NAMES.contains(node.fullName());
    }

    static Set<String> names() {
        return NAMES;
    }

    private static Set<String> names(Map<String, Operator> table) {
        Set<String> names = new TreeSet<>(table.keySet());
        names.addAll(ControlFlow.OPERATORS); // they need the graph around them
        return Collections.unmodifiableSet(names);
    }

    private static Map<String, Operator> table() {
        Map<String, Operator> table = new TreeMap<>();
        Arithmetic.addTo(table);
        Logic.addTo(table);
        ActivationOperators.addTo(table);
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
        Scattering.addTo(table);
        Choosing.addTo(table);
        Ordering.addTo(table);
        Sequences.addTo(table);
        Sampling.addTo(table);
        RegionsOfInterest.addTo(table);
        Patches.addTo(table);
        Signals.addTo(table);
        Determinants.addTo(table);
        Quantization.addTo(table);
        Bits.addTo(table);
        Words.addTo(table);
        Attentions.addTo(table);
        MicrosoftOperators.addTo(table);
        Optimizers.addTo(table);
        return table;
    }
}
