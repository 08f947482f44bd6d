package dev.plumbline.optimize.session;

import dev.plumbline.problem.Problem;
import java.util.Arrays;

/**
 * Which moment of a session somebody has seen, as an ETag: {@code "3"} after three steps, and {@code "3.1"} after three
 * steps since the first reset, so that no tag ever comes again for other parameters.
 *
 * @param step steps taken since the beginning, or since the last reset
 * @param resets so far
 */
record SessionTag(long step, long resets) {

    String etag() {
        return "\"" + step + (resets == 0 ? "" : "." + resets) + "\"";
    }

    /** Refuses a caller who does not say, or does not know, which step the session is at. */
    void require(String ifMatch) {
        if (ifMatch.isEmpty()) {
            throw new Problem(
                    Problem.Code.PRECONDITION_MISSING,
                    "",
                    "say in If-Match which step the session is at, so that a retry is not applied twice",
                    "no If-Match",
                    "If-Match: " + etag());
        }
        if (!matches(ifMatch)) {
            throw stale(ifMatch, etag());
        }
    }

    /** The strong comparison of RFC 9110, 13.1.1: any of a list, or {@code *} for whatever there is. */
    private boolean matches(String ifMatch) {
        return Arrays.stream(ifMatch.split(",", -1))
                .map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.equals(etag()));
    }

    static Problem stale(String ifMatch, String expected) {
        return new Problem(Problem.Code.STALE, "", "the session is at another step", "If-Match: " + ifMatch, expected);
    }
}
