package dev.plumbline.reader.layers;

import dev.plumbline.problem.Problem;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** The kinds of layers by their {@code type}. An activation may stand under its own name, too. */
final class LayerKinds {

    private static final Map<String, Function<Attributes, Layer>> KINDS = new TreeMap<>(Map.ofEntries(
            Map.entry("dense", Dense::of),
            Map.entry("flatten", attributes -> Reshaping.FLATTEN),
            Map.entry("reshape", Reshaping::of),
            Map.entry("dropout", Dropout::of),
            Map.entry("batchNorm", BatchNorm::of),
            Map.entry("layerNorm", LayerNorm::of),
            Map.entry("groupNorm", GroupNorm::of),
            Map.entry("instanceNorm", GroupNorm::ofInstances),
            Map.entry("rmsNorm", RmsNorm::of),
            Map.entry("prelu", PRelu::of),
            Map.entry("rnn", attributes -> Recurrent.of(attributes, RecurrentCell.Kind.RNN)),
            Map.entry("gru", attributes -> Recurrent.of(attributes, RecurrentCell.Kind.GRU)),
            Map.entry("lstm", attributes -> Recurrent.of(attributes, RecurrentCell.Kind.LSTM)),
            Map.entry("multiHeadAttention", Attention::of),
            Map.entry("transformerEncoderLayer", TransformerEncoder::ofLayer),
            Map.entry("transformerEncoder", TransformerEncoder::of),
            Map.entry("embedding", Embedding::of),
            Map.entry(
                    "activation",
                    attributes -> Activation.of(attributes.choice("kind", Activation.Kind.class, null), attributes))));

    static {
        for (int axes = 1; axes <= 3; axes++) {
            int over = axes;
            KINDS.put("conv" + axes + "d", attributes -> Convolution.of(attributes, over));
            KINDS.put("convTranspose" + axes + "d", attributes -> TransposedConvolution.of(attributes, over));
            KINDS.put("maxPool" + axes + "d", attributes -> Pool.of(attributes, over, true));
            KINDS.put("avgPool" + axes + "d", attributes -> Pool.of(attributes, over, false));
            KINDS.put("adaptiveAvgPool" + axes + "d", attributes -> Resampling.adaptive(attributes, over));
            KINDS.put("upsample" + axes + "d", attributes -> Resampling.upsample(attributes, over));
        }
        for (Joined.Kind kind : Joined.Kind.values()) {
            KINDS.put(Attributes.camelCase(kind), attributes -> Joined.of(kind, attributes));
        }
        for (Activation.Kind kind : Activation.Kind.values()) {
            KINDS.put(Attributes.camelCase(kind), attributes -> Activation.of(kind, attributes));
        }
    }

    private LayerKinds() {}

    static Set<String> names() {
        return KINDS.keySet();
    }

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
