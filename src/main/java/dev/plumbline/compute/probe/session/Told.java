package dev.plumbline.compute.probe.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was told for one {@link Ask}.
 *
 * @param values at the offsets; NaN everywhere where the function raised an error
 * @param offsets really taken
 * @param claimed {@code a . d}; NaN where nothing was to be claimed
 * @param contribution {@code ||a o d||}; NaN where it was not told
 * @param claimedNoise {@code max(|Delta . d|, ||Delta o d||)}; NaN where it was not told
 * @param claims the claimed entries asked for
 * @param error what the function raised; null where it raised nothing
 */
public record Told(
        List<Double> values,
        List<Double> offsets,
        double claimed,
        double contribution,
        double claimedNoise,
        List<Double> claims,
        @Nullable String error) {

    public Told {
        values = List.copyOf(values);
        offsets = List.copyOf(offsets);
        claims = List.copyOf(claims);
    }
}
