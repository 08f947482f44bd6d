package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.plumbline.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.json.JsonCompareMode;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@Import(ProblemAdviceTests.Widgets.class)
class ProblemAdviceTests {

    @Autowired
    private RestTestClient http;

    record Widget(String name, @Nullable List<Double> sizes) {
        Widget {
            if (name.isEmpty()) {
                throw Problem.invalid("/name", "a widget without a name", "\"\"", "a name");
            }
        }
    }

    @RestController
    static class Widgets {

        @PostMapping(path = "/v1/widgets", consumes = MediaType.APPLICATION_JSON_VALUE)
        Widget keep(@RequestBody Widget widget) {
            return widget;
        }

        @PostMapping(path = "/v1/widgets", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
        String keep(@RequestPart Widget request, @RequestPart MultipartFile model) {
            return request.name() + " " + model.getSize();
        }

        @GetMapping("/v1/widgets/{number}")
        Widget get(@PathVariable int number, @RequestParam(required = false) Problem.@Nullable Code code) {
            return new Widget(number + " " + code, null);
        }

        @GetMapping("/v1/refusals/{code}")
        Widget refuse(@PathVariable Problem.Code code) {
            throw new Problem(code, "/model", "refused", 3, "at most 2");
        }

        @GetMapping("/v1/faults/{kind}")
        Widget fail(@PathVariable String kind) {
            switch (kind) {
                case "state" -> throw new IllegalStateException("secret state");
                case "memory" -> throw new OutOfMemoryError("secret heap");
                case "stack" -> throw new StackOverflowError("secret stack");
                case "wrapped" -> throw new CompletionException(Problem.invalid("/a", "wrapped", 1, 2));
                case "gone" -> throw new ResponseStatusException(HttpStatus.GONE, "swept away");
                default -> throw new AssertionError("secret assertion");
            }
        }
    }

    private RestTestClient.BodyContentSpec refused(RestTestClient.RequestHeadersSpec<?> request, int status) {
        return request.exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody();
    }

    private RestTestClient.BodyContentSpec posted(String body, int status) {
        return refused(
                http.post()
                        .uri("/v1/widgets")
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(body),
                status);
    }

    @Test
    void writesAProblemOfARecordWithItsWholePointer() {
        posted("{\"name\":\"\"}", 422).json("""
                        {"type": "/problems/invalid", "title": "The request contradicts itself", "status": 422,
                         "detail": "a widget without a name", "pointer": "/name", "got": "\\"\\"", "expected": "a name"}""", JsonCompareMode.STRICT);
    }

    @Test
    void refusesBrokenJsonWithThePlaceWhereItBreaks() {
        posted("{\"name\":\"a\", \"sizes\": [1, 2", 400)
                .jsonPath("$.type")
                .isEqualTo("/problems/malformed")
                .jsonPath("$.pointer")
                .isEqualTo("/sizes/1")
                .jsonPath("$.detail")
                .isEqualTo("the JSON is broken at line 1, column 28");
    }

    @Test
    void refusesUnknownNamesMissingBodiesAndDepth() {
        posted("{\"name\":\"a\", \"size\": 1}", 422)
                .jsonPath("$.pointer")
                .isEqualTo("/size")
                .jsonPath("$.expected")
                .isEqualTo("one of name, sizes");
        posted("", 400).jsonPath("$.got").isEqualTo("nothing");
        posted("{\"extra\":" + "[".repeat(200) + "]".repeat(200) + "}", 413)
                .jsonPath("$.expected")
                .isEqualTo("at most 100");
    }

    @ParameterizedTest
    @EnumSource
    void givesEveryCodeOfAProblemItsOwnKind(Problem.Code code) {
        ProblemType type = ProblemType.of(code);
        refused(http.get().uri("/v1/refusals/{code}", code), type.status().value())
                .jsonPath("$.type")
                .isEqualTo(type.uri())
                .jsonPath("$.title")
                .isEqualTo(type.title())
                .jsonPath("$.got")
                .isEqualTo("3")
                .jsonPath("$.expected")
                .isEqualTo("at most 2");
    }

    @ParameterizedTest
    @EnumSource
    void explainsEveryKindOnAPageOfItsOwn(ProblemType type) {
        http.get()
                .uri(type.uri())
                .accept(MediaType.TEXT_HTML)
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentType("text/html;charset=UTF-8")
                .expectBody(String.class)
                .value(page -> assertThat(page)
                        .contains(type.title(), "Status " + type.status().value()));
    }

