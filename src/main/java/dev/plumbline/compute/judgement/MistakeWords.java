package dev.plumbline.compute.judgement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with several tensors, each by its own mistake, in words that end a sentence. Tensors with the same mistake
 * stand together, in the order in which they come:
 *
 * <pre>
 *   v: 1/3 of what it should be; b: 1/4 of what it should be
 *   it is 3 times what it should be                              all of them are
 *   v and c: the sign is wrong; b: transposed; and 2 more tensors
 * </pre>
 *
 * <p>Factors are simple fractions where they are one to six digits: 1/3, 2/3, 1/256. Of a denominator above {@value
 * #LARGEST_DENOMINATOR} only 1/n is simple.
 */
public final class MistakeWords {

    private static final int GROUPS = 4;
    private static final int NAMES = 3;

    static final int LARGEST_DENOMINATOR = 12;
    private static final int LARGEST_COUNT = 100_000;

    /** What a factor and its fraction may differ by: it is known to some digits only. */
    private static final double SAME = 1e-6;

    private MistakeWords() {}

    /** Of {@code mistakes} by tensor, at least one, those with the most to say first. */
    public static String of(Map<String, Mistake> mistakes) {
        Map<String, List<String>> tensors = new LinkedHashMap<>(); // by the words
        mistakes.forEach((name, mistake) ->
                tensors.computeIfAbsent(of(mistake), words -> new ArrayList<>()).add(name));
        if (tensors.size() == 1) {
            return tensors.keySet().iterator().next();
        }
        List<String> groups = new ArrayList<>();
        int told = 0;
        for (Map.Entry<String, List<String>> group : tensors.entrySet()) {
            if (groups.size() < GROUPS) {
                groups.add(names(group.getValue()) + ": " + group.getKey().replaceFirst("^it is ", ""));
                told += group.getValue().size();
            }
        }
        int untold = mistakes.size() - told;
        return String.join("; ", groups) + (untold == 0 ? "" : "; and " + counted(untold, "more tensor"));
    }

    /**
     * Whether one factor says it all: of a single wrong tensor, or of every tensor there is. Any place that it may have come in
     * at says less then.
     *
     * @param wrong the mistakes of the tensors that are wrong
     * @param tensors how many there are
     */
    public static boolean areOneFactor(Collection<? extends @Nullable Mistake> wrong, int tensors) {
        Set<String> words = new HashSet<>();
        for (Mistake mistake : wrong) {
            if (!(mistake instanceof Mistake.Scaled || mistake instanceof Mistake.Sign)) {
                return false;
            }
            words.add(of(mistake));
        }
        return words.size() == 1 && (wrong.size() == 1 || wrong.size() == tensors);
    }

    /** Of one tensor: as {@link Mistake#words}, with factors as fractions. */
    static String of(Mistake mistake) {
        return mistake instanceof Mistake.Scaled scaled ? "it is " + times(scaled.factor()) : mistake.words();
    }

    /** {@code 1/3 of what it should be}, {@code 3 times what it should be}. */
    private static String times(double factor) {
        String number = factor(factor);
        return number.contains("/") ? number + " of what it should be" : number + " times what it should be";
    }

    /** {@code 3}, {@code 1/3}, {@code -2/3}, {@code 0.1234}: the fraction with the smallest denominator, or four digits. */
    static String factor(double factor) {
        if (FactorWords.isNearlyOne(factor)) {
            return FactorWords.number(factor);
        }
        double size = Math.abs(factor);
        String sign = factor < 0 ? "-" : "";
        double inverse = Math.rint(1 / size);
        if (inverse > LARGEST_DENOMINATOR && inverse <= LARGEST_COUNT && isSame(size, 1 / inverse)) {
            return sign + "1/" + (long) inverse;
        }
        for (int denominator = 1; denominator <= LARGEST_DENOMINATOR; denominator++) {
            double numerator = Math.rint(size * denominator);
            boolean proper = denominator == 1 || numerator < denominator;
            if (numerator >= 1 && proper && isSame(size, numerator / denominator)) {
                return sign + Words.number(numerator) + (denominator == 1 ? "" : "/" + denominator);
            }
        }
        return Words.number(factor);
    }

    private static boolean isSame(double size, double fraction) {
        return Math.abs(size - fraction) <= SAME * fraction;
    }

    /** {@code v}, {@code v and b}, {@code a, b, c and 2 more}. */
    private static String names(List<String> names) {
        if (names.size() > NAMES) {
            return String.join(", ", names.subList(0, NAMES)) + " and " + (names.size() - NAMES) + " more";
        }
        String last = names.get(names.size() - 1);
        return names.size() == 1 ? last : String.join(", ", names.subList(0, names.size() - 1)) + " and " + last;
    }

    private static String counted(int count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }
}
