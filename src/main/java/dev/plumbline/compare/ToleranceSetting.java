package dev.plumbline.compare;

import dev.plumbline.compute.comparison.Nearness;
import dev.plumbline.problem.Problem;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The caller's own: {@code |a - b| <= max(absolute, relative max(|a|, |b|))}; what is left out is 0. */
record ToleranceSetting(@Nullable Double absolute, @Nullable Double relative) {

    ToleranceSetting {
        require("/absolute", absolute);
        require("/relative", relative);
    }

    private static void require(String pointer, @Nullable Double value) {
        if (value != null && !(value >= 0 && Double.isFinite(value))) {
            throw Problem.invalid(pointer, "a tolerance is not negative", value, "a number from 0");
        }
    }

    Nearness nearness() {
        return new Nearness(Objects.requireNonNullElse(relative, 0.0), 0, Objects.requireNonNullElse(absolute, 0.0));
    }
}
