package dev.plumbline.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * One attempt of one delivery. The connection goes to the address that was judged and not to the name, which may stand for
 * another one by then; the name is what the certificate is held against, by way of TLS's server name, and what the header
 * {@code Host} says. Nothing of the answer is read but its status.
 */
final class Post {

    static final String SIGNATURE = "X-Plumbline-Signature";
    static final String DELIVERY = "X-Plumbline-Delivery";

    private static final int TAKEN = 2;
    private static final int HUNDREDS = 100;

    static {
        // Read once, when the first client of this process is made; PlumblineApplication sets it before anybody can.
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    }

    private final WebhookTerms terms;
    private final Addresses addresses;
    private final TrustManager[] trusted;

    Post(WebhookTerms terms, Addresses addresses) {
        this(terms, addresses, usual());
    }

    Post(WebhookTerms terms, Addresses addresses, TrustManager[] trusted) {
        this.terms = terms;
        this.addresses = addresses;
        this.trusted = trusted;
    }

    private static TrustManager[] usual() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has authorities that it trusts", e);
        }
    }

    /**
     * One for each attempt: sessions are remembered by number and port, and one that is resumed shows no certificate, so
     * that of two hosts behind one number the second would pass with the first one's.
     */
    private SSLContext tls() {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trusted, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    /** Returns if it was taken. */
    void send(Delivery delivery) throws IOException {
        URI address = delivery.to().address();
        InetAddress machine = addresses.resolve(address);
        CompletableFuture<HttpResponse<InputStream>> answer;
        try {
            answer = client(address)
                    .sendAsync(request(delivery, address, machine), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IllegalArgumentException refused) {
            throw new IOException(
                    "no request can be made of it, or the header Host cannot be set (start with"
                            + " -Djdk.httpclient.allowRestrictedHeaders=host)",
                    refused);
        }
        try {
            HttpResponse<InputStream> response = answer.get(terms.timeout(), TimeUnit.MILLISECONDS);
            response.body().close();
            if (response.statusCode() / HUNDREDS != TAKEN) {
                throw new IOException("answered with " + response.statusCode());
            }
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw new IOException("no answer within " + terms.timeout() + " ms", late);
        } catch (ExecutionException failed) {
            throw new IOException(String.valueOf(failed.getCause()), failed);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("the service stops", e);
        }
    }

    private HttpRequest request(Delivery delivery, URI address, InetAddress machine) {
        long seconds = System.currentTimeMillis() / 1000;
        return HttpRequest.newBuilder(at(address, machine))
                .timeout(Duration.ofMillis(terms.timeout()))
                .header("Host", address.getRawAuthority())
                .header("Content-Type", "application/json")
                .header("User-Agent", "Plumbline")
                .header(DELIVERY, delivery.id())
                .header(SIGNATURE, Signature.of(delivery.to().secret(), seconds, delivery.body()))
                .POST(HttpRequest.BodyPublishers.ofString(delivery.body()))
                .build();
    }

    /** The same address with the machine's number for its host. */
    private static URI at(URI address, InetAddress machine) {
        String number = machine.getHostAddress();
        int zone = number.indexOf('%');
        String plain = zone < 0 ? number : number.substring(0, zone);
        String host = plain.contains(":") ? "[" + plain + "]" : plain;
        String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
        String port = address.getPort() < 0 ? "" : ":" + address.getPort();
        try {
            return new URI(address.getScheme() + "://" + host + port + path + query);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("an address with a number for its host", e);
        }
    }

    /** One for each attempt, because the server name is the client's. */
    private HttpClient client(URI address) {
        SSLContext tls = tls();
        SSLParameters parameters = tls.getDefaultSSLParameters();
        String host = Addresses.host(address);
        if (!host.contains(":") && !Addresses.isNumber(host)) {
            parameters.setServerNames(List.of(new SNIHostName(host)));
        }
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(terms.timeout()))
                .proxy(HttpClient.Builder.NO_PROXY)
                .sslContext(tls)
                .sslParameters(parameters)
                .build();
    }
}
