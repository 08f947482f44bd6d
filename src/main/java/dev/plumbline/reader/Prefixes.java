package dev.plumbline.reader;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What stands in front of names: wrappers such as DataParallel's {@code module}, and the modules that were exported. */
public final class Prefixes {

    private static final Set<String> WRAPPERS =
            Set.of("module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module");

    private Prefixes() {}

    /** The name without the wrappers in it. */
    public static String bare(String name) {
        List<String> steps = Stream.of(name.split("\\.", -1))
                .filter(step -> !WRAPPERS.contains(step))
                .toList();
        return steps.isEmpty() ? name : String.join(".", steps);
    }

    /** Everything in front of the last part; empty where there is one part only. */
    public static String module(String name) {
        int end = name.lastIndexOf('.');
        return end < 0 ? "" : name.substring(0, end);
    }

    /**
     * What must be put in front of the given name for the file's ({@code +net.}), or taken away ({@code -net.}); null where
     * neither does.
     */
    public static @Nullable String between(String given, String file) {
        if (given.equals(file)) {
            return "+";
        }
        if (file.endsWith("." + given)) {
            return "+" + file.substring(0, file.length() - given.length());
        }
        return given.endsWith("." + file) ? "-" + given.substring(0, given.length() - file.length()) : null;
    }

    /** The module of the file that a module of the pipeline is, by a prefix that {@link #between} found. */
    public static String applied(String prefix, String module) {
        String change = prefix.substring(1);
        if (prefix.startsWith("+")) {
            String joined = change + module;
            return joined.endsWith(".") ? joined.substring(0, joined.length() - 1) : joined;
        }
        return (module + ".").startsWith(change)
                ? module.substring(Math.min(module.length(), change.length()))
                : module;
    }

    /** Whether one module is the other seen from further in. */
    public static boolean isWithin(String one, String other) {
        return !one.isEmpty() && !other.isEmpty() && (one.endsWith("." + other) || other.endsWith("." + one));
    }

    public static String words(List<String> names) {
        return names.stream().distinct().limit(5).collect(Collectors.joining(" and "));
    }
}
