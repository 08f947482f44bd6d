package dev.plumbline.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.problem.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTests {

    private static final String SECRET = "0123456789abcdef";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hooks.example",
                "ftp://hooks.example/",
                "file:///etc/passwd",
                "https:///x",
                "https://a b/",
                "https://user:password@hooks.example/",
                "https://hooks.example/#part",
                "jar:https://x!/",
                "https://127.1/"
            })
    void refusesWhatIsNoAddress(String url) {
        assertThatThrownBy(() -> new Webhook(url, SECRET)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.pointer()).isEqualTo("/url");
            assertThat(problem.getMessage()).doesNotContain("password@");
        });
    }

    @Test
    void neverTellsItsSecret() {
        assertThat(new Webhook("https://hooks.example/x", SECRET).toString()).doesNotContain(SECRET);
        assertThat(new Delivery("id", "ann", new Webhook("https://hooks.example/token", SECRET), "body", 0, 0)
                        .toString())
                .isEqualTo("delivery id to hooks.example");
        assertThatThrownBy(() -> new Webhook("https://hooks.example/x", "too-short"))
                .isInstanceOf(Problem.class)
                .hasMessageNotContaining("too-short")
                .hasMessageContaining("9 characters");
    }

    /** By Python: hmac.new(b"0123456789abcdef", b'1700000000.{"a":1}', "sha256").hexdigest() */
    @Test
    void signsTimeAndBody() {
        assertThat(Signature.of(SECRET, 1_700_000_000L, "{\"a\":1}"))
                .isEqualTo("t=1700000000,v1=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23");
    }

    @Test
    void waitsFourTimesAsLongEachTime() {
        WebhookTerms terms = new WebhookTerms(true, java.util.List.of(), 6, 5000, 10_000, 1000);
        assertThat(terms.pauseAfter(1)).isEqualTo(5000);
        assertThat(terms.pauseAfter(2)).isEqualTo(20_000);
        assertThat(terms.pauseAfter(6)).isEqualTo(5_120_000);
    }
}
