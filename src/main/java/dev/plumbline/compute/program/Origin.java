package dev.plumbline.compute.program;

/**
 * The operation that a node belongs to, as the user knows it: a node of the file, a layer, an expression of a formula. The
 * primitives that one operation became share one object; two operations may have the same words.
 */
public final class Origin {

    private final String name;
    private final String kind;

    Origin(String name, String kind) {
        this.name = name;
        this.kind = kind;
    }

    /** What it is called: the name of the file's node, the layer, the text of the expression. */
    public String name() {
        return name;
    }

    /** What the file calls such operations, {@code LayerNormalization}; empty where the primitive's own title serves. */
    public String kind() {
        return kind;
    }

    @Override
    public String toString() {
        return name;
    }
}
