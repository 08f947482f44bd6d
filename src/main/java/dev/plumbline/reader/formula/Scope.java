package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.formula.Expression.Statement;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What names mean: first what the formula has assigned, then parameters and data, then constants. */
final class Scope {

    private static final Map<String, Double> CONSTANTS =
            Map.of("pi", Math.PI, "e", Math.E, "true", 1.0, "True", 1.0, "false", 0.0, "False", 0.0);

    private final ProgramBuilder program;
    private final Map<String, Shape> parameters;
    private final Map<String, Shape> data;
    private final Map<String, Node> assigned = new LinkedHashMap<>();

    Scope(ProgramBuilder program, Map<String, Shape> parameters, Map<String, Shape> data) {
        this.program = program;
        this.parameters = parameters;
        this.data = data;
    }

    void assign(Statement statement, Node value) {
        String name = Objects.requireNonNull(statement.name());
        if (parameters.containsKey(name) || data.containsKey(name)) {
            throw Fault.invalid(
                    statement.place(),
                    "an assigned name must be new",
                    name + ", which is " + (parameters.containsKey(name) ? "a parameter" : "data"),
                    "another name");
        }
        assigned.put(name, value);
        program.named(name, value);
    }

    Node node(Expression.Name name) {
        String text = name.text();
        Node node = assigned.get(text);
        if (node != null) {
            return node;
        }
        Shape parameter = parameters.get(text);
        Shape given = data.get(text);
        if (parameter != null && given != null) {
            throw Fault.invalid(name.place(), "this name is both a parameter and data", text, "two different names");
        }
        if (parameter != null) {
            return program.parameter(text, parameter);
        }
        if (given != null) {
            return program.data(text, given);
        }
        Double constant = CONSTANTS.get(text);
        if (constant == null) {
            throw unknown(name);
        }
        return program.constant(constant);
    }

    private Fault unknown(Expression.Name name) {
        String text = name.text();
        if (Functions.isFunction(text)) {
            return Fault.invalid(name.place(), "this is a function and must be called", text, Functions.usage(text));
        }
        List<String> known = new ArrayList<>(assigned.keySet());
        known.addAll(parameters.keySet());
        known.addAll(data.keySet());
        String expected =
                "parameters: " + Spelling.list(parameters.keySet()) + "; data: " + Spelling.list(data.keySet())
                        + (assigned.isEmpty() ? "" : "; assigned: " + Spelling.list(assigned.keySet()))
                        + "; constants: pi, e";
        String shown = text.length() <= 64 ? text : text.substring(0, 64) + "...";
        return Fault.invalid(name.place(), "no value has this name" + Spelling.hint(text, known), shown, expected);
    }
}
