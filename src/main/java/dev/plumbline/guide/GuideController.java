package dev.plumbline.guide;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.report.page.Document;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Hidden // for people; the description is of what programs ask
class GuideController {

    static final String HTML = MediaType.TEXT_HTML_VALUE + ";charset=UTF-8";
    static final String SVG = "image/svg+xml;charset=UTF-8";

    private final Guide guide = Guide.ofClassPath();

    @GetMapping(
            path = {"/docs", "/docs/"},
            produces = GuideController.HTML)
    String contents() {
        StringBuilder links = new StringBuilder("<h1>Documentation</h1><ul>");
        guide.pages()
                .forEach((name, page) ->
                        links.append("<li><a href=\"/docs/%s\">%s</a></li>".formatted(name, page.title())));
        return new Document("Plumbline", "Plumbline")
                .prose(links.append("</ul>").toString())
                .text();
    }

    @GetMapping(path = "/docs/{name}.svg", produces = GuideController.SVG)
    String figure(@PathVariable String name) {
        return oneOf(guide.figures(), name);
    }

    @GetMapping(path = "/docs/{name}", produces = GuideController.HTML)
    String page(@PathVariable String name) {
        return oneOf(guide.pages(), name).html();
    }

    private static <T> T oneOf(Map<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            throw Problem.notFound("", "there is no such page", name, Spelling.oneOf(name, all.keySet()));
        }
        return found;
    }
}
