package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Convolution;
import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Origin;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a layer is part of, as its file calls the operation or as the graph shows it. */
public enum LayerKind {
    DENSE("a dense layer"),
    CONVOLUTION("a convolution"),
    RNN("an RNN"),
    GRU("a GRU"),
    LSTM("an LSTM"),
    /** Makes the queries, keys or values of an attention. */
    ATTENTION("an attention");

    private final String words;

    LayerKind(String words) {
        this.words = words;
    }

    /**
     * Null for a layer without a product, such as a normalisation.
     *
     * @param attended the products that queries, keys and values come from
     */
    static @Nullable LayerKind of(Layer layer, Set<Node> attended) {
        Layer.Product product = layer.product();
        if (product == null) {
            return null;
        }
        if (attended.contains(product.node())) {
            return ATTENTION;
        }
        String word = word(product.node().origin());
        for (LayerKind recurrent : new LayerKind[] {LSTM, GRU, RNN}) {
            if (word.equals(recurrent.name().toLowerCase(Locale.ROOT))) {
                return recurrent;
            }
        }
        return product.node().op() instanceof Convolution ? CONVOLUTION : DENSE;
    }

    /** The file's word for the operation, else what a list of layers has behind the name: {@code 0.lstm}. */
    private static String word(Origin origin) {
        String name = origin.name();
        String word = origin.kind().isEmpty() ? name.substring(name.lastIndexOf('.') + 1) : origin.kind();
        return word.toLowerCase(Locale.ROOT);
    }

    /** Whether it is worth a word in a sentence. */
    boolean isTold() {
        return this != DENSE && this != CONVOLUTION;
    }

    String words() {
        return words;
    }
}
