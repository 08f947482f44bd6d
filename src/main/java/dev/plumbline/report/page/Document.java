package dev.plumbline.report.page;

import dev.plumbline.report.figure.Figure;
import dev.plumbline.report.figure.Markup;
import dev.plumbline.report.figure.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.core.io.ClassPathResource;

/**
 * A page of HTML in the making, without a script and without anything from elsewhere. Whatever text is given is foreign, and
 * escaped here; only figures come as they stand.
 */
public final class Document {

    /** Characters of a name that are shown: the beginning and the end of a longer one. */
    public static final int NAME = 120;

    private static final String STYLE = style();

    private final StringBuilder out = new StringBuilder(32_768);
    private int open; // sections

    /**
     * @param title of the window
     * @param kind what sort of report it is, in a word or two
     */
    public Document(String title, String kind) {
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
                .append(Markup.escaped(Markup.shortened(title, NAME)))
                .append("</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append(
                        "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<main>\n<p class=\"kind\">")
                .append(Markup.escaped(kind))
                .append("</p>\n");
    }

    /** The verdict, and what it says in one sentence. */
    public Document verdict(String verdict, String sentence) {
        out.append("<h1><span class=\"verdict ")
                .append(tone(verdict))
                .append("\">")
                .append(Markup.escaped(verdict))
                .append("</span> ")
                .append(Markup.escaped(Markup.shortened(sentence, 2_000)))
                .append("</h1>\n");
        return this;
    }

    /** Ends the section before it. */
    public Document section(String title) {
        close();
        out.append("<section>\n<h2>").append(Markup.escaped(title)).append("</h2>\n");
        open++;
        return this;
    }

    private void close() {
        if (open > 0) {
            out.append("</section>\n");
            open--;
        }
    }

    public Document heading(String title) {
        out.append("<h3>").append(Markup.escaped(Markup.shortened(title, NAME))).append("</h3>\n");
        return this;
    }

    public Document paragraph(String text) {
        out.append("<p>").append(Markup.escaped(text)).append("</p>\n");
        return this;
    }

    /** Of less weight. */
    public Document note(String text) {
        out.append("<p class=\"note\">").append(Markup.escaped(text)).append("</p>\n");
        return this;
    }

    /** What matters most of a section. */
    public Document advice(String text) {
        out.append("<p class=\"advice\">").append(Markup.escaped(text)).append("</p>\n");
        return this;
    }

    /** A list, nothing for none. */
    public Document list(List<String> items) {
        if (!items.isEmpty()) {
            out.append("<ul>\n");
            items.forEach(
                    item -> out.append("<li>").append(Markup.escaped(item)).append("</li>\n"));
            out.append("</ul>\n");
        }
        return this;
    }

    /** @param caption said to screen readers, and not shown */
    public Document table(String caption, Table table) {
        rows(caption, table.columns());
        table.rows().forEach(row -> {
            out.append("<tr>");
            row.forEach(cell -> cell(cell));
            out.append("</tr>\n");
        });
        return endRows();
    }

    /** Begins a table whose cells are written one by one. */
    public Document rows(String caption, List<String> columns) {
        out.append("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"")
                .append(Markup.escaped(caption))
                .append("\"><table><thead><tr>");
        columns.forEach(column ->
                out.append("<th scope=\"col\">").append(Markup.escaped(column)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        return this;
    }

    public Document row() {
        out.append("<tr>");
        return this;
    }

    public Document cell(String text) {
        String shown = Markup.shortened(text, 400);
        String style = isNumber(shown) ? "n" : shown.length() > 24 ? "t" : "s";
        out.append("<td class=\"")
                .append(style)
                .append("\">")
                .append(Markup.escaped(shown))
                .append("</td>");
        return this;
    }

    /** A tensor's or an operation's, in its own direction of writing. */
    public Document nameCell(String name) {
        out.append("<th scope=\"row\"><code>")
                .append(Markup.escaped(Markup.shortened(name, NAME)))
                .append("</code></th>");
        return this;
    }

    public Document verdictCell(String verdict) {
        out.append("<td><span class=\"verdict ")
                .append(tone(verdict))
                .append("\">")
                .append(Markup.escaped(verdict))
                .append("</span></td>");
        return this;
    }

    /** @param svg of a figure, as it stands */
    public Document drawnCell(String svg) {
        out.append("<td>").append(svg).append("</td>");
        return this;
    }

    public Document endRow() {
        out.append("</tr>\n");
        return this;
    }

    public Document endRows() {
        out.append("</tbody></table></div>\n");
        return this;
    }

    /** Small figures that belong together, beside each other where there is room. */
    public Document figures(List<Figure> figures) {
        return figures("figures", figures);
    }

    /** The same of wide ones. */
    public Document charts(List<Figure> figures) {
        return figures("figures charts", figures);
    }

    private Document figures(String style, List<Figure> figures) {
        if (!figures.isEmpty()) {
            out.append("<div class=\"").append(style).append("\">\n");
            figures.forEach(this::figure);
            out.append("</div>\n");
        }
        return this;
    }

    /** HTML of our own making, as it stands. */
    public Document prose(String html) {
        out.append(html);
        return this;
    }

    /** A picture with its title and its numbers. */
    public Document figure(Figure figure) {
        out.append("<figure>\n<figcaption><b>")
                .append(Markup.escaped(figure.title()))
                .append("</b> ")
                .append(Markup.escaped(figure.description()))
                .append("</figcaption>\n")
                .append(figure.svg())
                .append("\n<details><summary>The numbers</summary>\n");
        table("Numbers of: " + figure.title(), figure.numbers());
        out.append("</details>\n</figure>\n");
        return this;
    }

    /** Begins what is folded. */
    public Document folded(String summary) {
        out.append("<details><summary>").append(Markup.escaped(summary)).append("</summary>\n");
        return this;
    }

    public Document endFolded() {
        out.append("</details>\n");
        return this;
    }

    /** Other forms of the same. */
    public Document links(List<Link> links) {
        out.append("<p class=\"links\">");
        links.forEach(link -> out.append("<a href=\"")
                .append(Markup.escaped(link.href()))
                .append("\">")
                .append(Markup.escaped(link.text()))
                .append("</a> "));
        out.append("</p>\n");
        return this;
    }

    /** @param href a path of this service */
    public record Link(String text, String href) {}

    /** The whole page, in UTF-8. */
    public byte[] bytes() {
        return text().getBytes(StandardCharsets.UTF_8);
    }

    public String text() {
        close();
        return out + "</main>\n</body>\n</html>\n";
    }

    private static String tone(String verdict) {
        return switch (verdict) {
            case "PASS", "HEALTHY" -> "good";
            case "FAIL", "UNHEALTHY" -> "bad";
            default -> "odd";
        };
    }

    private static boolean isNumber(String text) {
        return text.equals("NaN")
                || !text.isEmpty()
                        && text.length() < 24
                        && text.indexOf(' ') < 0
                        && (Character.isDigit(text.charAt(text.length() - 1)) || text.equals("∞"))
                        && (Character.isDigit(text.charAt(0)) || text.charAt(0) == '-' || text.charAt(0) == '∞');
    }

    private static String style() {
        try {
            return new ClassPathResource("dev/plumbline/report/page/page.css")
                    .getContentAsString(StandardCharsets.UTF_8)
                    .replaceAll("\\s*\\n\\s*", "");
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }
}
