package dev.plumbline.web;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * A request that runs as it stands: {@code resources/examples/gradient-checks/vector-function.json} is a body for {@code
 * POST /v1/gradient-checks}, good for {@code curl -d @}. A file of the same name with {@code .md} beside it says in its
 * first line, and more fully in the rest, what the example shows. A test sends every one of them.
 *
 * @param path of the operation, {@code /v1/gradient-checks}
 * @param name of the file, without its ending
 * @param summary what Swagger UI's list shows
 * @param description more of it, or nothing
 * @param body the JSON
 */
record RequestExample(String path, String name, String summary, String description, String body) {

    private static final String FOLDER = "/examples/";

    static List<RequestExample> all() throws IOException {
        List<RequestExample> examples = new ArrayList<>();
        for (Resource file :
                new PathMatchingResourcePatternResolver().getResources("classpath*:examples/*/**/*.json")) {
            examples.add(read(file));
        }
        examples.sort(Comparator.comparing(RequestExample::path).thenComparing(RequestExample::name));
        return examples;
    }

    static RequestExample read(Resource file) throws IOException {
        String address = URLDecoder.decode(file.getURL().toString(), StandardCharsets.UTF_8);
        String place = address.substring(address.lastIndexOf(FOLDER) + FOLDER.length());
        int slash = place.lastIndexOf('/');
        String name = place.substring(slash + 1, place.length() - ".json".length());
        Resource notes = file.createRelative(name + ".md");
        String[] text = notes.exists()
                ? notes.getContentAsString(StandardCharsets.UTF_8).strip().split("\n", 2)
                : new String[] {name.replace('-', ' ')};
        return new RequestExample(
                "/v1/" + place.substring(0, slash),
                name,
                text[0].replaceFirst("^#+\\s*", ""),
                text.length > 1 ? text[1].strip() : "",
                file.getContentAsString(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return path + " " + name;
    }
}
