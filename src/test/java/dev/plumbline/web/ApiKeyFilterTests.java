package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** The hashes are those of the words "ann-secret" and "ben-secret", by {@code printf %s ann-secret | sha256sum}. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.api-keys.ann=" + ApiKeyFilterTests.ANN,
            "plumbline.api-keys.ben=" + ApiKeyFilterTests.BEN
        })
@AutoConfigureRestTestClient
@Import(ApiKeyFilterTests.WhoAmI.class)
class ApiKeyFilterTests {

    static final String ANN = "ee8dae49b99a4f8203b217d8274209533399ef04a3643e4a15ddcd8a516b2015";
    static final String BEN = "d40b4998c1b40bb710a3f09ddffdeaf0ca6347788a124f8fa3e034c4af1c6b72";

    @Autowired
    private RestTestClient http;

    @RestController
    static class WhoAmI {

        @GetMapping("/v1/who-am-i")
        String tell(@RequestAttribute String owner) {
            return owner;
        }
    }

    private RestTestClient.ResponseSpec asked(String header, String value) {
        return http.get().uri("/v1/who-am-i").header(header, value).exchange();
    }

    @Test
    void knowsTheOwnerOfAKeyInEitherHeader() {
        asked("Authorization", "Bearer ann-secret").expectBody(String.class).isEqualTo("ann");
        asked("authorization", "bearer ben-secret").expectBody(String.class).isEqualTo("ben");
        asked("X-API-Key", "ben-secret").expectBody(String.class).isEqualTo("ben");
    }

    @Test
    void refusesAMissingAndAWrongKey() {
        asked("Authorization", "Bearer ann-secre")
                .expectStatus()
                .isUnauthorized()
                .expectBody()
                .jsonPath("$.got")
                .isEqualTo("an unknown key");
        asked("Authorization", "Bearer " + ANN).expectStatus().isUnauthorized();
        asked("X-API-Key", "").expectStatus().isUnauthorized();
        http.get()
                .uri("/v1/who-am-i")
                .exchange()
                .expectStatus()
                .isUnauthorized()
                .expectHeader()
                .valueEquals("WWW-Authenticate", "Bearer realm=\"plumbline\"")
                .expectBody()
                .jsonPath("$.got")
                .isEqualTo("no key")
                .jsonPath("$.type")
                .isEqualTo("/problems/unauthorized");
    }

    @Test
    void asksNobodyForAKeyToSeeTheHealthOrTheDescription() {
        http.get().uri("/actuator/health").exchange().expectStatus().isOk();
        http.get().uri("/openapi").exchange().expectStatus().isOk();
    }

    @Test
    void letsEverybodyInWhereNoKeyIsConfigured() {
        assertThat(new ApiKeys(null).isOpen()).isTrue();
        assertThat(new ApiKeys(Map.of("ann", ANN)).isOpen()).isFalse();
    }

    @Test
    void refusesToStartWithAKeyInPlaceOfItsHash() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ApiKeys(Map.of("ann", "ann-secret")))
                .withMessageContaining("plumbline.api-keys.ann")
                .withMessageContaining("sha256sum");
    }

    @Test
    void refusesToStartWhereOneKeyIsOfTwoNames() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ApiKeys(Map.of("ann", ANN, "ben", BEN + "," + ANN.toUpperCase(Locale.ROOT))))
                .withMessage(
                        "plumbline.api-keys.ann and plumbline.api-keys.ben have the same hash: a key belongs to one"
                                + " name");
    }
}
