package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Steps of optimizers as operators of {@code ai.onnx.preview.training}: learning rate, step count, and then for any number
 * of tensors the values, their gradients and their states.
 */
final class Optimizers {

    private static final String DOMAIN = "ai.onnx.preview.training.";

    private Optimizers() {}

    static void addTo(Map<String, Operator> table) {
        table.put(DOMAIN + "Momentum", call -> steps(call, 1, Optimizers::momentum));
        table.put(DOMAIN + "Adagrad", call -> steps(call, 1, Optimizers::adagrad));
        table.put(DOMAIN + "Adam", call -> steps(call, 2, Optimizers::adam));
    }

    private interface Step {
        /** From (value, gradient, states...) to (value, states...). */
        List<Node> of(Call call, List<Node> tensors);
    }

    /** All values come first, then all gradients, then all states of one kind after the other. */
    private static List<Value> steps(Call call, int states, Step step) {
        int kinds = 2 + states;
        int count = (call.inputCount() - 2) / kinds;
        if (count < 1 || call.inputCount() != 2 + count * kinds) {
            throw Problem.invalid(
                    "", "the inputs are no whole number of tensors", call.inputCount(), "2 + " + kinds + " n");
        }
        List<List<Node>> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Node> tensors = new ArrayList<>();
            for (int kind = 0; kind < kinds; kind++) {
                tensors.add(call.in(2 + kind * count + i));
            }
            results.add(step.of(call, tensors));
        }
        List<Value> outputs = new ArrayList<>();
        for (int kind = 0; kind < kinds - 1; kind++) {
            for (List<Node> each : results) {
                outputs.add(call.result(each.get(kind), call.value(2).type()));
            }
        }
        return outputs;
    }

    /** The gradient of the loss with its regulariser, {@code g + norm x}. */
    private static Node regularised(Call call, List<Node> tensors) {
        ProgramBuilder b = call.builder();
        return b.add(tensors.get(1), b.multiply(tensors.get(0), call.number("norm_coefficient", 0)));
    }

    /** {@code v' = alpha v + beta g, x' = x - r v'}; Nesterov's {@code x' = x - r (g + alpha v')}. In the first step beta is 1. */
    private static List<Node> momentum(Call call, List<Node> tensors) {
        ProgramBuilder b = call.builder();
        Node g = regularised(call, tensors);
        double alpha = call.number("alpha", 0);
        double beta = call.number(1) > 0 ? call.number("beta", 0) : 1;
        call.number("beta", 0);
        boolean nesterov = call.choice("mode", "standard", "nesterov").equals("nesterov");
        Node velocity = b.add(b.multiply(tensors.get(2), alpha), b.multiply(g, beta));
        Node step = nesterov ? b.add(g, b.multiply(velocity, alpha)) : velocity;
        return List.of(b.subtract(tensors.get(0), b.multiply(call.in(0), step)), velocity);
    }

    /** {@code h' = h + g^2, x' = x - r / (1 + t decay) g / (sqrt h' + epsilon)}. */
    private static List<Node> adagrad(Call call, List<Node> tensors) {
        ProgramBuilder b = call.builder();
        Node g = regularised(call, tensors);
        double rate = 1 / (1 + call.number(1) * call.number("decay_factor", 0));
        Node squares = b.add(tensors.get(2), b.square(g));
        Node root = b.add(b.unary(UnaryFunction.SQRT, squares), b.constant(call.number("epsilon", 1e-6)));
        Node step = b.divide(b.multiply(b.multiply(call.in(0), rate), g), root);
        return List.of(b.subtract(tensors.get(0), step), squares);
    }

    /** Kingma and Ba 2015, with the biases of both means in the learning rate. */
    private static List<Node> adam(Call call, List<Node> tensors) {
        ProgramBuilder b = call.builder();
        Node g = regularised(call, tensors);
        double alpha = call.number("alpha", 0.9);
        double beta = call.number("beta", 0.999);
        double t = call.number(1);
        Node mean = b.add(b.multiply(tensors.get(2), alpha), b.multiply(g, 1 - alpha));
        Node square = b.add(b.multiply(tensors.get(3), beta), b.multiply(b.square(g), 1 - beta));
        double correction = t > 0 ? Math.sqrt(1 - Math.pow(beta, t)) / (1 - Math.pow(alpha, t)) : 1;
        Node root = b.add(b.unary(UnaryFunction.SQRT, square), b.constant(call.number("epsilon", 1e-6)));
        Node step = b.divide(b.multiply(b.multiply(call.in(0), correction), mean), root);
        Node moved = b.subtract(tensors.get(0), step);
        return List.of(b.multiply(moved, 1 - call.number("norm_coefficient_post", 0)), mean, square);
    }
}
