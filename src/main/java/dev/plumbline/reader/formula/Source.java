package dev.plumbline.reader.formula;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The text of a formula: it knows lines and columns, both from 1, and shows a place with a caret under it. */
final class Source {

    private static final int CONTEXT = 40;
    private static final int LABEL = 40;

    private final String text;
    private final int[] lineStarts;

    Source(String text) {
        this.text = text;
        this.lineStarts = IntStream.concat(
                        IntStream.of(0),
                        IntStream.range(0, text.length())
                                .filter(i -> text.charAt(i) == '\n')
                                .map(i -> i + 1))
                .toArray();
    }

    String text() {
        return text;
    }

    /** What the value of an expression is called: {@code column 6: x @ w}, with the line where there are several. */
    String label(Place place) {
        // A long chain has many expressions that all begin at its first word: cut before looking at them.
        int end = Math.min(place.end(), place.start() + 2 * LABEL);
        String words = text.substring(place.start(), end).strip().replaceAll("\\s+", " ");
        boolean whole = end == place.end() && words.length() <= LABEL;
        String shown = whole ? words : words.substring(0, Math.min(words.length(), LABEL)) + "...";
        int line = line(place.at());
        String column = "column " + column(place.at()) + ": " + shown;
        return lineStarts.length == 1 ? column : "line " + line + ", " + column;
    }

    /** The problem as the caller sees it: where, what, and the line with a caret. */
    Problem problem(Fault fault) {
        Problem inner = fault.problem();
        int at = fault.place().at();
        String where = "line " + line(at) + ", column " + column(at) + ": ";
        Problem problem = new Problem(
                inner.code(), "", where + inner.explanation() + "\n" + excerpt(at), inner.got(), inner.expected());
        problem.initCause(fault);
        return problem;
    }

    private int line(int at) {
        int found = Arrays.binarySearch(lineStarts, at);
        return found >= 0 ? found + 1 : -found - 1;
    }

    private int column(int at) {
        return at - lineStarts[line(at) - 1] + 1;
    }

    /** The line around a place and a caret under it; a long line is cut on both sides. */
    private String excerpt(int at) {
        int lineStart = lineStarts[line(at) - 1];
        int lineEnd = text.indexOf('\n', at) < 0 ? text.length() : text.indexOf('\n', at);
        int from = Math.max(lineStart, at - CONTEXT);
        int to = Math.min(lineEnd, at + CONTEXT);
        String before = (from > lineStart ? "..." : "") + shown(from, at);
        String after = shown(at, to) + (to < lineEnd ? "..." : "");
        String indent = " ".repeat(before.codePointCount(0, before.length()));
        return "    " + before + after + "\n    " + indent + "^";
    }

    /** Tabs and other control characters as spaces, so that the caret stands under its character. */
    private String shown(int from, int to) {
        return text.substring(from, to).replaceAll("\\p{Cntrl}", " ");
    }
}
