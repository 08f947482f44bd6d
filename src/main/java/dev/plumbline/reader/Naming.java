package dev.plumbline.reader;

/**
 * How a name that a request uses was understood.
 *
 * @param given the request's, which the program's parameter has too
 * @param file the tensor of the file that it stands for, or is part of
 */
public record Naming(String given, String file, How how) {

    /** Why the two are the same weight. */
    public enum How {
        /** The names are equal. */
        SAME,
        /** The names are equal but for what stands in front, such as {@code module.}. */
        PREFIX,
        /** The file gave the weight a name of its own; its place in the network, its shape or its values tell. */
        ALIAS,
        /** The file holds several equal weights once; this is one of them. */
        SPLIT,
        /** The file holds it transposed. */
        TRANSPOSED,
        /** The file holds it with its gates in another order, perhaps joined with others. */
        GATES,
        /** The file holds it a second time, bit for bit, which follows the first. */
        COPY,
        /** The file holds what the export computed from it, a part or a multiple, which follows it. */
        COMPUTED
    }
}
