package dev.plumbline.check;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Names;
import dev.plumbline.reader.Naming;
import dev.plumbline.reader.Prefixes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Names in settings: a parameter's own; the file's, where the parameter has the pipeline's; or either behind another prefix.
 * What is none of these stays as it is, for whoever reads it to refuse.
 *
 * @param parameters of the program
 * @param names how those of the request were understood
 */
record SettingNames(Set<String> parameters, Names names) {

    String of(String name) {
        if (parameters.contains(name)) {
            return name;
        }
        List<String> named = names.namings().stream()
                .filter(naming -> naming.file().equals(name) && parameters.contains(naming.given()))
                .map(Naming::given)
                .distinct()
                .toList();
        List<String> found = named.isEmpty() ? behindPrefixes(name) : named;
        return found.size() == 1 ? found.get(0) : name;
    }

    private List<String> behindPrefixes(String name) {
        return parameters.stream()
                .filter(parameter -> Prefixes.between(Prefixes.bare(name), Prefixes.bare(parameter)) != null)
                .toList();
    }

    /** Patterns stay as they are. */
    List<String> of(List<String> patterns) {
        return patterns.stream()
                .map(pattern -> pattern.contains("*") ? pattern : of(pattern))
                .toList();
    }

    /** @param place of the map in the request */
    <T> Map<String, T> of(Map<String, T> byName, String place) {
        Map<String, T> own = new LinkedHashMap<>();
        byName.forEach((name, value) -> {
            if (own.put(of(name), value) != null) {
                throw Problem.invalid(
                        place + Problem.pointer(name), "two names here mean one parameter", of(name), "one of them");
            }
        });
        return own;
    }
}
