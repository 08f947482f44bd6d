package dev.plumbline.check;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.plumbline.compute.judgement.Tolerance;
import dev.plumbline.problem.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code "calibrated"}, or {@code {"absolute": 1e-5, "relative": 1e-3}}: then {@code |claim - numeric| <= absolute +
 * relative |numeric|}, as in {@code torch.autograd.gradcheck}, whose defaults these are.
 */
record ToleranceSetting(@Nullable Double absolute, @Nullable Double relative) {

    static final ToleranceSetting CALIBRATED = new ToleranceSetting(null, null);

    static final ToleranceSetting TORCH =
            new ToleranceSetting(Tolerance.AllClose.TORCH.absolute(), Tolerance.AllClose.TORCH.relative());

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static ToleranceSetting of(Object json) {
        if ("calibrated".equals(json)) {
            return CALIBRATED;
        }
        if (json instanceof Map<?, ?> numbers && Set.of("absolute", "relative").containsAll(numbers.keySet())) {
            double absolute = number(numbers.get("absolute"), "/absolute", Tolerance.AllClose.TORCH.absolute());
            double relative = number(numbers.get("relative"), "/relative", Tolerance.AllClose.TORCH.relative());
            return new ToleranceSetting(absolute, relative);
        }
        throw Problem.invalid(
                "", "this is no tolerance", json, "\"calibrated\" or {\"absolute\": 1e-5, \"relative\": 1e-3}");
    }

    private static double number(@Nullable Object value, String pointer, double absent) {
        if (value == null) {
            return absent;
        }
        if (value instanceof Number number && number.doubleValue() >= 0 && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw Problem.invalid(pointer, "a tolerance is not negative", value, "a number from 0");
    }

    boolean isCalibrated() {
        return absolute == null;
    }

    Tolerance tolerance() {
        return absolute == null || relative == null
                ? new Tolerance.Calibrated()
                : new Tolerance.AllClose(absolute, relative);
    }

    @JsonValue
    Object json() {
        if (absolute == null || relative == null) {
            return "calibrated";
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("absolute", absolute);
        json.put("relative", relative);
        return json;
    }
}
