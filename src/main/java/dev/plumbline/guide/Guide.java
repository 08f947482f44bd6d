package dev.plumbline.guide;

import dev.plumbline.report.page.Document;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The pages of {@code src/docs} by name, made when the service starts, and the figures in them: Markdown as GitHub has it,
 * whose first line is the title, and SVG.
 *
 * <p>They are ours: nothing in them is escaped but by the parser.
 */
final class Guide {

    private static final List<Extension> TABLES = List.of(TablesExtension.create());

    private final Map<String, Page> pages;
    private final Map<String, String> figures;

    /** @param markdown as it stands in the repository */
    record Page(String title, String markdown, String html) {}

    /** @param figures by name, the SVG */
    Guide(Map<String, String> markdown, Map<String, String> figures) {
        Map<String, Page> made = new LinkedHashMap<>();
        new TreeMap<>(markdown).forEach((name, text) -> made.put(name, page(text)));
        this.pages = Collections.unmodifiableMap(made);
        this.figures = Map.copyOf(figures);
    }

    static Guide ofClassPath() {
        return new Guide(texts(".md"), texts(".svg"));
    }

    private static Map<String, String> texts(String ending) {
        try {
            Map<String, String> texts = new LinkedHashMap<>();
            for (Resource file : new PathMatchingResourcePatternResolver().getResources("classpath*:docs/*" + ending)) {
                String name = String.valueOf(file.getFilename());
                texts.put(
                        name.substring(0, name.length() - ending.length()),
                        file.getContentAsString(StandardCharsets.UTF_8));
            }
            return texts;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Page page(String markdown) {
        String title = markdown.lines().findFirst().orElse("").replaceFirst("^# ", "");
        String body = HtmlRenderer.builder()
                .extensions(TABLES)
                .build()
                .render(Parser.builder().extensions(TABLES).build().parse(markdown))
                .replaceAll("href=\"(\\w+)\\.md", "href=\"/docs/$1"); // files here, addresses there
        return new Page(
                title, markdown, new Document(title, "Plumbline").prose(body).text());
    }

    /** By name, in the order of their names. */
    Map<String, Page> pages() {
        return pages;
    }

    /** By name. */
    Map<String, String> figures() {
        return figures;
    }
}
