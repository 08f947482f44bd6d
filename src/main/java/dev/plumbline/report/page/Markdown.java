package dev.plumbline.report.page;

import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Markdown in GitHub's dialect, for the comment of a pull request: never more than {@value #LINES} lines. Foreign text is
 * escaped: it makes no markup and calls nobody by {@code @}.
 */
public final class Markdown {

    /** The most that a page has. */
    public static final int LINES = 60;

    private static final String SPECIAL = "\\`*_{}[]<>()#+-.!|~&$:'\"=^";

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
        StringBuilder escaped = new StringBuilder();
        plain(text, 1_500).codePoints().forEach(character -> {
            if (character == '<') {
                escaped.append("&lt;");
            } else if (character == '&') {
                escaped.append("&amp;");
            } else if (character == '@') {
                escaped.append("@\u200B"); // nobody's name any more
            } else if (isSpecial(escaped, character)) {
                escaped.append('\\').appendCodePoint(character);
            } else {
                escaped.appendCodePoint(character);
            }
        });
        return escaped.toString();
    }

    /** Full stops and dashes mean something at the beginning of a line only, and colons in addresses. */
    private static boolean isSpecial(StringBuilder before, int character) {
        boolean atStart = before.chars().allMatch(Character::isDigit);
        return switch (character) {
            case '.' -> atStart || before.toString().endsWith("www");
            case '-', '+', '=', '(', ')', '\'', '"', '!', '{', '}', '^' -> atStart;
            case ':' -> before.toString().endsWith("http") || before.toString().endsWith("https");
            default -> SPECIAL.indexOf(character) >= 0;
        };
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
