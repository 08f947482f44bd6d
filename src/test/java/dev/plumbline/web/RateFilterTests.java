package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.web.servlet.client.RestTestClient;

@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.api-keys.ann=" + ApiKeyFilterTests.ANN,
            "plumbline.api-keys.ben=" + ApiKeyFilterTests.BEN,
            "plumbline.key-limits.of.ann.requests-per-minute=5"
        })
@AutoConfigureRestTestClient
class RateFilterTests {

    @Autowired
    private RestTestClient http;

    private RestTestClient.ResponseSpec asked(String key) {
        return http.get().uri("/v1/models").header("X-API-Key", key).exchange();
    }

    @Test
    void refusesAKeyBeyondItsRateAndNoOther() {
        int refused = 0;
        for (int i = 0; i < 10; i++) {
            boolean isRefused = asked("ann-secret").returnResult().getStatus().value() == 429;
            refused += isRefused ? 1 : 0;
        }
        assertThat(refused).isBetween(1, 5);
        asked("ann-secret")
                .expectStatus()
                .isEqualTo(429)
                .expectHeader()
                .exists("Retry-After")
                .expectBody()
                .jsonPath("$.expected")
                .isEqualTo("at most 5 a minute (plumbline.key-limits.requests-per-minute)");
        asked("ben-secret").expectStatus().isOk();
    }
}
