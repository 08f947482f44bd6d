package dev.plumbline.check;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.plumbline.compute.explanation.Budget;
import dev.plumbline.problem.Problem;

/**
 * Whether and how long it is searched where a wrong gradient comes from: {@code false}, or the seconds it may take.
 *
 * @param seconds 0 for not at all
 */
record ExplainSetting(double seconds) {

    static final ExplainSetting DEFAULT = new ExplainSetting(Budget.SECONDS);

    private static final double LONGEST = 600;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static ExplainSetting of(Object json) {
        if (json instanceof Boolean wanted) {
            return wanted ? DEFAULT : new ExplainSetting(0);
        }
        if (json instanceof Number seconds && seconds.doubleValue() >= 0 && seconds.doubleValue() <= LONGEST) {
            return new ExplainSetting(seconds.doubleValue());
        }
        throw Problem.invalid("", "this is no time to search for", json, "false, or seconds from 0 to " + LONGEST);
    }

    @JsonValue
    Object json() {
        return seconds == 0 ? Boolean.FALSE : Double.valueOf(seconds);
    }
}
