package dev.plumbline.report.page;

import dev.plumbline.report.page.Document.Link;
import java.util.List;

/** The forms that a report has besides JSON: media types, which an ending of its path stands for as well. */
public final class Forms {

    public static final String HTML = "text/html;charset=UTF-8";

    /** JUnit's. */
    public static final String XML = "application/xml;charset=UTF-8";

    public static final String MARKDOWN = "text/markdown;charset=UTF-8";

    private Forms() {}

    /** Links to the other forms of the report at this path. */
    public static List<Link> besideHtml(String path) {
        return List.of(
                new Link("JSON", path + ".json"),
                new Link("JUnit XML", path + ".xml"),
                new Link("Markdown", path + ".md"));
    }
}
