package dev.plumbline.reader.layers;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which parameters a layer shares with an earlier one: {@code {"weight": "embedding.weight"}}, or all of a layer's, {@code
 * "encoder"}. A shared parameter has one gradient, the sum over its uses, under the name of the first.
 *
 * @param layer whose parameters are all shared; null where they are named one by one
 * @param parameters full names by the layer's own
 * @param pointer to the attribute
 */
record Ties(@Nullable String layer, Map<String, String> parameters, String pointer) {

    static Ties of(Attributes attributes) {
        if (!attributes.has("tied")) {
            return new Ties(null, Map.of(), attributes.pointer("tied"));
        }
        if (attributes.isText("tied")) {
            return new Ties(attributes.text("tied"), Map.of(), attributes.pointer("tied"));
        }
        return new Ties(null, attributes.names("tied"), attributes.pointer("tied"));
    }

    /** The full name of the earlier parameter that stands for one of the layer's own; null where none does. */
    @Nullable
    String shared(String kind) {
        return layer != null ? layer + "." + kind : parameters.get(kind);
    }

    Ties within(String part) {
        Map<String, String> inside = new LinkedHashMap<>();
        parameters.forEach((own, full) -> {
            if (own.startsWith(part + ".")) {
                inside.put(own.substring(part.length() + 1), full);
            }
        });
        return new Ties(layer == null ? null : layer + "." + part, inside, pointer);
    }
}
