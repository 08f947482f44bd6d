package dev.plumbline.compute.health;

import java.util.List;
import java.util.Locale;

/** Numbers and names in sentences. */
public final class Words {

    private Words() {}

    public static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }

    public static String names(List<String> names) {
        int shown = Math.min(names.size(), 4);
        String few = String.join(", ", names.subList(0, shown));
        return names.size() > shown ? few + " and " + (names.size() - shown) + " more" : few;
    }
}
