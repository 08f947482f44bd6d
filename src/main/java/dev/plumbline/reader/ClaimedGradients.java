package dev.plumbline.reader;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Map;

/** Gradients that a request claims to be a model's. */
public final class ClaimedGradients {

    private ClaimedGradients() {}

    /** Refuses names that are no parameters of the program, and shapes that are not theirs. */
    public static void requireOf(Program program, Map<String, Tensor> gradients) {
        requireOf(program, gradients, "/gradients");
    }

    /** The same for other gradients of the request; {@code place} points at them. */
    public static void requireOf(Program program, Map<String, Tensor> gradients, String place) {
        gradients.forEach((name, claim) -> {
            Node parameter = program.parameters().get(name);
            if (parameter == null) {
                throw Problem.invalid(
                        place + Problem.pointer(name),
                        "the model has no parameter of this name",
                        name,
                        "one of " + program.parameters().keySet());
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
}
