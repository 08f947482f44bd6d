package dev.plumbline.report.figure;

/**
 * Foreign text made safe: for the content of elements and for quoted attributes, in HTML, SVG and XML alike. Characters that
 * XML does not have, halves of surrogate pairs, and those that turn the direction of writing become U+FFFD.
 */
public final class Markup {

    private static final int REPLACEMENT = 0xFFFD;

    private Markup() {}

    /** The text, escaped. */
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(character -> {
            switch (character) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isPrintable(character) ? character : REPLACEMENT);
            }
        });
        return escaped.toString();
    }

    /** At most {@code most} characters of it: its beginning and its end. */
    public static String shortened(String text, int most) {
        int count = text.codePointCount(0, text.length());
        if (count <= most) {
            return text;
        }
        int front = (most - 1) / 2;
        int back = most - 1 - front;
        return text.substring(0, text.offsetByCodePoints(0, front))
                + "…"
                + text.substring(text.offsetByCodePoints(text.length(), -back));
    }

    /** Whether it is a character that a line of text may have. */
    public static boolean isPrintable(int character) {
        boolean blank = character == '\t' || character == '\n' || character == '\r';
        boolean control = (character < 0x20 && !blank) || (character >= 0x7F && character < 0xA0);
        boolean none = (character >= 0xD800 && character < 0xE000) || (character & 0xFFFE) == 0xFFFE;
        boolean turning = (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
        return !control && !none && !turning;
    }
}
