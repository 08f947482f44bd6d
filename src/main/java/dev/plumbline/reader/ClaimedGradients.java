package dev.plumbline.reader;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Gradients that a request claims to be a model's. */
public final class ClaimedGradients {

    private ClaimedGradients() {}

    /** Refuses names that are no parameters of the program, and shapes that are not theirs. */
    public static void requireOf(Program program, Map<String, Tensor> gradients) {
        requireOf(program, gradients, "/gradients");
    }

    /**
     * The same where there may be claims by data as well, which the program is differentiated by then; an unknown name
     * is told theirs too.
     */
    public static void requireOfParametersOrData(Program program, Map<String, Tensor> gradients) {
        Set<String> known = new LinkedHashSet<>(program.parameters().keySet());
        known.addAll(program.data().keySet());
        known.removeAll(program.indices().keySet());
        for (String name : gradients.keySet()) {
            if (!program.parameters().containsKey(name)) {
                throw unknown("/gradients" + Problem.pointer(name), name, "neither a parameter nor data", known);
            }
        }
        requireOf(program, gradients);
    }

    /** The same for other gradients of the request; {@code place} points at them. */
    public static void requireOf(Program program, Map<String, Tensor> gradients, String place) {
        gradients.forEach((name, claim) -> {
            Node parameter = program.parameters().get(name);
            if (parameter == null) {
                throw unknown(place + Problem.pointer(name), name, program);
            }
            if (!claim.shape().equals(parameter.shape())) {
                throw Problem.invalid(
                        place + Problem.pointer(name),
                        "a gradient has the shape of its parameter",
                        claim.shape(),
                        parameter.shape());
            }
        });
    }

    /** There is no such parameter; those with the most similar names are shown. */
    static Problem unknown(String pointer, String name, Program program) {
        return unknown(pointer, name, "no parameter", program.parameters().keySet());
    }

    private static Problem unknown(String pointer, String name, String none, Set<String> known) {
        return Problem.invalid(
                pointer,
                "the model has " + none + " of this name" + Spelling.hint(name, known),
                name,
                Spelling.oneOf(name, known));
    }
}
