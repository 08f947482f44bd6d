package dev.plumbline.reader.onnx;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Every operator of {@code ai.onnx} with the opsets in which it came or changed: the ONNX project's own list, the file
 * {@code history.txt}.
 */
final class OperatorHistory {

    private static final Map<String, NavigableSet<Integer>> VERSIONS = read();

    private OperatorHistory() {}

    static Set<String> names() {
        return Collections.unmodifiableSet(VERSIONS.keySet());
    }

    /** Whether ONNX has an operator of this name in any opset. */
    static boolean knows(String operator) {
        return VERSIONS.containsKey(operator);
    }

    /**
     * The opset in which the operator got the meaning that it has in {@code opset}. A file that uses one before it came is
     * read by its first meaning, as other readers do.
     */
    static int version(String operator, int opset) {
        NavigableSet<Integer> versions = VERSIONS.get(operator);
        if (versions == null) {
            return opset;
        }
        Integer newest = versions.floor(opset);
        return newest == null ? versions.first() : newest;
    }

    private static Map<String, NavigableSet<Integer>> read() {
        Map<String, NavigableSet<Integer>> versions = new TreeMap<>();
        try (InputStream file = Objects.requireNonNull(OperatorHistory.class.getResourceAsStream("history.txt"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            for (String line :
                    lines.lines().filter(each -> !each.startsWith("#")).collect(Collectors.toList())) {
                String[] words = line.split(" ", -1);
                NavigableSet<Integer> since = new TreeSet<>();
                for (int i = 1; i < words.length; i++) {
                    since.add(Integer.parseInt(words[i].replace("x", "")));
                }
                versions.put(words[0], since);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return versions;
    }
}
