package dev.plumbline.reader;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model, a loss and a point become an objective: the program is built for the shapes at hand, its cost is judged, and
 * it is evaluated once.
 *
 * <p>A vector-valued objective, asked for without a cotangent, becomes the Jacobian's: the parameters x get one copy
 * {@code X[k]} for each element k of the output, and the objective is {@code sum_k f(X[k])[k]}. Its gradient by X at
 * {@code X[k] = x} is the Jacobian, output axes first, so everything that judges gradients judges Jacobians too.
 */
public final class ObjectiveReader {

    public static final String OBJECTIVE = "objective";
    private static final int MOST_JACOBIAN_ROWS = 1_000;

    private final Model model;
    private final LossSource loss;
    private final Map<String, Tensor> parameters;
    private final Map<String, Tensor> data;

    /**
     * @param parameters replace the values in the model's file
     * @param data everything that is not differentiated, the target included
     */
    public ObjectiveReader(Model model, LossSource loss, Map<String, Tensor> parameters, Map<String, Tensor> data) {
        this.model = model;
        this.loss = loss;
        this.parameters = parameters;
        this.data = data;
    }

    /** The model with its loss at its point; {@code afford} sees the program before anything is evaluated. */
    public Objective read(Consumer<Program> afford) {
        ProgramBuilder b = new ProgramBuilder();
        appendModel(b);
        Node objective = objective(b);
        if (objective.shape().size() != 1) {
            return jacobian(objective, afford);
        }
        b.at("regulariser");
        Program program = b.output(OBJECTIVE, regularised(b, b.reshape(objective, Shape.SCALAR)))
                .build();
        afford.accept(program);
        return new Objective(program, program.output(OBJECTIVE), point(program));
    }

    /**
     * The model with all its outputs, and the loss, where one is attached or is a single number, as the output {@link
     * #OBJECTIVE}; {@code afford} as in {@link #read}.
     */
    public Program readOutputs(Consumer<Program> afford) {
        ProgramBuilder b = new ProgramBuilder();
        appendModel(b);
        boolean hasLoss =
                loss.kind() != null || loss.output() != null || b.outputs().containsKey("loss");
        if (hasLoss) {
            Node objective = objective(b);
            if (objective.shape().size() == 1) {
                b.at("regulariser").output(OBJECTIVE, regularised(b, b.reshape(objective, Shape.SCALAR)));
            }
        }
        Program program = b.build();
        afford.accept(program);
        return program;
    }

    /** The values of everything that the program reads. */
    public Map<String, Tensor> point(Program program) {
        Map<String, Tensor> point = new HashMap<>(program.initial());
        parameters.forEach((name, value) -> {
            if (!program.parameters().containsKey(name)) {
                throw Problem.invalid(
                        "/parameters/" + name,
                        "the model has no parameter of this name",
                        name,
                        "one of " + program.parameters().keySet());
            }
            point.put(name, value);
        });
        data.forEach((name, value) -> {
            if (!program.data().containsKey(name)) {
                throw Problem.invalid(
                        "/data/" + name,
                        "nothing reads data of this name",
                        name,
                        "one of " + program.data().keySet());
            }
            point.put(name, value);
        });
        requireFinite(program, point);
        return point;
    }

    private void appendModel(ProgramBuilder b) {
        try {
            model.appendTo(b, shapes(parameters), shapes(data));
        } catch (Problem problem) {
            throw problem.within(
                    problem.pointer().startsWith("/data") || problem.pointer().startsWith("/parameters")
                            ? ""
                            : "/model");
        }
    }

    // ── the objective ──

    private Node objective(ProgramBuilder b) {
        if (loss.kind() != null) {
            Node prediction = output(b, loss.prediction(), "/loss/prediction");
            Node target = target(b);
            return loss.loss(loss.kind()).attach(b, prediction, target);
        }
        Node output = output(b, loss.output(), "/loss/output");
        if (loss.cotangent() == null) {
            return output;
        }
        if (!loss.cotangent().shape().equals(output.shape())) {
            throw Problem.invalid(
                    "/loss/cotangent",
                    "the cotangent has another shape than the output",
                    loss.cotangent().shape(),
                    output.shape());
        }
        return b.at("cotangent").sum(b.multiply(output, b.constant(loss.cotangent())));
    }

