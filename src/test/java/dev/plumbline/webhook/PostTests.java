package dev.plumbline.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Deliveries to a server on this machine. */
class PostTests {

    private static final String SECRET = "0123456789abcdef";
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final List<String> heard = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init") // by each test
    private HttpServer server;

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
    }

    private int start(HttpServer made, int status) {
        server = made;
        server.setExecutor(Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            heard.add(String.join(
                    " ",
                    exchange.getRequestURI().toString(),
                    header(exchange, "Host"),
                    header(exchange, Post.DELIVERY),
                    header(exchange, Post.SIGNATURE),
                    body));
            answer(exchange, status);
        });
        server.start();
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange, int status) throws IOException {
        if (status == 0) {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.getResponseHeaders().add("Location", "/elsewhere");
        exchange.sendResponseHeaders(status == 0 ? 200 : status, -1);
        exchange.close();
    }

    private static String header(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    private static Delivery to(String url) {
        return new Delivery("d1", "ann", new Webhook(url, SECRET), "{\"a\":1}", 0, 0);
    }

    private static Post plain() {
        WebhookTerms terms = new WebhookTerms(true, List.of("localhost"), 3, 20, 1000, 10);
        return new Post(terms, new Addresses(terms, host -> new InetAddress[] {InetAddress.getLoopbackAddress()}));
    }

    @Test
    void signsWhatItSends() throws Exception {
        int port = start(HttpServer.create(ANY, 0), 204);

        plain().send(to("http://localhost:" + port + "/a?b=c"));

        String[] words = heard.get(0).split(" ");
        assertThat(words[0]).isEqualTo("/a?b=c");
        assertThat(words[1]).isEqualTo("localhost:" + port);
        assertThat(words[2]).isEqualTo("d1");
        long seconds = Long.parseLong(words[3].substring(2, words[3].indexOf(',')));
        assertThat(words[3]).isEqualTo(Signature.of(SECRET, seconds, "{\"a\":1}"));
        assertThat(seconds).isBetween(System.currentTimeMillis() / 1000 - 60, System.currentTimeMillis() / 1000 + 60);
        assertThat(words[4]).isEqualTo("{\"a\":1}");
    }

    @Test
    void followsNoRedirect() throws Exception {
        int port = start(HttpServer.create(ANY, 0), 307);

        assertThatThrownBy(() -> plain().send(to("http://localhost:" + port + "/")))
                .hasMessage("answered with 307");
        assertThat(heard).hasSize(1);
    }

    @Test
    void doesNotWaitForWhoDoesNotAnswer() throws Exception {
        int port = start(HttpServer.create(ANY, 0), 0);

        assertThatThrownBy(() -> plain().send(to("http://localhost:" + port + "/")))
                .isInstanceOf(IOException.class);
    }

    private static KeyStore keys() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(Path.of("src/test/resources/fixtures/webhook/hooks.p12"))) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static SSLContext tls() throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(keys(), PASSWORD);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        return tls;
    }

    private static TrustManager[] trusted() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("hooks", keys().getCertificate("hooks"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        return trust.getTrustManagers();
    }

    /** The connection goes to a number; the certificate is still held against the name. */
    @Test
    void holdsTheCertificateAgainstTheName() throws Exception {
        HttpsServer https = HttpsServer.create(ANY, 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls()));
        int port = start(https, 200);
        WebhookTerms terms = new WebhookTerms(true, List.of("hooks.test", "other.test"), 3, 20, 5000, 10);
        Addresses addresses = new Addresses(terms, host -> new InetAddress[] {InetAddress.getLoopbackAddress()});
        Post post = new Post(terms, addresses, trusted());

        post.send(to("https://hooks.test:" + port + "/"));
        assertThat(heard.get(0)).startsWith("/ hooks.test:" + port + " d1 ");

        assertThatThrownBy(() -> post.send(to("https://other.test:" + port + "/")))
                .hasMessageContaining("SSLHandshake");
        assertThatThrownBy(() -> new Post(terms, addresses).send(to("https://hooks.test:" + port + "/")))
                .hasMessageContaining("SSLHandshake");
        assertThat(heard).hasSize(1);
    }
}
