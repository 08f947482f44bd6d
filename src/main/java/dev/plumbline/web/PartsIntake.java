package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A multipart body (RFC 2046, 5.1; RFC 7578), taken apart as it comes: every part, with a file name or without, goes to a
 * spool of its own. What stands before the first delimiter and after the last one is dropped.
 */
final class PartsIntake implements Intake {

    private static final String REQUEST = "request";
    private static final int IN_MEMORY = 16 << 10;
    private static final int MOST_PARTS = 512;
    private static final int MOST_HEADERS = 8 << 10;
    private static final int MOST_PADDING = 256;
    private static final SoughtBytes EMPTY_LINE = new SoughtBytes(new byte[] {'\r', '\n', '\r', '\n'});

    private enum Place {
        PREAMBLE,
        DELIMITER,
        HEADERS,
        CONTENT,
        EPILOGUE
    }

    private final SpoolRoom room;
    private final long mostOfRequest;
    private final SoughtBytes delimiter;
    private final List<SpooledPart> parts = new ArrayList<>();

    private Place place = Place.PREAMBLE;
    private @Nullable SpooledPart part;

    /** What has come and cannot be told yet, because it may go on. A delimiter at the very beginning lacks its line end. */
    private byte[] rest = {'\r', '\n'};

    /** @param mostOfRequest bytes of the part {@code request}, which is JSON, and read as a whole */
    PartsIntake(SpoolRoom room, String boundary, long mostOfRequest) {
        this.room = room;
        this.mostOfRequest = mostOfRequest;
        this.delimiter = new SoughtBytes(("\r\n--" + boundary).getBytes(StandardCharsets.UTF_8));
    }

    List<SpooledPart> parts() {
        return parts;
    }

    @Override
    public List<Spool> spools() {
        return parts.stream().map(SpooledPart::spool).toList();
    }

    @Override
    public void take(byte[] bytes, int count) throws IOException {
        byte[] window = Arrays.copyOf(rest, rest.length + count);
        System.arraycopy(bytes, 0, window, rest.length, count);
        int from = 0;
        Place before;
        int at;
        do {
            before = place;
            at = from;
            from = step(window, from);
        } while (from > at || place != before);
        rest = Arrays.copyOfRange(window, from, window.length);
    }

    /** Goes on behind {@code from} and says how far it came; no further where more must come first. */
    private int step(byte[] window, int from) throws IOException {
        return switch (place) {
            case PREAMBLE, CONTENT -> content(window, from);
            case DELIMITER -> delimiter(window, from);
            case HEADERS -> headers(window, from);
            case EPILOGUE -> window.length;
        };
    }

    private int content(byte[] window, int from) throws IOException {
        int found = delimiter.in(window, from);
        int end = found < 0 ? Math.max(from, window.length - delimiter.length() + 1) : found;
        if (part != null) {
            requireFew(part, end - from);
            part.spool().write(window, from, end - from);
        }
        if (found < 0) {
            return end;
        }
        if (part != null) {
            part.spool().finish();
            part = null;
        }
        place = Place.DELIMITER;
        return found + delimiter.length();
    }

    private void requireFew(SpooledPart open, int more) {
        if (open.getName().equals(REQUEST) && open.spool().size() + more > mostOfRequest) {
            throw Problem.limit(
                    REQUEST,
                    "the JSON of a multipart body is too large",
                    "more than " + mostOfRequest + " bytes",
                    "at most " + mostOfRequest + " bytes (plumbline.limits.body-bytes); tensors may come in files");
        }
    }

    /** Behind a delimiter comes the end of its line, or two dashes where it is the last one. */
    private int delimiter(byte[] window, int from) {
        int at = from;
        while (at < window.length && (window[at] == ' ' || window[at] == '\t')) {
            at++;
        }
        if (at - from > MOST_PADDING) {
            throw broken("a line without end behind a boundary");
        }
        if (window.length - at < 2) {
            return from;
        }
        if (window[at] == '-' && window[at + 1] == '-') {
            place = Place.EPILOGUE;
        } else if (window[at] == '\r' && window[at + 1] == '\n') {
            place = Place.HEADERS;
            // The line end may be half of an empty line already.
            return at;
        } else {
            throw broken("something else behind the boundary of part " + (parts.size() + 1));
        }
        return at + 2;
    }

    private int headers(byte[] window, int from) {
        int end = EMPTY_LINE.in(window, from);
        if (end < 0 ? window.length - from > MOST_HEADERS : end - from > MOST_HEADERS) {
            throw Problem.limit(
                    "",
                    "the headers of a part are too long",
                    "more than " + MOST_HEADERS + " bytes in part " + (parts.size() + 1),
                    "at most " + MOST_HEADERS + " bytes");
        }
        if (end < 0) {
            return from;
        }
        if (parts.size() == MOST_PARTS) {
            throw Problem.limit("", "too many parts", "more than " + MOST_PARTS, "at most " + MOST_PARTS);
        }
        String text = new String(window, from, end - from, StandardCharsets.UTF_8);
        part = new SpooledPart(PartHeaders.read(text, parts.size() + 1), new Spool(room, IN_MEMORY));
        parts.add(part);
        place = Place.CONTENT;
        return end + EMPTY_LINE.length();
    }

    @Override
    public void finish() {
        if (place != Place.EPILOGUE) {
            throw broken(parts.isEmpty() ? "no complete parts" : "an end in part " + parts.size());
        }
        if (parts.isEmpty()) {
            throw broken("no parts");
        }
    }

    private static Problem broken(String got) {
        return Problem.malformed(
                "",
                "the multipart body is broken",
                got,
                "multipart/form-data by RFC 7578: parts between lines of the boundary, the last one with two more dashes");
    }
}
