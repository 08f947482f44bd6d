package dev.plumbline.web;

import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How a body has to come, and an answer to be read, configured under {@code plumbline.limits}.
 *
 * @param bodySeconds all of it, at most
 * @param bodyBytesPerSecond on average, after the first {@code bodyGraceSeconds}
 * @param spoolBytes of bodies in temporary files, of all requests together (8 GiB)
 */
@Validated
@ConfigurationProperties("plumbline.limits")
record BodyTerms(
        @DefaultValue("900") @Positive int bodySeconds,
        @DefaultValue("8192") @PositiveOrZero int bodyBytesPerSecond,
        @DefaultValue("10") @Positive int bodyGraceSeconds,
        @DefaultValue("" + (8L << 30)) @Positive long spoolBytes) {

    /** Whether a body of which so much is here, or an answer of which so much is read, after this time of waiting goes too slowly. */
    boolean isTooSlow(long bytes, Duration since) {
        double seconds = since.toMillis() / 1e3;
        return seconds > bodySeconds || bytes < bodyBytesPerSecond * (seconds - bodyGraceSeconds);
    }

    String expected() {
        return "at least %d bytes a second after the first %d s, and all within %d s"
                        .formatted(bodyBytesPerSecond, bodyGraceSeconds, bodySeconds)
                + " (plumbline.limits.body-bytes-per-second, body-grace-seconds, body-seconds)";
    }
}
