package dev.plumbline.reader.onnx;

import dev.plumbline.reader.onnx.Slot.Use;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The slots of a graph, by name: every float initializer that can be learned, and its other names. */
record Slots(Map<String, Slot> byName) {

    static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

    static Slots of(OnnxGraph graph, Roles roles) {
        Map<String, List<Use>> uses = new HashMap<>();
        Map<String, Integer> layers = new HashMap<>();
        for (OnnxNode node : graph.nodes()) {
            String module = new Use(node, 0, 0).module();
            int layer = RECURRENT.contains(node.operator()) ? layers.merge(module, 1, Integer::sum) - 1 : 0;
            for (int i = 0; i < node.inputs().size(); i++) {
                uses.computeIfAbsent(node.inputs().get(i), key -> new ArrayList<>())
                        .add(new Use(node, i, layer));
            }
        }
        Map<String, Slot> slots = new LinkedHashMap<>();
        graph.initializers().forEach((name, tensor) -> {
            if (roles.canBeLearned(name)) {
                slots.put(name, new Slot(name, name, tensor, uses.getOrDefault(name, List.of())));
            }
        });
        roles.aliases().forEach((name, origin) -> {
            Slot first = slots.get(origin);
            if (first != null) {
                slots.put(name, new Slot(name, origin, first.value(), uses.getOrDefault(name, List.of())));
            }
        });
        return new Slots(slots);
    }

    @Nullable
    Slot find(String name) {
        return byName.get(name);
    }

    Iterable<Slot> all() {
        return byName.values();
    }

    /** The other names of a slot's initializer that anything reads. */
    List<Slot> sharing(Slot slot) {
        return byName.values().stream()
                .filter(other -> other != slot && other.origin().equals(slot.origin()))
                .filter(other -> !other.uses().isEmpty())
                .toList();
    }
}
