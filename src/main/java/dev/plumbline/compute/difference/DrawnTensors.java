package dev.plumbline.compute.difference;

import dev.plumbline.tensor.Tensor;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tensors by name, each drawn anew whenever it is looked at, and always the same: a direction over all parameters is as large
 * as the model, and a dozen of them need not be there at once. Bad for whoever looks at single entries in turn.
 */
public final class DrawnTensors extends AbstractMap<String, Tensor> {

    private final Set<String> names;
    private final Function<String, Tensor> draw;

    DrawnTensors(Set<String> names, Function<String, Tensor> draw) {
        this.names = new LinkedHashSet<>(names);
        this.draw = draw;
    }

    /** These tensors, each changed as it is looked at. */
    public static DrawnTensors changed(Map<String, Tensor> tensors, BiFunction<String, Tensor, Tensor> change) {
        return new DrawnTensors(tensors.keySet(), name -> change.apply(name, tensors.get(name)));
    }

    @Override
    public @Nullable Tensor get(@Nullable Object name) {
        return name instanceof String own && names.contains(own) ? draw.apply(own) : null;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return names.contains(name);
    }

    @Override
    public Set<String> keySet() {
        return names;
    }

    @Override
    public Set<Map.Entry<String, Tensor>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, Tensor>> iterator() {
                Iterator<String> each = names.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return each.hasNext();
                    }

                    @Override
                    public Map.Entry<String, Tensor> next() {
                        String name = each.next();
                        return Map.entry(name, draw.apply(name));
                    }
                };
            }

            @Override
            public int size() {
                return names.size();
            }
        };
    }
}
