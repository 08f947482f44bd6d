package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The committed description is the one that is served. After a change to the API, write it anew:
 * {@code mvn test -Dtest=OpenApiDescriptionTests -Dplumbline.openapi.write=true}.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class OpenApiDescriptionTests {

    private static final Path COMMITTED = Path.of("openapi", "plumbline.yaml");

    @Autowired
    private RestTestClient http;

    @Test
    void servesTheCommittedDescription() throws IOException {
        String served = served("/openapi.yaml");
        if (Boolean.getBoolean("plumbline.openapi.write")) {
            Files.createDirectories(COMMITTED.getParent());
            Files.writeString(COMMITTED, served);
        }
        assertThat(COMMITTED)
                .as("see the Javadoc of this test")
                .exists()
                .content()
                .isEqualTo(served);
        assertThat(served).startsWith("openapi: 3.1").doesNotContain("localhost", "127.0.0.1");
    }

    @Test
    void describesFieldsThatThereAreAndNoOthers() {
        JsonNode schemas = new JsonMapper().readTree(served("/openapi")).at("/components/schemas");
        FieldDescriptions.all()
                .forEach((schema, fields) -> fields.forEach((field, text) -> {
                    String described = schemas.path(schema)
                            .path("properties")
                            .path(field)
                            .path("description")
                            .asString();
                    assertThat(described).as("%s.%s", schema, field).startsWith(text);
                }));
        for (String schema : List.of("ModelSource", "LossSource", "OptimizerSource", "TrainingRunSchedule")) {
            assertThat(schemas.path(schema).path("properties"))
                    .as(schema)
                    .isNotEmpty()
                    .allSatisfy(field -> assertThat(field.has("description")).isTrue());
        }
    }

    @Test
    void showsTheDescriptionBesideThePageAtTheRoot() {
        assertThat(served("/")).contains("<title>Plumbline", "href=\"/swagger-ui/index.html\"");
        http.get()
                .uri("/swagger-ui.html")
                .exchange()
                .expectStatus()
                .isFound()
                .expectHeader()
                .valueMatches("Location", ".*/swagger-ui/index.html");
        assertThat(served("/swagger-ui/index.html")).contains("Swagger UI");
        assertThat(served("/openapi")).startsWith("{\"openapi\":\"3.1");
    }

    private String served(String path) {
        byte[] body = http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseBody();
        return new String(Objects.requireNonNull(body), StandardCharsets.UTF_8);
    }
}
