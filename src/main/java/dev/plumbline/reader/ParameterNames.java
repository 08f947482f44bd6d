package dev.plumbline.reader;

import dev.plumbline.problem.Problem;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Names of parameters wherever a request has them beside its claims: a parameter's own; the file's, where the parameter has
 * the pipeline's; or either behind another prefix, one for all. What is none of these stays as it is, for whoever reads it
 * to refuse.
 *
 * @param parameters of the program
 * @param names how those of the request were understood
 */
public record ParameterNames(Set<String> parameters, Names names) {

    /** Names that are all the parameters' own. */
    public static ParameterNames of(Set<String> parameters) {
        return new ParameterNames(parameters, Names.OWN);
    }

    /** Patterns stay as they are. */
    public List<String> of(List<String> patterns) {
        Map<String, String> own = meanings(
                patterns.stream().filter(pattern -> !pattern.contains("*")).toList());
        return patterns.stream()
                .map(pattern -> own.getOrDefault(pattern, pattern))
                .toList();
    }

    /** @param place of the map in the request */
    public <T> Map<String, T> of(Map<String, T> byName, String place) {
        Map<String, String> meanings = meanings(byName.keySet());
        Map<String, T> own = new LinkedHashMap<>();
        byName.forEach((name, value) -> {
            String meant = meanings.getOrDefault(name, name);
            if (own.containsKey(meant)) {
                throw Problem.invalid(
                        place + Problem.pointer(name), "two names here mean one parameter", meant, "one of them");
            }
            own.put(meant, value);
        });
        return own;
    }

    private Map<String, String> meanings(Collection<String> given) {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (String name : given) {
            List<String> ofFile = names.namings().stream()
                    .filter(naming ->
                            naming.file().equals(name) || naming.given().equals(name))
                    .map(naming -> names.renamed().getOrDefault(naming.given(), naming.given()))
                    .filter(parameters::contains)
                    .distinct()
                    .toList();
            if (parameters.contains(name)) {
                meanings.put(name, name);
            } else if (ofFile.size() == 1) {
                meanings.put(name, ofFile.get(0));
            }
        }
        List<String> others =
                given.stream().filter(name -> !meanings.containsKey(name)).toList();
        OnePrefix.between(others, parameters, (name, own) -> !meanings.containsValue(own))
                .meanings()
                .forEach((name, these) -> {
                    if (these.size() == 1) {
                        meanings.put(name, these.get(0));
                    }
                });
        return meanings;
    }
}