    private Node output(ProgramBuilder b, @Nullable String name, String pointer) {
        Map<String, Node> outputs = b.outputs();
        if (name == null) {
            String usual = loss.kind() == null && outputs.containsKey("loss") ? "loss" : "out";
            Node only = outputs.size() == 1 ? outputs.values().iterator().next() : outputs.get(usual);
            if (only == null) {
                throw Problem.invalid(
                        pointer, "the model has several outputs", outputs.keySet(), "the name of one of them");
            }
            return only;
        }
        Node output = outputs.get(name);
        if (output == null) {
            throw Problem.invalid(pointer, "the model has no output of this name", name, "one of " + outputs.keySet());
        }
        return output;
    }

    private Node target(ProgramBuilder b) {
        String name = loss.targetName();
        Tensor value = data.get(name);
        if (value == null) {
            throw Problem.invalid(
                    "/data/" + name,
                    "the loss needs a target among the data",
                    "data " + data.keySet(),
                    "a tensor named " + name + ", or loss.target naming another");
        }
        return b.data(name, value.shape());
    }

    private Node regularised(ProgramBuilder b, Node objective) {
        Node sum = objective;
        for (Node parameter : b.parameters().values()) {
            if (loss.l1() != null && loss.l1() > 0) {
                sum = b.add(sum, b.multiply(b.sum(b.unary(UnaryFunction.ABS, parameter)), loss.l1()));
            }
            if (loss.l2() != null && loss.l2() > 0) {
                sum = b.add(sum, b.multiply(b.sum(b.square(parameter)), loss.l2()));
            }
        }
        return sum;
    }

    // ── the Jacobian ──

    private Objective jacobian(Node single, Consumer<Program> afford) {
        Shape out = single.shape();
        if (out.size() == 0 || out.size() > MOST_JACOBIAN_ROWS) {
            throw Problem.limit(
                    "/loss",
                    "the objective is not one number, and its Jacobian has too many rows to check one by one",
                    out.size() + " rows (an output of shape " + out + ")",
                    "at most " + MOST_JACOBIAN_ROWS + " rows, or a loss, or loss.output with a cotangent");
        }
        ProgramBuilder probe = new ProgramBuilder();
        appendModel(probe);
        ProgramBuilder b = new ProgramBuilder();
        Map<String, Node> copies = new LinkedHashMap<>();
        probe.parameters().forEach((name, node) -> copies.put(name, b.parameter(name, stacked(out, node.shape()))));
        Node sum = b.constant(0);
        for (int k = 0; k < out.size(); k++) {
            for (Map.Entry<String, Node> copy : copies.entrySet()) {
                Shape shape = Objects.requireNonNull(probe.parameters().get(copy.getKey()))
                        .shape();
                Node rows = b.reshape(copy.getValue(), shape.prepend(out.size()));
                b.substitute(copy.getKey(), b.reshape(b.slice(rows, 0, k, 1, 1), shape));
            }
            appendModel(b);
            Node flat = b.reshape(objective(b), Shape.of(out.size()));
            sum = b.add(sum, b.reshape(b.slice(flat, 0, k, 1, 1), Shape.SCALAR));
        }
        Program program = b.output(OBJECTIVE, sum).build();
        afford.accept(program);
        Map<String, Tensor> point = new HashMap<>(point(probe.build()));
        copies.forEach((name, node) -> point.put(name, repeated(point.get(name), node.shape())));
        return new Objective(program, program.output(OBJECTIVE), point);
    }

    private static Shape stacked(Shape front, Shape back) {
        int[] extents = Arrays.copyOf(front.extents(), front.rank() + back.rank());
        System.arraycopy(back.extents(), 0, extents, front.rank(), back.rank());
        return Shape.of(extents);
    }

    private static Tensor repeated(@Nullable Tensor value, Shape shape) {
        Tensor given = Objects.requireNonNull(value);
        double[] values = new double[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = given.at(i % given.size());
        }
        return Tensor.of(shape, given.datatype(), values);
    }

    // ── the point ──

    private static void requireFinite(Program program, Map<String, Tensor> point) {
        point.forEach((name, tensor) -> {
            int position = tensor.firstNonFinite();
            if (position >= 0) {
                String where = program.parameters().containsKey(name) ? "/parameters/" : "/data/";
                throw Problem.invalid(
                        where + name + pointer(tensor.shape().index(position)),
                        "a gradient can only be judged at finite values",
                        tensor.at(position),
                        "a finite number");
            }
        });
    }

    private static String pointer(int[] index) {
        StringBuilder pointer = new StringBuilder();
        for (int i : index) {
            pointer.append('/').append(i);
        }
        return pointer.toString();
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }
}
