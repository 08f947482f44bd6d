package dev.plumbline.compute.optimizer;

import dev.plumbline.problem.Problem;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Hyper-parameters by name, as they stand in JSON: numbers, booleans, conventions in camelCase ({@code "epsilonHat"}).
 * Weight decay is a number, of the kind the optimizer's name promises (adamw and what came after it decoupled, the rest l2), or {@code
 * {"kind": "decoupled", "rate": 0.01}}. The names are those of the records' components: there is no second list of them.
 */
public final class HyperParameters {

    /** Every optimizer's, and no record's component: see {@link Ascent}. */
    public static final String MAXIMIZE = "maximize";

    private HyperParameters() {}

    /** Every hyper-parameter of the optimizer, resolved, its kind in front. */
    public static Map<String, Object> of(Optimizer optimizer) {
        if (optimizer instanceof Ascent ascent) {
            Map<String, Object> values = of(ascent.descent());
            values.put(MAXIMIZE, true);
            return values;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("kind", optimizer.kind().toString());
        for (RecordComponent component : optimizer.getClass().getRecordComponents()) {
            values.put(component.getName(), toJson(read(component, optimizer)));
        }
        return values;
    }

    /** The same optimizer with some hyper-parameters replaced; a problem where there is none of that name. */
    public static Optimizer with(Optimizer optimizer, Map<String, ?> replacements) {
        Optimizer descent = optimizer instanceof Ascent ascent ? ascent.descent() : optimizer;
        Map<String, Object> others = new LinkedHashMap<>(replacements);
        Object uphill = others.containsKey(MAXIMIZE) ? others.remove(MAXIMIZE) : optimizer.maximizes();
        if (!(uphill instanceof Boolean maximizes)) {
            throw Problem.invalid("/" + MAXIMIZE, "not of the right type", uphill, "true or false");
        }
        Optimizer made = made(descent, others);
        return maximizes ? new Ascent(made) : made;
    }

    private static Optimizer made(Optimizer optimizer, Map<String, ?> replacements) {
        RecordComponent[] components = optimizer.getClass().getRecordComponents();
        List<String> names =
                Arrays.stream(components).map(RecordComponent::getName).toList();
        for (String name : replacements.keySet()) {
            if (!names.contains(name)) {
                throw Problem.invalid(
                        "/" + name, optimizer.kind() + " has no such hyper-parameter", name, String.join(", ", names));
            }
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            Object replacement = replacements.get(names.get(i));
            values[i] = replacement == null
                    ? read(components[i], optimizer)
                    : fromJson(components[i], replacement, optimizer);
        }
        return construct(optimizer, components, values);
    }

    /**
     * What a scheduler cycles: beta1 where the optimizer has betas, else momentum; nothing where it has neither, and of
     * nadam, whose step hangs on the product of all momenta that went before.
     */
    public static Optional<String> cycled(Optimizer optimizer) {
        Map<String, Object> known = of(optimizer);
        if (optimizer.kind() == Kind.NADAM) {
            return Optional.empty();
        }
        if (known.get("momentum") instanceof Double) {
            return Optional.of("momentum"); // Muon's betas are its vectors' alone
        }
        return known.containsKey("beta1") ? Optional.of("beta1") : Optional.empty();
    }

    /** Refuses an optimizer of which no momentum can be cycled. */
    public static void requireMomentum(Optimizer optimizer, String pointer) {
        if (cycled(optimizer).isEmpty()) {
            throw Problem.unsupported(
                    pointer,
                    "this optimizer has no momentum or beta1 that could be cycled",
                    optimizer.kind(),
                    "another kind, or neither baseMomentum nor maxMomentum");
        }
    }

    /** The conventions and switches that the optimizer could have chosen and did not, by the name of the choice. */
    public static Map<String, List<?>> choices(Optimizer optimizer) {
        Map<String, List<?>> choices = new LinkedHashMap<>();
        if (optimizer instanceof Ascent ascent) {
            return choices(ascent.descent());
        }
        for (RecordComponent component : optimizer.getClass().getRecordComponents()) {
            Object chosen = read(component, optimizer);
            if (chosen instanceof Boolean on) {
                choices.put(component.getName(), List.of(!on));
            } else if (component.getType().isEnum()) {
                choices.put(
                        component.getName(),
                        Arrays.stream((Enum<?>[]) component.getType().getEnumConstants())
                                .filter(constant -> constant != chosen)
                                .map(HyperParameters::camelCase)
                                .toList());
            }
        }
        return choices;
    }

    /** As on the wire: {@code EPSILON_HAT} is {@code epsilonHat}. */
    static String camelCase(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.ROOT).split("_", -1);
        return words[0]
                + Arrays.stream(words)
                        .skip(1)
                        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                        .collect(Collectors.joining());
    }

