package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import java.util.Locale;
import java.util.function.DoublePredicate;

/** A number that changes a loss, and which numbers it may be. Flags are 0 or 1. */
public enum LossSetting {
    /** Where huber turns from quadratic to linear. */
    DELTA("above 0", value -> value > 0),
    /** Where smoothL1 turns from quadratic to linear; 0 is mae. */
    BETA("from 0", value -> value >= 0),
    /** The share of every target that all classes share. */
    LABEL_SMOOTHING("from 0 to 1", value -> value >= 0 && value <= 1),
    /** A class that does not count. */
    IGNORE_INDEX("a whole number", LossSetting::isWhole),
    /** What keeps a logarithm, a division or a root from 0. */
    EPSILON("above 0", value -> value > 0),
    MARGIN("a finite number", value -> true),
    /** Of the norm, or the power of a margin. */
    P("from 1", value -> value >= 1),
    /** The class that stands for no label. */
    BLANK("a whole number from 0", value -> isWhole(value) && value >= 0),
    /** Whether the prediction is a logarithm. */
    LOG_INPUT("0 or 1", LossSetting::isFlag),
    /** Whether terms without the prediction count. */
    FULL("0 or 1", LossSetting::isFlag),
    /** Whether the target is a logarithm. */
    LOG_TARGET("0 or 1", LossSetting::isFlag),
    /** Whether the negative is compared with the nearer of anchor and positive. */
    SWAP("0 or 1", LossSetting::isFlag),
    /** Whether impossible targets count as 0. */
    ZERO_INFINITY("0 or 1", LossSetting::isFlag);

    private final String expected;
    private final DoublePredicate allowed;

    LossSetting(String expected, DoublePredicate allowed) {
        this.expected = expected;
        this.allowed = allowed;
    }

    public String wireName() {
        return camelCase(name());
    }

    void require(double value) {
        if (!Double.isFinite(value) || !allowed.test(value)) {
            throw Problem.invalid("/" + wireName(), "this setting of the loss is out of range", value, expected);
        }
    }

    private static boolean isWhole(double value) {
        return value == Math.rint(value) && Math.abs(value) <= 1 << 30;
    }

    private static boolean isFlag(double value) {
        return value == 0 || value == 1;
    }

    static String camelCase(String constant) {
        StringBuilder name = new StringBuilder();
        for (String word : constant.toLowerCase(Locale.ROOT).split("_", -1)) {
            name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }
}
