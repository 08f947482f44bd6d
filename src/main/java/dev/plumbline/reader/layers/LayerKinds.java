package dev.plumbline.reader.layers;

import dev.plumbline.problem.Problem;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The kinds of layers by their {@code type}. An activation may stand under its own name, too. */
final class LayerKinds {

    private static final Map<String, Function<Attributes, Layer>> KINDS = new TreeMap<>(Map.ofEntries(
            Map.entry("dense", Dense::of),
            Map.entry("conv1d", attributes -> Convolution.of(attributes, 1)),
            Map.entry("conv2d", attributes -> Convolution.of(attributes, 2)),
            Map.entry("maxPool1d", attributes -> Pool.of(attributes, 1, true)),
            Map.entry("maxPool2d", attributes -> Pool.of(attributes, 2, true)),
            Map.entry("avgPool1d", attributes -> Pool.of(attributes, 1, false)),
            Map.entry("avgPool2d", attributes -> Pool.of(attributes, 2, false)),
            Map.entry("flatten", attributes -> Reshaping.FLATTEN),
            Map.entry("reshape", Reshaping::of),
            Map.entry("dropout", Dropout::of),
            Map.entry("batchNorm", BatchNorm::of),
            Map.entry("layerNorm", LayerNorm::of),
            Map.entry("embedding", Embedding::of),
            Map.entry(
                    "activation",
                    attributes -> Activation.of(attributes.choice("kind", Activation.Kind.class, null), attributes))));

    static {
        for (Activation.Kind kind : Activation.Kind.values()) {
            KINDS.put(Attributes.camelCase(kind), attributes -> Activation.of(kind, attributes));
        }
    }

    private LayerKinds() {}

    static Layer read(String type, Attributes attributes) {
        Function<Attributes, Layer> kind = KINDS.get(type);
        if (kind == null) {
            throw Problem.unsupported(
                    attributes.pointer("type"), "no such layer", type, "one of " + String.join(", ", KINDS.keySet()));
        }
        Layer layer = kind.apply(attributes);
        attributes.requireAllKnown();
        return layer;
    }
}
