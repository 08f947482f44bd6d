package dev.plumbline.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.webjars.WebJarVersionLocator;
import tools.jackson.databind.JsonNode;

/** Deque's rules of accessibility, run in the page that a browser shows. */
final class Axe {

    private static final String RUN = """
            axe.run(document, {iframes: false, resultTypes: ['violations']}).then(result => result.violations
                .filter(violation => ['serious', 'critical'].includes(violation.impact))
                .map(violation => violation.id + ': ' + violation.help + ': '
                    + violation.nodes.slice(0, 3).map(node => node.html).join(' and ')))""";

    private final String script;

    Axe() throws IOException {
        String path = Objects.requireNonNull(new WebJarVersionLocator().fullPath("axe-core", "axe.min.js"));
        try (InputStream file = Axe.class.getResourceAsStream("/" + path)) {
            script = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What is wrong seriously, or critically, with the elements that it concerns; what the page has complained of before is forgotten. */
    List<String> violations(Browser browser) throws Exception {
        browser.value(script + "; 1");
        List<String> violations = new ArrayList<>();
        for (JsonNode violation : browser.value(RUN)) {
            violations.add(violation.asString());
        }
        browser.forgetComplaints(); // of axe's own way with a canvas
        return violations;
    }
}