    @Test
    void refusesAProblemEvenToACallerWhoAcceptsNoJson() {
        refused(http.get().uri("/v1/refusals/LIMIT").accept(MediaType.APPLICATION_PDF), 413);
    }

    @Test
    void findsAProblemInsideAnotherException() {
        refused(http.get().uri("/v1/faults/wrapped"), 422).jsonPath("$.pointer").isEqualTo("/a");
    }

    @Test
    void refusesMethodsFormatsAndAddressesItDoesNotKnow() {
        refused(http.delete().uri("/v1/widgets"), 405)
                .jsonPath("$.got")
                .isEqualTo("DELETE")
                .jsonPath("$.expected")
                .isEqualTo("one of POST");
        refused(http.post().uri("/v1/widgets").contentType(MediaType.TEXT_PLAIN).body("a"), 415)
                .jsonPath("$.got")
                .isEqualTo("text/plain")
                .jsonPath("$.expected")
                .isEqualTo("one of application/json, multipart/form-data");
        refused(http.get().uri("/v1/widgets/3").accept(MediaType.APPLICATION_PDF), 406)
                .jsonPath("$.got")
                .isEqualTo("application/pdf");
        refused(http.get().uri("/v1/nowhere"), 404)
                .jsonPath("$.got")
                .isEqualTo("/v1/nowhere")
                .jsonPath("$.pointer")
                .doesNotExist();
    }

    @Test
    void keepsTheHeadersThatBelongToARefusal() {
        http.delete().uri("/v1/widgets").exchange().expectHeader().valueEquals("Allow", "POST");
    }

    @Test
    void refusesParametersOfTheWrongKind() {
        refused(http.get().uri("/v1/widgets/three"), 422).jsonPath("$.got").isEqualTo("three");
        refused(http.get().uri("/v1/widgets/3?code=NONE"), 422)
                .jsonPath("$.detail")
                .isEqualTo("'code' in the address is not of the right kind");
    }

    @Test
    void keepsTheStatusThatAControllerChose() {
        refused(http.get().uri("/v1/faults/gone"), 410).jsonPath("$.detail").isEqualTo("swept away");
    }

    @Test
    void refusesAMissingPart() {
        refused(multipart("request", "{\"name\":\"a\"}"), 422)
                .jsonPath("$.pointer")
                .isEqualTo("model")
                .jsonPath("$.expected")
                .isEqualTo("a part named model");
    }

    @Test
    void refusesAnUnknownPart() {
        refused(multipart("request", "{\"name\":\"a\"}", "model", "abc", "gradient", "abc"), 422)
                .jsonPath("$.pointer")
                .isEqualTo("gradient")
                .jsonPath("$.expected")
                .isEqualTo("one of model, request");
    }

    @Test
    void readsJsonFromAPartThatDoesNotSayItIsJson() {
        multipart("request", "{\"name\":\"a\"}", "model", "abc")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .isEqualTo("a 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "stack", "assertion"})
    @ExtendWith(OutputCaptureExtension.class)
    void hidesAFaultOfOursBehindAnIdThatTheLogKnows(String kind, CapturedOutput output) {
        byte[] body = refused(http.get().uri("/v1/faults/" + kind), 500)
                .returnResult()
                .getResponseBody();
        String text = new String(body, StandardCharsets.UTF_8);
        assertThat(text).doesNotContain("secret", "Exception", "Error").contains("/problems/internal");
        String id = JsonPath.read(text, "$.id");
        assertThat(output.getAll()).containsOnlyOnce("Fault " + id).contains("secret " + kind);
    }

    @Test
    void answersThatItIsBusyWhenMemoryRunsOut() {
        http.get()
                .uri("/v1/faults/memory")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectHeader()
                .exists("Retry-After");
        http.get().uri("/v1/widgets/3").exchange().expectStatus().isOk();
    }

    private RestTestClient.RequestHeadersSpec<?> multipart(String... namesAndContents) {
        MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
        for (int i = 0; i < namesAndContents.length; i += 2) {
            String name = namesAndContents[i];
            parts.add(name, new ByteArrayResource(namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8)) {
                @Override
                public String getFilename() {
                    return name + ".bin";
                }
            });
        }
        return http.post()
                .uri("/v1/widgets")
                .contentType(MediaType.MULTIPART_FORM_DATA)
                .body(parts);
    }
}
