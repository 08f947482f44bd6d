package dev.plumbline.reader.formula;

import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.formula.Expression.Call;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** All functions of the language by name; the tables are {@link ElementFunctions} and those listed below it. */
final class Functions {

    private static final Map<String, Function> BY_NAME = byName();

    private Functions() {}

    private static Map<String, Function> byName() {
        Map<String, Function> byName = new LinkedHashMap<>();
        Stream.of(ElementFunctions.ALL, AxisFunctions.ALL, ShapeFunctions.ALL, LayerFunctions.ALL, LossFunctions.ALL)
                .flatMap(List::stream)
                .forEach(function -> byName.put(function.name(), function));
        return byName;
    }

    static Set<String> names() {
        return BY_NAME.keySet();
    }

    static boolean isFunction(String name) {
        return BY_NAME.containsKey(name);
    }

    /** How a function is called: {@code softmax(x, axis=-1)}. */
    static String usage(String name) {
        return Objects.requireNonNull(BY_NAME.get(name)).signature().usage();
    }

    static Function named(Call call) {
        Function function = BY_NAME.get(call.function());
        if (function == null) {
            throw Fault.invalid(
                    call.place(),
                    "no function has this name" + Spelling.hint(call.function(), names()),
                    call.function().length() <= 64
                            ? call.function()
                            : call.function().substring(0, 64) + "...",
                    "one of " + String.join(", ", names()) + "; multiplication is written with *");
        }
        return function;
    }
}
