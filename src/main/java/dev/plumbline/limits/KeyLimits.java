package dev.plumbline.limits;

import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What one key may do at once and keep, configured under {@code plumbline.key-limits}: for every key, and for the one
 * called {@code ann} under {@code plumbline.key-limits.of.ann}. Without keys everybody together is one.
 *
 * @param requests that compute or wait at the same time; 0 stands for half of the places where there are keys, else all
 * @param requestsPerMinute of all kinds, with bursts of as many; 0 stands for no limit
 * @param reports kept at the same time, the oldest making room
 * @param reportBytes of them together, packed (64 MiB)
 * @param sessionBytes of optimizer sessions kept at the same time, parameters and moments (4 GiB)
 * @param streams of a monitor's events that are open at the same time
 * @param bulkRequests large bodies on their way in or being answered at the same time; 0 stands for half of the places where
 *     there are keys, else all
 * @param spoolBytes of its bodies in temporary files; 0 stands for half of the room where there are keys, else all
 * @param of what is otherwise for single keys, by their names
 */
@Validated
@ConfigurationProperties("plumbline.key-limits")
public record KeyLimits(
        @DefaultValue("0") @PositiveOrZero int requests,
        @DefaultValue("0") @PositiveOrZero int requestsPerMinute,
        @DefaultValue("1000") @Positive int reports,
        @DefaultValue("" + (64L << 20)) @PositiveOrZero long reportBytes,
        @DefaultValue("" + (4L << 30)) @PositiveOrZero long sessionBytes,
        @DefaultValue("50") @PositiveOrZero int streams,
        @DefaultValue("0") @PositiveOrZero int bulkRequests,
        @DefaultValue("0") @PositiveOrZero long spoolBytes,
        @DefaultValue Map<String, Own> of) {

    public KeyLimits {
        of = Map.copyOf(of);
    }

    /** What one key has of its own; null where it is like the others. */
    public record Own(
            @Nullable @PositiveOrZero Integer requests,
            @Nullable @PositiveOrZero Integer requestsPerMinute,
            @Nullable @Positive Integer reports,
            @Nullable @PositiveOrZero Long reportBytes,
            @Nullable @PositiveOrZero Long sessionBytes,
            @Nullable @PositiveOrZero Integer streams,
            @Nullable @PositiveOrZero Integer bulkRequests,
            @Nullable @PositiveOrZero Long spoolBytes) {}

    /** The limits of a service that configures none. */
    public static KeyLimits defaults() {
        return new Binder().bindOrCreate("plumbline.key-limits", KeyLimits.class);
    }

    /** Those of the key called {@code name}. */
    public KeyLimits forKey(String name) {
        Own own = of.get(name);
        return own == null
                ? this
                : new KeyLimits(
                        Objects.requireNonNullElse(own.requests(), requests),
                        Objects.requireNonNullElse(own.requestsPerMinute(), requestsPerMinute),
                        Objects.requireNonNullElse(own.reports(), reports),
                        Objects.requireNonNullElse(own.reportBytes(), reportBytes),
                        Objects.requireNonNullElse(own.sessionBytes(), sessionBytes),
                        Objects.requireNonNullElse(own.streams(), streams),
                        Objects.requireNonNullElse(own.bulkRequests(), bulkRequests),
                        Objects.requireNonNullElse(own.spoolBytes(), spoolBytes),
                        Map.of());
    }
}
