package dev.plumbline.webhook;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.plumbline.problem.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where news go, and what they are signed with.
 *
 * @param url https, without a name and password in it; http only to this machine, where the operator allows
 * @param secret the key of the signature, {@value #SHORTEST} to {@value #LONGEST} characters; never told again
 */
public record Webhook(
        String url,

        @JsonProperty(access = JsonProperty.Access.WRITE_ONLY)
        @Schema(format = "password", accessMode = Schema.AccessMode.WRITE_ONLY)
        String secret) {

    private static final int LONGEST_URL = 2048;
    private static final int SHORTEST = 16;
    private static final int LONGEST = 256;

    public Webhook {
        if (url == null || url.length() > LONGEST_URL) {
            throw Problem.invalid(
                    "/url", "no address, or a very long one", url, "at most " + LONGEST_URL + " characters");
        }
        if (secret == null || secret.length() < SHORTEST || secret.length() > LONGEST) {
            String got = secret == null ? "nothing" : secret.length() + " characters";
            throw Problem.invalid(
                    "/secret", "no secret to sign with", got, SHORTEST + " to " + LONGEST + " characters");
        }
        address(url);
    }

    URI address() {
        return address(url);
    }

    private static URI address(String url) {
        URI address;
        try {
            address = new URI(url);
        } catch (URISyntaxException e) {
            throw Problem.invalid("/url", "not an address", url, "https://host/path");
        }
        boolean web = "https".equalsIgnoreCase(address.getScheme()) || "http".equalsIgnoreCase(address.getScheme());
        if (!web || address.getHost() == null || address.getFragment() != null) {
            throw Problem.invalid("/url", "not an address of the web", url, "https://host/path");
        }
        if (address.getUserInfo() != null) {
            throw Problem.invalid("/url", "a name or password in the address", address.getHost(), "https://host/path");
        }
        return address;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "Webhook[" + url + "]";
    }
}