    private static Object toJson(Object value) {
        if (value instanceof Enum<?> constant) {
            return camelCase(constant);
        }
        if (value instanceof WeightDecay decay) {
            Map<String, Object> json = new LinkedHashMap<>(); // in this order every time
            json.put("kind", camelCase(decay.kind()));
            json.put("rate", decay.rate());
            return json;
        }
        return value;
    }

    private static Object fromJson(RecordComponent component, Object value, Optimizer optimizer) {
        Class<?> type = component.getType();
        if (type.isInstance(value)) {
            return value;
        }
        if (type == double.class && value instanceof Number number) {
            return number.doubleValue();
        }
        if (type == long.class
                && value instanceof Number number
                && number.doubleValue() == Math.rint(number.doubleValue())) {
            return number.longValue();
        }
        if (type == boolean.class && value instanceof Boolean) {
            return value;
        }
        if (type.isEnum()) {
            return constant(component.getName(), type, value);
        }
        if (type == WeightDecay.class) {
            return weightDecay(value, optimizer);
        }
        String expected = type == double.class ? "a number" : type == long.class ? "a whole number" : "true or false";
        throw Problem.invalid("/" + component.getName(), "not of the right type", value, expected);
    }

    private static WeightDecay weightDecay(Object value, Optimizer optimizer) {
        if (value instanceof Number rate) {
            return optimizer.kind().decay(rate.doubleValue());
        }
        if (value instanceof Map<?, ?> parts) {
            return weightDecay(parts);
        }
        throw Problem.invalid("/weightDecay", "not a weight decay", value, "a number, or kind and rate");
    }

    private static WeightDecay weightDecay(Map<?, ?> parts) {
        for (Object name : parts.keySet()) {
            if (!name.equals("kind") && !name.equals("rate")) {
                String pointer = Problem.pointer("weightDecay", name);
                throw Problem.invalid(pointer, "weight decay has no such attribute", name, "kind and rate");
            }
        }
        Object given = parts.get("kind");
        if (given == null || !(parts.get("rate") instanceof Number rate)) {
            String pointer = given == null ? "/weightDecay/kind" : "/weightDecay/rate";
            throw Problem.invalid(pointer, "not a weight decay", parts, "a number, or kind and rate, a number");
        }
        WeightDecay.Kind kind = constant("weightDecay/kind", WeightDecay.Kind.class, given);
        if (kind == WeightDecay.Kind.NONE && rate.doubleValue() != 0) {
            throw Problem.invalid(
                    "/weightDecay/rate", "no weight decay has no rate", rate, "0, or kind l2 or decoupled");
        }
        return new WeightDecay(kind, rate.doubleValue());
    }

    private static <E> E constant(String name, Class<E> type, Object value) {
        E[] constants = type.getEnumConstants();
        return Arrays.stream(constants)
                .filter(constant -> camelCase((Enum<?>) constant).equals(value))
                .findFirst()
                .orElseThrow(() -> Problem.invalid(
                        "/" + name,
                        "no such choice",
                        value,
                        Arrays.stream(constants)
                                .map(constant -> camelCase((Enum<?>) constant))
                                .collect(Collectors.joining(", ", "one of ", ""))));
    }

    private static Object read(RecordComponent component, Optimizer optimizer) {
        try {
            return component.getAccessor().invoke(optimizer);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a public record's accessor cannot be called", e);
        }
    }

    private static Optimizer construct(Optimizer optimizer, RecordComponent[] components, Object[] values) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = optimizer.getClass().getDeclaredConstructor(types);
            return (Optimizer) constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            throw new IllegalStateException("an optimizer could not be made", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a public record's constructor cannot be called", e);
        }
    }
}
