package dev.plumbline.compute.program;

/**
 * The operation that a node belongs to, as the user knows it: a node of the file, a layer, an expression of a formula. The
 * primitives that one operation became share one object; two operations may have the same words.
 */
public final class Origin {

    private final String name;
    private final String kind;
    private final String meant;

    Origin(String name, String kind) {
        this(name, kind, "");
    }

    private Origin(String name, String kind, String meant) {
        this.name = name;
        this.kind = kind;
        this.meant = meant;
    }

    /** The same operation, read as another function than the file says. */
    Origin meaning(String function) {
        return new Origin(name, kind, function);
    }

    /** What it is called: the name of the file's node, the layer, the text of the expression. */
    public String name() {
        return name;
    }

    /** What the file calls such operations, {@code LayerNormalization}; empty where the primitive's own title serves. */
    public String kind() {
        return kind;
    }

    /** The function that whoever wrote the file meant, where it was read as that; empty where it was read as it stands. */
    public String meant() {
        return meant;
    }

    @Override
    public String toString() {
        return name;
    }
}
