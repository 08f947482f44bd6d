package dev.plumbline.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A function of one number, whose owner is this class; the Python client's tests have larger ones. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class ProbeSessionHttpTests {

    private static final double X = 0.3;
    private static final JsonMapper JSON = JsonMapper.shared();

    @Autowired
    private RestTestClient http;

    private JsonNode post(String path, Object body, int status) {
        byte[] answer = http.post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .body(JSON.writeValueAsString(body))
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody()
                .returnResult()
                .getResponseBody();
        return JSON.readTree(Objects.requireNonNull(answer));
    }

    private JsonNode open(double claim) {
        Map<String, Object> w = Map.of("name", "w", "shape", List.of(), "size", X, "contribution", Math.abs(claim) * X);
        return post("/v1/probe-sessions", Map.of("tensors", List.of(w)), 201);
    }

    private JsonNode summary(JsonNode opened) {
        byte[] answer = http.get()
                .uri("/v1/probe-sessions/" + opened.get("id").asString() + "/summary")
                .exchange()
                .expectBody()
                .returnResult()
                .getResponseBody();
        return JSON.readTree(Objects.requireNonNull(answer));
    }

    private JsonNode judged(JsonNode opened, DoubleUnaryOperator f, double claim) {
        JsonNode asked = opened;
        for (int round = 0; round < 60 && !asked.has("report"); round++) {
            asked = post(answersOf(asked), answers(asked, f, claim), 200);
        }
        return asked.get("report");
    }

    /** d = scale x size, for any seed; along the claim it has the claim's sign. */
    private static double direction(JsonNode direction, double claim) {
        double d = direction.get("scale").asDouble() * X;
        return direction.get("kind").asString().equals("claim") ? Math.copySign(d, claim) : d;
    }

    private static Map<String, Object> answer(JsonNode ask, DoubleUnaryOperator f, double claim) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ask", ask.get("ask").asInt());
        if (ask.has("claims")) {
            answer.put("claims", List.of(claim));
            return answer;
        }
        double d = ask.has("direction") ? direction(ask.get("direction"), claim) : 0;
        answer.put(
                "values",
                ask.get("offsets")
                        .valueStream()
                        .map(t -> f.applyAsDouble(X + t.asDouble() * d))
                        .toList());
        if (ask.has("direction")) {
            answer.put("claimed", claim * d);
            answer.put("contribution", Math.abs(claim * d));
        }
        return answer;
    }

    private static Map<String, Object> answers(JsonNode asked, DoubleUnaryOperator f, double claim) {
        return Map.of(
                "round",
                asked.get("round").asInt(),
                "answers",
                asked.get("asks")
                        .valueStream()
                        .map(ask -> answer(ask, f, claim))
                        .toList());
    }

    private static String answersOf(JsonNode session) {
        return "/v1/probe-sessions/" + session.get("id").asString() + "/answers";
    }

    private JsonNode report(DoubleUnaryOperator f, double claim) {
        return judged(open(claim), f, claim);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"1, PASS, -", "-1, FAIL, sign", "2, FAIL, scaled", "0, FAIL, zero", "1.001, FAIL, scaled"})
    void judgesAClaim(double factor, String verdict, @Nullable String mistake) {
        JsonNode opened = open(factor * Math.exp(X));
        assertThat(summary(opened).has("verdict")).isFalse();
        JsonNode report = judged(opened, Math::exp, factor * Math.exp(X));

        assertThat(report.get("verdict").asString()).isEqualTo(verdict);
        assertThat(summary(opened).get("verdict").asString()).isEqualTo(verdict);
        assertThat(summary(opened).has("worstTensor")).isEqualTo(mistake != null);
        assertThat(report.get("cost").get("evaluations").asInt()).isLessThanOrEqualTo(100);
        JsonNode named = report.get("tensors").get(0).get("mistake");
        assertThat(named == null ? null : named.get("kind").asString()).isEqualTo(mistake);
    }

    /** Along the caller's own direction u = x: the product J u, and that of a gradient's values, H u. */
    @ParameterizedTest
    @CsvSource({"jvp, 1, PASS", "jvp, 2, FAIL", "jvp, -1, FAIL", "hvp, 1, PASS", "hvp, 0.999, FAIL"})
    void judgesAProduct(String kind, double factor, String verdict) {
        double claim = factor * Math.exp(X);
        Map<String, Object> w = Map.of("name", "w", "shape", List.of(), "size", X, "contribution", Math.abs(claim) * X);
        JsonNode opened = post("/v1/probe-sessions", Map.of("tensors", List.of(w), "claim", Map.of("kind", kind)), 201);

        assertThat(opened.get("asks").get(1).get("direction").get("kind").asString())
                .isEqualTo("given");
        assertThat(judged(opened, Math::exp, claim).get("verdict").asString()).isEqualTo(verdict);
    }

    /** The products of J = exp(X): right, one term missing, next to nothing; of H likewise, without a spread and with one. */
    @ParameterizedTest
    @CsvSource({
        "dot, 1, 1, , PASS",
        "dot, 1, 1.001, , FAIL",
        "dot, 1, 1.000000000001, , INCONCLUSIVE",
        "dot, 1, 1.000000000001, 1e-13, FAIL",
        "dot, 1e-15, 1.1e-15, , INCONCLUSIVE",
        "symmetry, 1, 1, , PASS",
        "symmetry, 1, 1.5, , INCONCLUSIVE",
        "symmetry, 1, 1.5, 1e-14, FAIL",
        "symmetry, 1, 1.5, 1, INCONCLUSIVE"
    })
    void identitiesOfProductsAreJudgedByRounding(String law, double left, double right, String spread, String verdict) {
        Map<String, Object> w = Map.of("name", "w", "shape", List.of(), "size", X, "contribution", Math.exp(X) * X);
        Map<String, Object> identity =
                new HashMap<>(Map.of("law", law, "left", left, "right", right, "leftNorm", 1.0, "rightNorm", 1.0));
        if (spread != null) {
            identity.put("spread", Double.valueOf(spread));
        }
        Map<String, Object> claim = Map.of("kind", "jvp", "identities", List.of(identity));
        JsonNode report = judged(
                post("/v1/probe-sessions", Map.of("tensors", List.of(w), "claim", claim), 201), Math::exp, Math.exp(X));

        assertThat(report.at("/identities/0/verdict").asString()).isEqualTo(verdict);
        assertThat(report.get("verdict").asString()).isEqualTo(verdict);
        assertThat(report.get("summary").asString().startsWith("The claim agrees"))
                .isEqualTo(verdict.equals("PASS"));
    }

    @Test
    void anIdentityWithANegativeNormIsRefused() {
        Map<String, Object> w = Map.of("name", "w", "shape", List.of(), "size", X, "contribution", 1);
        Map<String, Object> identity = Map.of("law", "dot", "left", 1, "right", 1, "leftNorm", -1, "rightNorm", 1);
        JsonNode refused = post(
                "/v1/probe-sessions",
                Map.of("tensors", List.of(w), "claim", Map.of("identities", List.of(identity))),
                422);
        assertThat(refused.get("pointer").asString()).isEqualTo("/claim/identities/0/leftNorm");
    }

    @Test
    void anotherFunctionThanTheOneThatWasDifferentiatedIsSaid() {
        Map<String, Object> w = Map.of("name", "w", "shape", List.of(), "size", X, "contribution", Math.exp(X) * X);
        JsonNode opened = post(
                "/v1/probe-sessions", Map.of("tensors", List.of(w), "evaluation", Map.of("sameFunction", 0.02)), 201);

        assertThat(judged(opened, Math::exp, Math.exp(X)).get("warnings").toString())
                .contains("otherFunction");
    }

    @Test
    void aFunctionThatRaisesIsNotJudged() {
        JsonNode asked = open(1);
        Map<String, Object> raised = Map.of(
                "round",
                0,
                "answers",
                asked.get("asks")
                        .valueStream()
                        .map(ask -> Map.of("ask", ask.get("ask").asInt(), "error", "ZeroDivisionError"))
                        .toList());

        JsonNode report = post(answersOf(asked), raised, 200).get("report");

        assertThat(report.get("verdict").asString()).isEqualTo("INCONCLUSIVE");
        assertThat(report.get("summary").asString()).contains("ZeroDivisionError");
    }

    @Test
    void aRoundThatComesTwiceIsAnsweredAsBeforeAndAnotherIsAConflict() {
        JsonNode asked = open(Math.exp(X));
        Map<String, Object> answers = answers(asked, Math::exp, Math.exp(X));

        JsonNode first = post(answersOf(asked), answers, 200);
        assertThat(post(answersOf(asked), answers, 200)).isEqualTo(first);
        assertThat(post(answersOf(asked), answers(asked, Math::sin, Math.exp(X)), 409)
                        .get("pointer")
                        .asString())
                .isEqualTo("/round");
    }

    @ParameterizedTest
    @CsvSource({"/answers, []", "/answers/0/ask, '[{\"ask\": 99}]'", "/answers/0/values, '[{\"ask\": 0}, {\"ask\": 1}]'"
    })
    void whatIsNotAnAnswerIsRefusedWithItsPlace(String pointer, String answers) {
        JsonNode asked = open(1);
        JsonNode problem = post(answersOf(asked), Map.of("round", 0, "answers", JSON.readTree(answers)), 422);

        assertThat(problem.get("pointer").asString()).isEqualTo(pointer);
        assertThat(problem.has("expected")).isTrue();
    }

    @Test
    void whatWasToldIsKept() {
        JsonNode asked = open(Math.exp(X));
        JsonNode next = post(answersOf(asked), answers(asked, Math::exp, Math.exp(X)), 200);
        byte[] kept = http.get()
                .uri("/v1/probe-sessions/{id}", asked.get("id").asString())
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseBody();

        assertThat(JSON.readTree(Objects.requireNonNull(kept))).isEqualTo(next);
        http.delete()
                .uri("/v1/probe-sessions/{id}", asked.get("id").asString())
                .exchange()
                .expectStatus()
                .isNoContent();
        post(answersOf(asked), Map.of("round", 1, "answers", List.of()), 404);
    }
}
