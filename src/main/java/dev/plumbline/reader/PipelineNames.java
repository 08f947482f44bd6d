package dev.plumbline.reader;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Naming.How;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a pipeline calls the parameters of a model that has names of its own: equal names, or names that differ by what
 * stands in front, one prefix for all. The program uses the pipeline's.
 *
 * @param called the program's name of a parameter, by the model's
 * @param own what the model knows of the request
 */
record PipelineNames(Map<String, String> called, Names names, Asked own) {

    static PipelineNames of(Model model, Asked asked) {
        Set<String> own = model.parameterNames(asked);
        if (own.isEmpty()) {
            return new PipelineNames(Map.of(), model.names(asked), asked);
        }
        Map<String, String> claims = meanings("gradients", asked.claims().keySet(), own);
        Map<String, String> parameters =
                meanings("parameters", asked.parameters().keySet(), own);
        Map<String, String> called = new LinkedHashMap<>();
        parameters.forEach((name, meant) -> called.put(meant, name));
        claims.forEach((name, meant) -> called.put(meant, name));
        Set<String> left = left(asked, own, parameters);
        return isOwn(claims) && isOwn(parameters) && left.isEmpty()
                ? new PipelineNames(called, model.names(asked), asked)
                : new PipelineNames(
                        called, names(called, claims, parameters, left), asked.with(own(asked, parameters)));
    }

    /** Given values that mean no parameter of the model, where each of those is given one. */
    private static Set<String> left(Asked asked, Set<String> own, Map<String, String> parameters) {
        Set<String> left = new LinkedHashSet<>(asked.parameters().keySet());
        left.removeAll(parameters.keySet());
        left.removeAll(asked.claims().keySet());
        return !own.isEmpty() && parameters.values().containsAll(own) ? left : Set.of();
    }

    private static boolean isOwn(Map<String, String> meanings) {
        return meanings.entrySet().stream().allMatch(each -> each.getKey().equals(each.getValue()));
    }

    /** The parameter of the model that each name stands for; names that stand for none are left out. */
    private static Map<String, String> meanings(String place, Set<String> given, Set<String> own) {
        List<String> others = given.stream().filter(name -> !own.contains(name)).toList();
        Map<String, String> meanings = new LinkedHashMap<>();
        given.stream().filter(own::contains).forEach(name -> meanings.put(name, name));
        OnePrefix prefix = OnePrefix.between(others, own, (name, meant) -> !given.contains(meant));
        Map<String, String> meant = new LinkedHashMap<>();
        prefix.meanings().forEach((name, these) -> {
            String other = meant.put(these.get(0), name);
            if (these.size() > 1 || other != null) {
                throw Problem.invalid(
                        Problem.pointer(place, name),
                        other == null
                                ? "several parameters of the model could be this one: " + Prefixes.words(these)
                                : "two names here mean one parameter",
                        other == null ? name : other + " and " + name,
                        other == null ? "the model's own name" : "one of them for " + these.get(0));
            }
            meanings.put(name, these.get(0));
        });
        return meanings;
    }

    private static Names names(
            Map<String, String> called, Map<String, String> claims, Map<String, String> parameters, Set<String> left) {
        Map<String, String> given = new LinkedHashMap<>(parameters);
        given.putAll(claims);
        List<Naming> namings = new ArrayList<>();
        Map<String, String> renamed = new LinkedHashMap<>();
        given.forEach((name, meant) -> {
            namings.add(new Naming(name, meant, name.equals(meant) ? How.SAME : How.PREFIX));
            String program = called.getOrDefault(meant, meant);
            if (!program.equals(name)) {
                renamed.put(name, program);
            }
        });
        return new Names(namings, renamed, Set.of(), List.of(), Map.of(), left);
    }

    private static Map<String, Shape> own(Asked asked, Map<String, String> parameters) {
        Map<String, Shape> own = new LinkedHashMap<>();
        asked.parameters().forEach((name, shape) -> own.put(parameters.getOrDefault(name, name), shape));
        return own;
    }
}
