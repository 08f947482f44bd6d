package dev.plumbline.check;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Origin;
import dev.plumbline.compute.program.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What modules hand on, by the paths that {@code named_modules()} gives them. PyTorch's exporter keeps those in the names of
 * nodes: {@code /blocks.1/blocks.1.0/fc/Gemm} is of the modules {@code blocks.1}, {@code blocks.1.0} and {@code blocks.1.0.fc}.
 */
final class ModuleResults {

    /** Modules stand in each other no deeper than this, as far as names are looked at. */
    private static final int DEEPEST = 32;

    private static final int LONGEST = 1000;

    private final Map<Origin, Set<String>> modules = new HashMap<>();
    private final Map<String, Set<Node>> results = new LinkedHashMap<>();

    private ModuleResults(Program program) {
        for (Node node : program.nodes()) {
            for (Node input : node.inputs()) {
                if (input.origin() != node.origin() && !input.inputs().isEmpty()) {
                    Set<String> around = modules(node.origin());
                    for (String module : modules(input.origin())) {
                        if (!around.contains(module)) {
                            results.computeIfAbsent(module, path -> new LinkedHashSet<>())
                                    .add(input);
                        }
                    }
                }
            }
        }
    }

    /** The values that are read outside of a module, by its path: more than one if it is called twice, or has several. */
    static Map<String, Set<Node>> of(Program program) {
        return new ModuleResults(program).results;
    }

    private Set<String> modules(Origin origin) {
        return modules.computeIfAbsent(origin, each -> Set.copyOf(paths(each.name())));
    }

    /** The paths of all modules that a node of this name is of, the outermost first. */
    static List<String> paths(String name) {
        String[] steps = name.length() <= LONGEST ? name.split("/", DEEPEST + 2) : new String[0];
        List<String> paths = new ArrayList<>();
        if (steps.length < 3 || !steps[0].isEmpty() || steps.length == DEEPEST + 2) {
            return paths;
        }
        String outer = "";
        String last = "";
        for (int i = 1; i < steps.length - 1; i++) {
            // A list's member says the list's name again, as blocks.1 of blocks and blocks.1.0 of blocks.1.
            boolean isMember = !last.isEmpty() && steps[i].startsWith(last + ".");
            String path = isMember ? outer + steps[i] : outer + (last.isEmpty() ? "" : last + ".") + steps[i];
            outer = path.substring(0, path.length() - steps[i].length());
            last = steps[i];
            paths.add(path);
        }
        return paths;
    }
}
