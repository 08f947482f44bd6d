package dev.plumbline.webhook;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Positive;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Whether and whereto news are sent, configured under {@code plumbline.webhooks}.
 *
 * @param enabled off unless somebody decides otherwise: the service then calls addresses that its callers name
 * @param allow hosts, as they stand in an address, that may be on this machine or in a private network
 * @param attempts that a delivery has
 * @param pause milliseconds before the second attempt; each further one waits four times as long
 * @param timeout milliseconds that one attempt may take
 * @param queue deliveries of one key that wait; the oldest make room
 */
@Validated
@ConfigurationProperties("plumbline.webhooks")
public record WebhookTerms(
        @DefaultValue("false") boolean enabled,
        @DefaultValue List<String> allow,
        @DefaultValue("6") @Positive @Max(12) int attempts,
        @DefaultValue("5000") @Positive @Max(60_000) int pause,
        @DefaultValue("10000") @Positive @Max(60_000) int timeout,
        @DefaultValue("1000") @Positive @Max(100_000) int queue) {

    private static final int GROWTH = 4;

    public WebhookTerms {
        allow = allow.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
    }

    boolean allows(String host) {
        return allow.contains(host.toLowerCase(Locale.ROOT));
    }

    /** Milliseconds until the next attempt. */
    long pauseAfter(int attempts) {
        long milliseconds = pause;
        for (int i = 1; i < attempts; i++) {
            milliseconds *= GROWTH;
        }
        return milliseconds;
    }
}
