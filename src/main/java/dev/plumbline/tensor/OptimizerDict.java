package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Pickled.Tuple;
import dev.plumbline.tensor.Pickled.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's {@code optimizer.state_dict()} in a file of {@code torch.save}: what is kept of each parameter, by its position, and
 * the groups with their hyper-parameters and the positions of their parameters ({@code params}).
 *
 * @param state position, then name, to tensor; a number that is kept is a scalar, what is None is left out
 * @param groups texts, numbers, booleans and short lists of numbers; what is anything else is left out
 */
public record OptimizerDict(Map<String, Map<String, TensorSource>> state, List<Map<String, Object>> groups) {

    private static final String STATE = "state";
    private static final String GROUPS = "param_groups";
    private static final String PARAMS = "params";

    /** Of one group; PyTorch's largest has some 15. */
    private static final int MOST_HYPER_PARAMETERS = 64;

    /** Of a hyper-parameter that is a list, as betas are; no optimizer has more than three numbers in one. */
    private static final int MOST_NUMBERS = 8;

    /** Reads a tensor that a dictionary speaks of. */
    @FunctionalInterface
    interface Reader {
        TensorSource read(String pointer, View view);
    }

    /** The dictionary itself, or the only one among a checkpoint's things. */
    static Optional<Map<?, ?>> in(Map<?, ?> top) {
        if (isOne(top)) {
            return Optional.of(top);
        }
        List<Map<?, ?>> found = new ArrayList<>();
        top.values().forEach(value -> {
            if (value instanceof Map<?, ?> map && isOne(map)) {
                found.add(map);
            }
        });
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    static boolean isOne(Map<?, ?> map) {
        return map.get(STATE) instanceof Map && map.get(GROUPS) instanceof List;
    }

    /** What is in it, counted: a pickle may hold one thing in many places. */
    static OptimizerDict of(Map<?, ?> map, TensorLimits limits, Reader reader) {
        Map<?, ?> states = (Map<?, ?>) Objects.requireNonNull(map.get(STATE));
        Map<String, Map<String, TensorSource>> state = new LinkedHashMap<>();
        int[] tensors = {0};
        for (Map.Entry<?, ?> each : states.entrySet()) {
            String position = each.getKey().toString();
            TensorLimits.requireName(position);
            if (!(each.getValue() instanceof Map<?, ?> kept)) {
                throw Problem.unsupported(
                        Problem.pointer(STATE, position),
                        "this is not what an optimizer keeps of a parameter",
                        each.getValue().getClass().getSimpleName(),
                        "a dictionary of tensors and numbers");
            }
            Map<String, TensorSource> moments = new LinkedHashMap<>();
            kept.forEach((key, value) -> {
                limits.requireTensors(++tensors[0]);
                String name = key.toString();
                TensorLimits.requireName(name);
                String pointer = Problem.pointer(STATE, position, name);
                if (value instanceof View view) {
                    moments.put(name, reader.read(pointer, view));
                } else if (value instanceof Number number) {
                    moments.put(name, Tensor.scalar(number.doubleValue()));
                } else if (value != Pickled.None.NONE) {
                    throw Problem.unsupported(
                            pointer,
                            "this is not what an optimizer keeps of a parameter",
                            value.getClass().getSimpleName(),
                            "a tensor, a number or None (L-BFGS keeps lists, and is stepped in training runs)");
                }
            });
            state.put(position, moments);
        }
        return new OptimizerDict(state, groups((List<?>) Objects.requireNonNull(map.get(GROUPS)), limits));
    }

    /** A group that stands in many places is copied once; its positions count wherever it stands. */
    private static List<Map<String, Object>> groups(List<?> given, TensorLimits limits) {
        List<Map<String, Object>> groups = new ArrayList<>();
        Map<Map<?, ?>, Map<String, Object>> copies = new IdentityHashMap<>();
        int params = 0;
        limits.requireTensors(given.size());
        for (Object each : given) {
            String pointer = Problem.pointer(GROUPS, groups.size());
            if (!(each instanceof Map<?, ?> group) || group.size() > MOST_HYPER_PARAMETERS) {
                throw Problem.unsupported(
                        pointer,
                        "this is no group of parameters",
                        each instanceof Map<?, ?> large
                                ? large.size() + " keys"
                                : each.getClass().getSimpleName(),
                        "a dictionary of " + MOST_HYPER_PARAMETERS + " keys at most");
            }
            params += Math.min(items(group.get(PARAMS)).size(), limits.tensors() + 1);
            limits.requireTensors(params);
            groups.add(copies.computeIfAbsent(group, OptimizerDict::plain));
        }
        return groups;
    }

    private static Map<String, Object> plain(Map<?, ?> group) {
        Map<String, Object> plain = new LinkedHashMap<>();
        group.forEach((key, value) -> {
            boolean positions = key.equals(PARAMS);
            List<?> items = items(value);
            if (value instanceof String || value instanceof Number || value instanceof Boolean) {
                plain.put(key.toString(), value);
            } else if (!items.isEmpty()
                    && (positions || items.size() <= MOST_NUMBERS)
                    && items.stream().allMatch(item -> item instanceof Number || item instanceof String)) {
                plain.put(key.toString(), List.copyOf(items));
            }
        });
        return Collections.unmodifiableMap(plain);
    }

    private static List<?> items(@Nullable Object value) {
        return value instanceof Tuple tuple ? tuple.items() : value instanceof List<?> list ? list : List.of();
    }
}
