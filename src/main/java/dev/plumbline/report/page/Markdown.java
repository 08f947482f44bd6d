package dev.plumbline.report.page;

import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Markdown in GitHub's dialect, for the comment of a pull request: never more than {@value #LINES} lines. Foreign text is
 * escaped: it makes no markup and calls nobody by {@code @}.
 */
public final class Markdown {

    /** The most that a page has. */
    public static final int LINES = 60;

    private final List<String> lines = new ArrayList<>();

    public Markdown heading(String text) {
        return line("### " + escaped(text)).line("");
    }

    /** The verdict as everybody sees it, and a sentence. */
    public Markdown verdict(String verdict, String sentence) {
        String mark =
                switch (verdict) {
                    case "PASS", "HEALTHY" -> "✅";
                    case "FAIL", "UNHEALTHY" -> "❌";
                    default -> "⚠️";
                };
        return line("### " + mark + " " + verdict).line("").paragraph(sentence);
    }

    public Markdown paragraph(String text) {
        return line(escaped(text)).line("");
    }

    public Markdown list(List<String> items) {
        items.forEach(item -> line("- " + escaped(item)));
        return line("");
    }

    /** Names stand in the first column. */
    public Markdown table(Table table) {
        line("| " + table.columns().stream().map(Markdown::escaped).collect(Collectors.joining(" | ")) + " |");
        line("|" + " --- |".repeat(table.columns().size()));
        for (List<String> row : table.rows()) {
            String rest = row.stream().skip(1).map(Markdown::escaped).collect(Collectors.joining(" | "));
            line("| " + code(row.get(0)) + " | " + rest + " |");
        }
        return line("");
    }

    /** How many lines may still come. */
    public int left() {
        return LINES - lines.size();
    }

    private Markdown line(String line) {
        if (lines.size() < LINES) {
            lines.add(line);
        }
        return this;
    }

    /** The page, in UTF-8. */
    public byte[] bytes() {
        return (String.join("\n", lines).strip() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** In one line, every character that means something to Markdown escaped. */
    static String escaped(String text) {
        int[] characters = plain(text, 1_500).codePoints().toArray();
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < characters.length; i++) {
            switch (characters[i]) {
                case '<' -> escaped.append("&lt;");
                case '&' -> escaped.append("&amp;");
                case '@' -> escaped.append("@\u200B"); // nobody's name any more
                default -> {
                    if (isSpecial(characters, i)) {
                        escaped.append('\\');
                    }
                    escaped.appendCodePoint(characters[i]);
                }
            }
        }
        return escaped.toString();
    }

    /** Some mean something everywhere, some at the beginning of a line, some in addresses, which become links. */
    private static boolean isSpecial(int[] characters, int i) {
        boolean atStart = Arrays.stream(characters, 0, i).allMatch(Character::isDigit);
        return switch (characters[i]) {
            case '\\', '`', '*', '_', '[', ']', '>', '#', '|', '~', '$' -> true;
            case '-', '+', '=', '!' -> i == 0;
            case '.', ')' -> atStart && (i + 1 == characters.length || characters[i + 1] == ' ') || follows("www", characters, i);
            case ':' -> follows("http", characters, i) || follows("https", characters, i) || follows("ftp", characters, i);
            default -> false;
        };
    }

    private static boolean follows(String word, int[] characters, int i) {
        int from = i - word.length();
        return from >= 0 && new String(characters, from, word.length()).equalsIgnoreCase(word);
    }

    /**
     * A span of code in a table: its fence is longer than what it holds, and a bar in it is escaped; behind a backslash, where
     * that would not do, it becomes a broken one.
     */
    static String code(String text) {
        String plain = plain(text, 80).replaceAll("(?<=\\\\)\\|", "¦").replace("|", "\\|");
        String fence = "`";
        while (plain.contains(fence)) {
            fence += "`";
        }
        String pad = fence.length() > 1 || plain.isBlank() ? " " : "";
        return fence + pad + plain + pad + fence;
    }

    private static String plain(String text, int most) {
        StringBuilder plain = new StringBuilder();
        Markup.shortened(text, most).codePoints().forEach(character -> {
            boolean blank = character == '\n' || character == '\r' || character == '\t';
            plain.appendCodePoint(blank ? ' ' : Markup.isPrintable(character) ? character : 0xFFFD);
        });
        return plain.toString().strip();
    }
}
