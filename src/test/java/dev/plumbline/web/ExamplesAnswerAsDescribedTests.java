package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every example and its answer are what the description says, by a JSON Schema validator that nothing here has written:
 * whoever generates a client from the description can read what comes. Names that a schema does not have are refused too,
 * though JSON Schema would let them pass.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class ExamplesAnswerAsDescribedTests {

    private static final String DESCRIPTION = "https://example.org/openapi";

    @Autowired
    private RestTestClient http;

    private JsonNode description = JsonMapper.shared().nullNode();
    private SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    @BeforeEach
    void readDescription() {
        byte[] served = Objects.requireNonNull(http.get()
                .uri("/openapi")
                .exchange()
                .expectBody()
                .returnResult()
                .getResponseBody());
        description = JsonMapper.shared().readTree(closed(new String(served, StandardCharsets.UTF_8)));
        schemas = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                registry -> registry.schemas(uri -> uri.equals(DESCRIPTION) ? description.toString() : null));
    }

    /** The description with {@code unevaluatedProperties: false} wherever a schema lists its properties. */
    private static String closed(String served) {
        return served.replace("\"properties\":{", "\"unevaluatedProperties\":false,\"properties\":{");
    }

    @TestFactory
    Stream<DynamicTest> everyExample() throws IOException {
        return RequestExample.all().stream()
                .map(example -> DynamicTest.dynamicTest(example.toString(), () -> {
                    String operation = "/paths/" + escaped(example.path()) + "/post";
                    requireDescribed(operation + "/requestBody", example.body());
                    EntityExchangeResult<byte[]> result = answer(example);
                    assertThat(result.getStatus().is2xxSuccessful()).isTrue();
                    String status = Integer.toString(result.getStatus().value());
                    String answer =
                            new String(Objects.requireNonNull(result.getResponseBody()), StandardCharsets.UTF_8);
                    requireDescribed(operation + "/responses/" + status, answer);
                    assertThat(answer).doesNotContain(":null"); // what is not there is left out
                }));
    }

    @Test
    void aRefusalIsDescribedToo() {
        byte[] refusal = http.post()
                .uri("/v1/gradient-checks")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"model\": {\"formula\": \"w +\"}, \"parameters\": {\"w\": 1}}")
                .exchange()
                .expectBody()
                .returnResult()
                .getResponseBody();
        String json = new String(Objects.requireNonNull(refusal), StandardCharsets.UTF_8);
        assertThat(schema("/components/schemas/Problem").validate(json, InputFormat.JSON))
                .isEmpty();
    }

    /** The validator bites: one name that nobody described, one that is missing, a null too many. */
    @Test
    void seesWhatIsNotDescribed() {
        Schema problem = schema("/components/schemas/Problem");
        String right = """
                {"type": "t", "title": "t", "status": 422, "detail": "d", "pointer": "/a", "got": "g", "expected": "e"}""";
        assertThat(problem.validate(right, InputFormat.JSON)).isEmpty();
        assertThat(problem.validate(right.replace("\"pointer\"", "\"place\""), InputFormat.JSON))
                .isNotEmpty();
        assertThat(problem.validate(right.replace("\"title\": \"t\", ", ""), InputFormat.JSON))
                .isNotEmpty();
        assertThat(problem.validate(right.replace("\"d\"", "null"), InputFormat.JSON))
                .isNotEmpty();
    }

    private void requireDescribed(String place, String json) {
        String key = null;
        JsonNode content = description.at(place + "/content");
        for (String name : content.propertyNames()) {
            key = name.contains("json") && (key == null || name.equals("application/json")) ? name : key;
        }
        assertThat(key).as(place).isNotNull();
        assertThat(content.at("/" + escaped(String.valueOf(key)) + "/schema").isEmpty())
                .as(place)
                .isFalse();
        assertThat(schema(place + "/content/" + escaped(String.valueOf(key)) + "/schema")
                        .validate(json, InputFormat.JSON))
                .as(place)
                .isEmpty();
    }

    private Schema schema(String place) {
        return schemas.getSchema(
                SchemaLocation.of(DESCRIPTION + "#" + place.replace("{", "%7B").replace("}", "%7D")));
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private EntityExchangeResult<byte[]> answer(RequestExample example) throws IOException {
        return http.post()
                .uri(address(example))
                .contentType(MediaType.APPLICATION_JSON)
                .accept(MediaType.APPLICATION_JSON)
                .body(example.body())
                .exchange()
                .expectBody()
                .returnResult();
    }

    /** An example of {@code /v1/monitors/{id}/snapshots} goes to what the first example of {@code /v1/monitors} makes. */
    private String address(RequestExample example) throws IOException {
        int place = example.path().indexOf("/{id}");
        if (place < 0) {
            return example.path();
        }
        String front = example.path().substring(0, place);
        RequestExample first = RequestExample.all().stream()
                .filter(other -> other.path().equals(front))
                .findFirst()
                .orElseThrow();
        URI made = http.post()
                .uri(front)
                .contentType(MediaType.APPLICATION_JSON)
                .body(first.body())
                .exchange()
                .returnResult()
                .getResponseHeaders()
                .getLocation();
        return example.path().replace(front + "/{id}", String.valueOf(made));
    }
}
