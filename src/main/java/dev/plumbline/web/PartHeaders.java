package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;

/**
 * The headers of a part, by their names in small letters, and what its Content-Disposition says.
 *
 * @param fileName null where the part has none
 */
record PartHeaders(
        Map<String, String> all, String name, @Nullable String fileName) {

    private static final String DISPOSITION = HttpHeaders.CONTENT_DISPOSITION.toLowerCase(Locale.ROOT);

    /** @param number of the part, the first being 1 */
    static PartHeaders read(String text, int number) {
        Map<String, String> all = new LinkedHashMap<>();
        // A line that begins with a blank goes on with the one before it.
        for (String line : text.replaceAll("\r\n[ \t]+", " ").split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                all.put(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            } else if (!line.isBlank()) {
                throw broken(number, line);
            }
        }
        String disposition = all.getOrDefault(DISPOSITION, "");
        if (disposition.chars().anyMatch(Character::isISOControl)) {
            throw broken(number, disposition);
        }
        try {
            ContentDisposition read = ContentDisposition.parse(disposition);
            String name = read.getName();
            if (read.isFormData() && name != null) {
                return new PartHeaders(all, name, read.getFilename());
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException unreadable) {
            // Spring's parser stumbles over a lone quote. Either way:
        }
        throw broken(number, disposition);
    }

    private static Problem broken(int number, String got) {
        return Problem.malformed(
                "",
                "the headers of part " + number + " are broken",
                got.isEmpty() ? "no Content-Disposition" : shown(got),
                "Content-Disposition: form-data; name=\"...\"; filename=\"...\", without control characters");
    }

    private static String shown(String got) {
        String printable = got.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 200 ? printable.substring(0, 200) + "..." : printable;
    }

    @Nullable
    String get(String header) {
        return all.get(header.toLowerCase(Locale.ROOT));
    }
}
