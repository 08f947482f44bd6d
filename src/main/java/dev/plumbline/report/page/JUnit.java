package dev.plumbline.report.page;

import dev.plumbline.report.figure.Markup;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A report as JUnit's XML, of the form that Surefire's and Jenkins' schemas share: a suite with its properties, a case each.
 *
 * @param name of the suite
 * @param seconds that all of it took
 * @param properties whatever else is to be said
 */
public record JUnit(String name, double seconds, Map<String, String> properties, List<Case> cases) {

    /** Characters of a name or a message that are told. */
    private static final int MOST = 1_000;

    /** What came of a case. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** Nothing could be said. */
        SKIPPED
    }

    /**
     * @param className what tools group cases by
     * @param message in one line
     * @param text all there is to say
     */
    public record Case(String name, String className, Outcome outcome, String type, String message, String text) {}

    /** The document, in UTF-8. */
    public byte[] bytes() {
        StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"");
        out.append(attribute(name)).append("\" time=\"").append(seconds(seconds));
        out.append("\" tests=\"").append(cases.size()).append("\" errors=\"0\" skipped=\"");
        out.append(count(Outcome.SKIPPED)).append("\" failures=\"").append(count(Outcome.FAILED));
        out.append("\">\n<properties>\n");
        properties.forEach((key, value) -> out.append("<property name=\"")
                .append(attribute(key))
                .append("\" value=\"")
                .append(attribute(value))
                .append("\"/>\n"));
        out.append("</properties>\n");
        cases.forEach(one -> append(out, one));
        return out.append("</testsuite>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private long count(Outcome outcome) {
        return cases.stream().filter(one -> one.outcome() == outcome).count();
    }

    private static void append(StringBuilder out, Case one) {
        out.append("<testcase name=\"").append(attribute(one.name()));
        out.append("\" classname=\"").append(attribute(one.className())).append("\" time=\"0\"");
        switch (one.outcome()) {
            case PASSED -> out.append("/>\n");
            case FAILED ->
                out.append("><failure message=\"")
                        .append(attribute(one.message()))
                        .append("\" type=\"")
                        .append(attribute(one.type()))
                        .append("\">")
                        .append(Markup.escaped(Markup.shortened(one.text(), 20 * MOST)))
                        .append("</failure></testcase>\n");
            case SKIPPED ->
                out.append("><skipped message=\"")
                        .append(attribute(one.message()))
                        .append("\"/></testcase>\n");
        }
    }

    /** A line break in an attribute would be read as a space, so it is one. */
    private static String attribute(String text) {
        return Markup.escaped(Markup.shortened(text, MOST).replaceAll("[\\t\\n\\r]", " "));
    }

    /** With three digits, as Surefire's schema has it. */
    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.3f", Math.max(0, Math.min(seconds, 999_999_999)));
    }
}
