package dev.plumbline.reader.formula;

import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.formula.Expression.Argument;
import dev.plumbline.reader.formula.Expression.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a function is called, written as messages show it: {@code softmax(x, axis=-1)}. A parameter is {@code x},
 * required; {@code axis?}, optional; {@code slope=0.01} or {@code reduction='mean'}, with a default; {@code [parts]}, a
 * list; those after {@code *} are given by name only.
 */
record Signature(String usage, String name, List<Parameter> parameters) {

    record Parameter(
            String name, boolean required, @Nullable String text, boolean isList, boolean keywordOnly) {

        /** Whether the argument is a word in quotes. */
        boolean isText() {
            return text != null && text.startsWith("'");
        }

        static Parameter of(String written, boolean keywordOnly) {
            int equals = written.indexOf('=');
            String name = equals < 0 ? written : written.substring(0, equals);
            String standard = equals < 0 ? null : written.substring(equals + 1);
            boolean required = standard == null && !name.endsWith("?");
            return new Parameter(
                    name.replaceAll("[?\\[\\]]", ""), required, standard, name.startsWith("["), keywordOnly);
        }
    }

    static Signature of(String usage) {
        int open = usage.indexOf('(');
        List<Parameter> parameters = new ArrayList<>();
        boolean keywordOnly = false;
        for (String written : usage.substring(open + 1, usage.length() - 1).split(", ", -1)) {
            if (written.equals("*")) {
                keywordOnly = true;
            } else {
                parameters.add(Parameter.of(written, keywordOnly));
            }
        }
        return new Signature(usage, usage.substring(0, open), List.copyOf(parameters));
    }

    /** Which argument belongs to which parameter. */
    Map<Parameter, Argument> bind(Call call) {
        Map<Parameter, Argument> bound = new LinkedHashMap<>();
        boolean keywords = false;
        for (Argument argument : call.arguments()) {
            String keyword = argument.keyword();
            if (keyword == null && keywords) {
                throw Fault.malformed(
                        argument.place(), "an argument without a name follows one with a name", null, usage);
            }
            keywords |= keyword != null;
            Parameter parameter = keyword == null ? positional(argument, bound.size()) : named(argument, keyword);
            if (bound.put(parameter, argument) != null) {
                throw Fault.invalid(argument.place(), "this argument is given twice", parameter.name(), usage);
            }
        }
        for (Parameter parameter : parameters) {
            if (parameter.required() && !bound.containsKey(parameter)) {
                throw Fault.invalid(
                        call.place(),
                        name + " needs an argument " + parameter.name(),
                        call.arguments().size() + " arguments",
                        usage);
            }
        }
        return bound;
    }

    private Parameter positional(Argument argument, int position) {
        if (position >= parameters.size() || parameters.get(position).keywordOnly()) {
            throw Fault.invalid(
                    argument.place(), name + " has too many arguments", "argument " + (position + 1), usage);
        }
        return parameters.get(position);
    }

    private Parameter named(Argument argument, String keyword) {
        List<String> names = parameters.stream().map(Parameter::name).toList();
        if (!names.contains(keyword)) {
            throw Fault.invalid(
                    argument.place(), name + " has no such argument" + Spelling.hint(keyword, names), keyword, usage);
        }
        return parameters.get(names.indexOf(keyword));
    }
}
