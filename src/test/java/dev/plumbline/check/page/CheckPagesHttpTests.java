package dev.plumbline.check.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.RecentReports;
import dev.plumbline.report.KeptReports;
import dev.plumbline.report.page.Markdown;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class CheckPagesHttpTests {

    private static final String CHECKS = "/v1/gradient-checks";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String EVIL =
            "\"'><script>alert(1)</script><img src=x onerror=alert(1)>`|@octocat\u0000\u001b\u202e&lt;"
                    + "y".repeat(10_000);

    private static @Nullable JsonNode failing;

    @Autowired
    private RestTestClient http;

    @Autowired
    private KeptReports kept;

    @Autowired
    private RecentReports reports;

    private static ObjectNode example(String name) throws Exception {
        return (ObjectNode)
                JSON.readTree(Files.readString(Path.of("src/main/resources/examples/gradient-checks", name + ".json")));
    }

    private JsonNode post(JsonNode request) {
        byte[] answer = http.post()
                .uri(CHECKS)
                .contentType(MediaType.APPLICATION_JSON)
                .body(request.toString())
                .exchange()
                .expectBody()
                .returnResult()
                .getResponseBody();
        return JSON.readTree(Objects.requireNonNull(answer));
    }

    private EntityExchangeResult<byte[]> get(String path, String accept) {
        return http.get()
                .uri(path)
                .header("Accept", accept)
                .exchange()
                .expectBody()
                .returnResult();
    }

    private String text(String path) {
        EntityExchangeResult<byte[]> answer = get(path, "*/*");
        assertThat(answer.getStatus().value()).isEqualTo(200);
        return new String(Objects.requireNonNull(answer.getResponseBody()), StandardCharsets.UTF_8);
    }

    private JsonNode failing() throws Exception {
        if (failing == null) {
            failing = post(example("article-3-wrong"));
        }
        return failing;
    }

    /** Another report like this one. */
    private String keep(ObjectNode report, @Nullable Object figures) {
        String id = UUID.randomUUID().toString();
        report.put("id", id);
        kept.keep(
                "anybody",
                new KeptReports.Report(
                        id,
                        "gradient-checks",
                        "FAIL",
                        null,
                        Map.<String, Object>of(
                                "id",
                                id,
                                "href",
                                "",
                                "createdAt",
                                "2026-01-01T00:00:00Z",
                                "verdict",
                                "FAIL",
                                "summary",
                                "",
                                "tensors",
                                1),
                        report.toString().getBytes(StandardCharsets.UTF_8),
                        figures));
        return id;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | application/json",
                "*/* | application/json",
                "text/html | text/html;charset=UTF-8",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | text/html;charset=UTF-8",
                "application/xml | application/xml;charset=UTF-8",
                "text/markdown | text/markdown;charset=UTF-8"
            })
    void answersInTheFormThatIsAccepted(String accept, String type) throws Exception {
        String path = CHECKS + "/" + failing().path("id").asString();
        assertThat(get(path, accept).getResponseHeaders().getFirst("Content-Type"))
                .isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({"html, <!DOCTYPE html>", "xml, <?xml", "md, ### ❌ FAIL", "json, '{\"id\"'"})
    void answersInTheFormOfTheEnding(String ending, String begin) throws Exception {
        String path = CHECKS + "/" + failing().path("id").asString() + "." + ending;
        assertThat(text(path)).startsWith(begin);
        assertThat(get(CHECKS + "/none." + ending, "*/*").getStatus().value()).isEqualTo(404);
    }

    @Test
    void saysItInShort() throws Exception {
        JsonNode summary =
                JSON.readTree(text(CHECKS + "/" + failing().path("id").asString() + "/summary"));
        assertThat(summary.path("verdict").asString()).isEqualTo("FAIL");
        assertThat(summary.path("worst").path("mistake").asString()).isEqualTo("the sign is wrong");
        assertThat(summary.path("summary").asString())
                .isEqualTo(failing().path("summary").asString());
    }

    @Test
    void drawsEveryWrongTensorWithItsNumbersBehind() throws Exception {
        String page = text(CHECKS + "/" + failing().path("id").asString() + ".html");
        for (String tensor : List.of("w1", "b1", "w2", "b2")) {
            assertThat(page).contains("<h2>Tensor " + tensor + "</h2>");
        }
        assertThat(page)
                .contains("Around the suspected operation", "error bound that was validated", "as h: it is not");
        assertThat(page.split("<figure>", -1)).hasSameSizeAs(page.split("<summary>The numbers</summary>", -1));
        assertThat(page).doesNotContain("<script", "http://", "https://", "NaN</text>");
        assertThat(page.length()).isLessThan(250_000);
    }

    @Test
    void drawsBothSlopesAtAKink() throws Exception {
        JsonNode report = post(example("at-a-kink"));
        assertThat(text(CHECKS + "/" + report.path("id").asString() + ".html"))
                .contains("the slope is another on either side", "slope on the left: 2", "slope on the right");
    }

    @Test
    void saysWhatHasChangedSinceAnotherReport() throws Exception {
        JsonNode right = post(example("article-3-right").put("label", "before"));
        JsonNode wrong = post(example("article-3-wrong")
                .put("label", "after")
                .put("comparedWith", right.path("id").asString()));
        assertThat(wrong.path("changes").path("before").asString()).isEqualTo("PASS");
        assertThat(wrong.path("changes").path("tensors")).hasSize(4);
        assertThat(text(CHECKS + "/" + wrong.path("id").asString() + ".html"))
                .contains("The verdict was PASS and is FAIL; 4 tensors have changed, 0 are new, 0 are gone");
        JsonNode list = JSON.readTree(text(CHECKS + "?label=after"));
        assertThat(list.path("items").get(0).path("id").asString())
                .isEqualTo(wrong.path("id").asString());
        JsonNode lost = post(example("article-3-wrong").put("comparedWith", "none"));
        assertThat(lost.path("pointer").asString()).isEqualTo("/comparedWith");
    }

    @Test
    void takesAnyNameWithoutHarm() throws Exception {
        ObjectNode report = (ObjectNode) failing().deepCopy();
        report.put("summary", "The claimed gradient is wrong in " + EVIL);
        report.put("label", EVIL);
        ObjectNode tensor = (ObjectNode) report.path("tensors").get(0);
        tensor.put("name", EVIL);
        ((ObjectNode) tensor.path("mistake")).put("advice", EVIL);
        List<Object> none = List.of();
        String id = keep(
                report,
                Map.<String, Object>of(
                        "explained", Map.<String, Object>of(EVIL, 1e-9),
                        "tensors", none,
                        "graph",
                                Map.<String, Object>of(
                                        "boxes",
                                        List.of(Map.<String, Object>of("name", EVIL, "kind", EVIL, "suspected", true)),
                                        "edges",
                                        none,
                                        "left",
                                        0)));
        String page = text(CHECKS + "/" + id + ".html");
        assertThat(page)
                .doesNotContain("<script", "<img", "\u0000", "\u001b", "\u202e")
                .contains("&lt;script&gt;alert(1)");
        assertThat(page.length()).isLessThan(250_000);
        String xml = text(CHECKS + "/" + id + ".xml");
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(getClass().getResource("/schemas/junit.xsd"))
                .newValidator()
                .validate(new StreamSource(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8))));
        String markdown = text(CHECKS + "/" + id + ".md");
        assertThat(markdown.lines().count()).isLessThanOrEqualTo(Markdown.LINES);
        assertThat(markdown.lines().filter(line -> !line.startsWith("| `")))
                .noneMatch(line -> line.contains("<script") || line.contains("@octocat"));
    }

    /** Read and drawn by one core, whatever else this machine is at. */
    private double seconds(String id) {
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 8; i++) {
            long started = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            assertThat(CheckDocument.of(reports.findDrawn("anybody", id))).isNotEmpty();
            fastest =
                    Math.min(fastest, (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - started) / 1e9);
        }
        return fastest;
    }

    /** By hand, on a quiet machine: -Dplumbline.figures=true. */
    @Test
    @EnabledIfSystemProperty(named = "plumbline.figures", matches = "true")
    void drawsAFailingReportInAMoment() throws Exception {
        assertThat(seconds(failing().path("id").asString())).isLessThan(0.050);
    }

    /** 10,000 tensors: a megabyte; in a second, by hand. */
    @Test
    void staysSmallForManyTensors() throws Exception {
        ObjectNode report = (ObjectNode) failing().deepCopy();
        ArrayNode tensors = (ArrayNode) report.path("tensors");
        ObjectNode right = (ObjectNode) tensors.get(0).deepCopy();
        right.put("verdict", "PASS").putNull("mistake");
        ArrayNode entries = (ArrayNode) right.path("entries");
        while (entries.size() > 1) {
            entries.remove(1);
        }
        for (int i = tensors.size(); i < 10_000; i++) {
            tensors.add(right.deepCopy()
                    .put("name", "model.layers." + i + ".attention.weight")
                    .put("relativeError", 1e-9 * i));
        }
        String id = keep(report, null);
        assertThat(text(CHECKS + "/" + id + ".html").length()).isLessThan(1_000_000);
        if (Boolean.getBoolean("plumbline.figures")) {
            assertThat(seconds(id)).isLessThan(1);
        }
        assertThat(text(CHECKS + "/" + id + ".md").lines().count()).isLessThanOrEqualTo(Markdown.LINES);
    }
}
