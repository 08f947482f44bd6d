package dev.plumbline.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what somebody who mistyped a word may have meant. */
public final class Spelling {

    private static final int LONGEST = 64;
    private static final int MOST_LISTED = 20;
    private static final int MOST_CANDIDATES = 5;

    private Spelling() {}

    /** {@code ; did you mean weight?}, or nothing where no known word is near. */
    public static String hint(String word, Collection<String> known) {
        String nearest = "";
        int least = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        boolean near = least < word.length() && least <= Math.max(1, word.length() / 3);
        return near ? "; did you mean " + nearest + "?" : "";
    }

    /** The words, separated by commas; only the first where there are many. */
    public static String list(Collection<String> words) {
        if (words.isEmpty()) {
            return "none";
        }
        String first = String.join(", ", words.stream().limit(MOST_LISTED).toList());
        return words.size() <= MOST_LISTED ? first : first + " and " + (words.size() - MOST_LISTED) + " more";
    }

    /** The known words that are nearest to one, the nearest first; at most {@code most} of them. */
    public static List<String> nearest(String word, Collection<String> known, int most) {
        String lower = word.toLowerCase(Locale.ROOT);
        return known.stream()
                .sorted(Comparator.comparingInt(candidate -> distance(lower, candidate.toLowerCase(Locale.ROOT))))
                .limit(most)
                .toList();
    }

    /** {@code one of a, b}; of many only those nearest to what was given. */
    public static String oneOf(String word, Collection<String> known) {
        if (known.size() <= MOST_CANDIDATES) {
            return known.isEmpty() ? "none" : "one of " + String.join(", ", known);
        }
        return "one of " + known.size() + "; the nearest are "
                + String.join(", ", nearest(word, known, MOST_CANDIDATES));
    }

    /** Edits from one word to the other: a letter more, less, another, or two swapped. */
    static int distance(String a, String b) {
        if (a.length() > LONGEST || b.length() > LONGEST) {
            return Integer.MAX_VALUE;
        }
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(edits[i - 1][j], edits[i][j - 1]) + 1;
                edits[i][j] = Math.min(least, edits[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
