package dev.plumbline.jobs;

import dev.plumbline.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the header {@code Prefer} asks for (RFC 7240): {@code respond-async}, and with {@code wait=10} to be answered once
 * there is an end, but after ten seconds at the latest.
 *
 * @param seconds of {@code wait}, {@value #LONGEST} at most
 */
record Preference(boolean async, int seconds) {

    static final String HEADER = "Prefer";

    /** Longer than this, proxies hang up. */
    static final int LONGEST = 60;

    private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?(.*?)\"?\\s*(;.*)?");

    static Preference of(HttpServletRequest request) {
        boolean async = false;
        int seconds = 0;
        for (String header : Collections.list(request.getHeaders(HEADER))) {
            for (String each : Arrays.asList(header.split(","))) {
                String preference = each.strip().toLowerCase(Locale.ROOT);
                Matcher waiting = WAIT.matcher(preference);
                if (waiting.matches()) {
                    seconds = seconds(waiting.group(1));
                }
                async |= preference.replaceFirst("\\s*;.*", "").equals("respond-async");
            }
        }
        return new Preference(async, seconds);
    }

    private static int seconds(String said) {
        if (!said.matches("\\d{1,9}")) {
            throw Problem.invalid("", "the wait of Prefer is no number of seconds", said, "such as Prefer: wait=10");
        }
        return Math.min(LONGEST, Integer.parseInt(said));
    }
}
