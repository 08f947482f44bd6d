package dev.plumbline.reader.layers;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the JSON says about one layer: read by name and type, with a pointer to whatever is wrong. */
final class Attributes {

    static final int LARGEST = 1 << 30;

    private final String pointer;
    private final Map<String, ?> values;
    private final Set<String> known = new TreeSet<>();

    Attributes(String pointer, Map<String, ?> values) {
        this.pointer = pointer;
        this.values = values;
    }

    String pointer(String name) {
        return pointer + Problem.pointer(name);
    }

    boolean has(String name) {
        known.add(name);
        return values.get(name) != null;
    }

    /** The pointer to the attribute with the largest number, the layer's own where none has one. */
    String largest() {
        String largest = pointer;
        double most = 0;
        for (Map.Entry<String, ?> attribute : values.entrySet()) {
            double size = size(attribute.getValue());
            if (size > most && !attribute.getKey().equals("seed")) {
                most = size;
                largest = pointer(attribute.getKey());
            }
        }
        return largest;
    }

    private static double size(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().mapToDouble(Attributes::size).max().orElse(0);
        }
        return value instanceof Number number ? number.doubleValue() : 0;
    }

    private Problem refused(String name, String explanation, Object expected) {
        Object got = values.get(name);
        return Problem.invalid(pointer(name), explanation, got == null ? "nothing" : got, expected);
    }

    String text(String name) {
        if (has(name) && values.get(name) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw refused(name, "a name is wanted here", "text");
    }

    double number(String name, double absent) {
        if (!has(name)) {
            return absent;
        }
        if (values.get(name) instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw refused(name, "a number is wanted here", "a finite number");
    }

    double positive(String name, double absent) {
        double number = number(name, absent);
        if (!(number > 0)) {
            throw refused(name, "this attribute is positive", "a number above 0");
        }
        return number;
    }

    /** Names in an array. */
    List<String> texts(String name) {
        if (has(name)
                && values.get(name) instanceof List<?> list
                && list.stream().allMatch(text -> text instanceof String written && !written.isBlank())) {
            return list.stream().map(String.class::cast).toList();
        }
        throw refused(name, "names are wanted here", "an array of text");
    }

    /** Names by names. */
    Map<String, String> names(String name) {
        if (has(name)
                && values.get(name) instanceof Map<?, ?> map
                && map.values().stream().allMatch(String.class::isInstance)) {
            Map<String, String> names = new LinkedHashMap<>();
            map.forEach((key, value) -> names.put(String.valueOf(key), (String) value));
            return names;
        }
        throw refused(name, "names are wanted here", "the name of a layer, or full names of parameters by own names");
    }

    boolean flag(String name, boolean absent) {
        if (!has(name)) {
            return absent;
        }
        if (values.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw refused(name, "a flag is wanted here", "true or false");
    }

    /** A whole number that must be there. */
    int count(String name, int least) {
        if (!has(name)) {
            throw refused(name, "this attribute is missing", whole(least));
        }
        return count(name, values.get(name), least);
    }

    int count(String name, int least, int absent) {
        return has(name) ? count(name, values.get(name), least) : absent;
    }

    private int count(String name, @Nullable Object value, int least) {
        if (!(value instanceof Number number)) {
            throw refused(name, "a number is wanted here", whole(least));
        }
        if (number.doubleValue() == Math.rint(number.doubleValue())
                && number.doubleValue() >= least
                && number.doubleValue() <= LARGEST) {
            return number.intValue();
        }
        throw refused(name, "this attribute is out of range", whole(least));
    }

    private static String whole(int least) {
        return "a whole number from " + least;
    }

    /** Whole numbers in an array. */
    List<Integer> counts(String name, int least) {
        if (has(name) && values.get(name) instanceof List<?> list) {
            return list.stream().map(value -> count(name, value, least)).toList();
        }
        throw refused(name, "an array is wanted here", "an array of whole numbers from " + least);
    }

    /** One whole number for each spatial axis, or one for all of them. */
    List<Integer> perAxis(String name, int axes, int least, @Nullable List<Integer> absent) {
        if (!has(name) && absent != null) {
            return absent;
        }
        if (has(name) && values.get(name) instanceof List<?> list) {
            if (list.size() != axes) {
                throw refused(name, "there must be one number an axis", axes + " numbers, or one for all axes");
            }
            return counts(name, least);
        }
        return Collections.nCopies(axes, count(name, least));
    }

    double[] numbers(String name, int length, double absent) {
        double[] numbers = new double[length];
        Arrays.fill(numbers, absent);
        if (!has(name)) {
            return numbers;
        }
        if (values.get(name) instanceof List<?> list
                && list.size() == length
                && list.stream().allMatch(Number.class::isInstance)) {
            return list.stream()
                    .mapToDouble(value -> ((Number) value).doubleValue())
                    .toArray();
        }
        throw refused(name, "numbers are wanted here", "an array of " + length + " numbers");
    }

    boolean isText(String name) {
        return has(name) && values.get(name) instanceof String;
    }

    boolean is(String name, String text) {
        return has(name) && text.equals(values.get(name));
    }

    /** A constant by its camelCase name. */
    <E extends Enum<E>> E choice(String name, Class<E> type, @Nullable E absent) {
        if (!has(name) && absent != null) {
            return absent;
        }
        for (E constant : type.getEnumConstants()) {
            if (is(name, camelCase(constant))) {
                return constant;
            }
        }
        throw refused(
                name,
                "no such choice",
                Arrays.stream(type.getEnumConstants())
                        .map(Attributes::camelCase)
                        .collect(Collectors.joining(", ", "one of ", "")));
    }

    /** An object of attributes; text alone is its {@code kind}. */
    Attributes nested(String name) {
        Object value = has(name) ? values.get(name) : null;
        if (value instanceof String kind) {
            return new Attributes(pointer(name), Map.of("kind", kind));
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> attributes = new LinkedHashMap<>();
            map.forEach((key, attribute) -> attributes.put(String.valueOf(key), attribute));
            return new Attributes(pointer(name), attributes);
        }
        throw refused(name, "a kind is wanted here", "text, or an object with a kind");
    }

    /** Refuses what nothing has asked for. */
    void requireAllKnown() {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw Problem.invalid(
                        pointer(name), "this layer has no such attribute", name, "one of " + String.join(", ", known));
            }
        }
    }

    static String camelCase(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.ROOT).split("_", -1);
        StringBuilder name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }
        return name.toString();
    }
}
