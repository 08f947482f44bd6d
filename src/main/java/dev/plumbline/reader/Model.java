package dev.plumbline.reader;

import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model that has been read but not yet given shapes: its own words, checked as far as they can be without data.
 *
 * <p>Files often leave the batch size open, and a formula says no shape at all; so the program is built once the shapes
 * of the data are known.
 */
public interface Model {

    /**
     * Appends the model to a program: its parameters and data as inputs, and its results as named outputs of the builder.
     * Parameters have the names that the request uses.
     *
     * @throws dev.plumbline.problem.Problem where shapes do not fit, pointing into the model: {@code /node/Conv_3}
     */
    void appendTo(ProgramBuilder program, Asked asked);

    /** The same for a request that claims nothing. */
    default void appendTo(ProgramBuilder program, Map<String, Shape> parameters, Map<String, Shape> data) {
        appendTo(program, Asked.of(parameters, data));
    }

    /**
     * Its own names of parameters, as far as they are known for a request, which may have other prefixes; none where the
     * model understands the names of requests by itself.
     */
    default Set<String> parameterNames(Asked asked) {
        return Set.of();
    }

    /** How the names of a request are understood. */
    default Names names(Asked asked) {
        return Names.OWN;
    }

    /** What the pipeline may have computed instead, and can be tried. */
    default List<Variation> variations() {
        return List.of();
    }

    /** What else may be behind another result, in plain sentences. */
    default List<String> possibleDifferences() {
        return List.of();
    }

    /** What its file says about it; null where it has none. */
    default @Nullable ModelDescription describe() {
        return null;
    }

    /** Whether its constants come from a file that holds them in float32. */
    default boolean holdsFloat32() {
        return false;
    }
}
