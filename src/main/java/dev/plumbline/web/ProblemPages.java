package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What stands behind the {@code type} of a refusal: one short page a kind. */
@RestController
final class ProblemPages {

    private static final String HTML = MediaType.TEXT_HTML_VALUE + ";charset=UTF-8";

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <title>%1$s</title>
            <style>body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
            <h1>%1$s</h1>
            %2$s
            </html>
            """;

    @GetMapping(path = "/problems", produces = HTML)
    String all() {
        String rows = Arrays.stream(ProblemType.values())
                .map(type -> "<li><a href=\"%s\">%s</a> (%d)".formatted(type.uri(), type.title(), status(type)))
                .collect(Collectors.joining("\n", "<ul>\n", "\n</ul>"));
        return PAGE.formatted("Why Plumbline refuses requests", rows);
    }

    @GetMapping(path = "/problems/{slug}", produces = HTML)
    String one(@PathVariable String slug) {
        ProblemType type = ProblemType.ofSlug(slug)
                .orElseThrow(() -> new Problem(
                        Problem.Code.NOT_FOUND,
                        "",
                        "there is no such kind of refusal",
                        slug,
                        "one of those at /problems"));
        String text = "<p>Status %d.</p>\n<p>%s</p>\n<p><a href=\"/problems\">All kinds</a></p>";
        return PAGE.formatted(
                type.title(), text.formatted(status(type), type.meaning().replace("<", "&lt;")));
    }

    private static int status(ProblemType type) {
        return type.status().value();
    }
}
