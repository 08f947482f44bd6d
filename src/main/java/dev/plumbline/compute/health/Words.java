package dev.plumbline.compute.health;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Numbers and names in sentences. */
public final class Words {

    private Words() {}

    public static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.3g", value);
    }

    public static String percent(double share) {
        return number(100 * share) + " %";
    }

    /** A layer in a sentence: one that is only numbered is "layer 0". */
    public static String layer(String name) {
        return name.matches("\\d+") ? "layer " + name : name;
    }

    public static String names(List<String> names) {
        int shown = Math.min(names.size(), 4);
        String few = names.subList(0, shown).stream().map(Words::layer).collect(Collectors.joining(", "));
        return names.size() > shown ? few + " and " + (names.size() - shown) + " more" : few;
    }
}
