package dev.plumbline.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody is sent to a machine that only we can reach. */
class AddressesTests {

    private final List<String> asked = new ArrayList<>();

    static WebhookTerms terms(String... allowed) {
        return new WebhookTerms(true, List.of(allowed), 3, 20, 2000, 10);
    }

    private Addresses answering(WebhookTerms terms, String... numbers) {
        return new Addresses(terms, host -> {
            asked.add(host);
            InetAddress[] found = new InetAddress[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                found[i] = InetAddress.getByName(numbers[i]);
            }
            return found;
        });
    }

    /** First and last of each closed block, and what stands for them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.255.255.255",
                "10.0.0.0",
                "10.255.255.255",
                "100.64.0.0",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.255",
                "169.254.0.0",
                "169.254.169.254",
                "169.254.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.0",
                "192.168.255.255",
                "198.18.0.0",
                "198.19.255.255",
                "198.51.100.9",
                "203.0.113.9",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "168.63.129.16",
                "100.100.100.200",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::7f00:1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "100::1",
                "2002:7f00:1::1",
                "2001::1",
                "2001:1ff::1",
                "2001:db8::1",
                "3fff::1",
                "4000::1"
            })
    void refusesWhatIsNotPublic(String number) throws IOException {
        assertThat(Addresses.isPublic(InetAddress.getByName(number))).isFalse();
        assertThatThrownBy(() -> answering(terms(), number).resolve(URI.create("https://hooks.example/")))
                .hasMessageContaining("not public");
        // one that is public beside it does not help
        assertThatThrownBy(() -> answering(terms(), "8.8.8.8", number).resolve(URI.create("https://hooks.example/")))
                .hasMessageContaining("not public");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2001:200::1",
                "2606:4700::1111",
                "2a00::1",
                "168.63.129.15"
            })
    void takesWhatIsPublic(String number) throws IOException {
        assertThat(answering(terms(), number).resolve(URI.create("https://hooks.example/x")))
                .isEqualTo(InetAddress.getByName(number));
        assertThat(asked).containsExactly("hooks.example"); // once
    }

    @ParameterizedTest
    @CsvSource({
        "https://localhost/, not public",
        "https://a.localhost/, not public",
        "https://127.0.0.1/, not public",
        "https://2130706433/, not public",
        "https://[::1]/, not public",
        "https://[::ffff:169.254.169.254]/, not public",
        "https://169.254.169.254/latest/meta-data, not public",
        "http://hooks.example/, http goes to this machine only",
        "http://127.0.0.1/, http goes to this machine only"
    })
    void objectsBeforeItLooksAnythingUp(String url, String reason) {
        assertThat(answering(terms()).objection(URI.create(url))).contains(reason);
        assertThat(asked).isEmpty();
    }

    /** What can never be delivered is not taken in. */
    @ParameterizedTest
    @CsvSource({
        "https://hooks.example:65535/, ",
        "https://hooks.example:1/, ",
        "https://hooks.example:65536/, no such port",
        "https://hooks.example:99999/, no such port",
        "https://hooks.example:0/, no such port",
        "https://8.8.8.8:99999/, no such port",
        "https://8.8.8.8/, ",
        "https://134744072/, ",
        "https://4294967296/, no host",
        "https://9999999999999/, no host",
        "https://0x7f000001/, no host",
        "https://0x/, no host",
        "https://hooks.example./, no host",
        "https://hooks.invalid/, no host",
        "https://invalid.example/, ",
        "https://0xample/, ",
        "https://3com/, "
    })
    void objectsToWhatCanNeverBeDelivered(String url, String reason) {
        String objection = answering(terms()).objection(URI.create(url));
        if (reason == null) {
            assertThat(objection).isNull();
        } else {
            assertThat(objection).contains(reason);
        }
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"63, 2, true", "64, 2, false", "61, 4, true", "62, 4, false"})
    void namesAreNoLongerThanDnsCanCarry(int label, int labels, boolean taken) {
        String host = ("a".repeat(label) + ".").repeat(labels) + "a".repeat(253 - 4 * 62);
        assertThat(answering(terms()).objection(URI.create("https://" + host + "/")) == null)
                .isEqualTo(taken);
    }

    @Test
    void goesWhereTheOperatorAllows() throws IOException {
        WebhookTerms terms = terms("Hooks.Internal", "127.0.0.1", "rebound.example");
        assertThat(answering(terms, "10.1.2.3").resolve(URI.create("https://hooks.internal/")))
                .isEqualTo(InetAddress.getByName("10.1.2.3"));
        assertThat(answering(terms, "127.0.0.1").resolve(URI.create("http://127.0.0.1:8000/")))
                .isEqualTo(InetAddress.getByName("127.0.0.1"));
        assertThatThrownBy(() -> answering(terms, "10.1.2.3").resolve(URI.create("http://hooks.internal/")))
                .hasMessageContaining("http goes to this machine only");
        assertThatThrownBy(() -> answering(terms, "10.1.2.3").resolve(URI.create("https://other.internal/")))
                .hasMessageContaining("not public");
    }
}
