package dev.plumbline.guide;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.report.page.Document;
import io.swagger.v3.oas.annotations.Hidden;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Hidden // for people; the description is of what programs ask
class GuideController {

    static final String HTML = MediaType.TEXT_HTML_VALUE + ";charset=UTF-8";

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

    @GetMapping(path = "/docs/{name}", produces = GuideController.HTML)
    String page(@PathVariable String name) {
        Guide.Page page = guide.pages().get(name);
        if (page == null) {
            throw Problem.notFound(
                    "",
                    "there is no such page",
                    name,
                    Spelling.oneOf(name, guide.pages().keySet()));
        }
        return page.html();
    }
}
