package dev.plumbline.reader;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.IndexRange;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.LossOperand;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.NonFiniteData;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.formula.Formula;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
    private final Asked asked;
    private double mostElements = ProgramBuilder.MOST_ELEMENTS;

    /**
     * @param parameters replace the values in the model's file
     * @param data everything that is not differentiated, the target included
     */
    public ObjectiveReader(Model model, LossSource loss, Map<String, Tensor> parameters, Map<String, Tensor> data) {
        this(model, loss, parameters, data, Map.of(), Set.of());
    }

    /**
     * The same for a request that claims gradients, whose names say which tensors of a file are parameters.
     *
     * @param alone names of claims that are read as those of one weight ({@link SharedWeights})
     */
    public ObjectiveReader(
            Model model,
            LossSource loss,
            Map<String, Tensor> parameters,
            Map<String, Tensor> data,
            Map<String, Tensor> claims,
            Set<String> alone) {
        this(model, loss, parameters, data, Asked.of(parameters, data, claims, alone));
    }

    private ObjectiveReader(
            Model model, LossSource loss, Map<String, Tensor> parameters, Map<String, Tensor> data, Asked asked) {
        this.model = model;
        this.loss = loss;
        this.parameters = parameters;
        this.data = data;
        this.asked = asked;
    }

    /**
     * The same, but its programs may be evaluated with other data of the same shapes, as batches are: no shape and no index
     * is computed from the data's values.
     */
    public ObjectiveReader forAnyData() {
        return new ObjectiveReader(model, loss, parameters, data, asked.forAnyData());
    }

    /** The same, with as much memory for the values of a program as this; they are 8 bytes each. */
    public ObjectiveReader within(double bytes) {
        mostElements = bytes / Double.BYTES;
        return this;
    }

    /** How the names of the request are understood. */
    public Names names() {
        return placed(() -> PipelineNames.of(model, asked).names());
    }

    /** Given values that went where the export may have computed something from them; one sentence each. */
    List<String> guessedValues() {
        List<String> guessed = new ArrayList<>();
        names().doubtful().forEach((name, places) -> {
            if (parameters.containsKey(name)) {
                guessed.add(
                        "The value given for %s went into %s, which the export may have computed from it, and from others: send %s."
                                .formatted(name, String.join(" and ", places), Exporting.KEEPING_NAMES));
            }
        });
        return guessed;
    }

    /** The model with its loss at its point; {@code afford} sees the program before anything is evaluated. */
    public Objective read(Consumer<Program> afford) {
        ProgramBuilder b = new ProgramBuilder(mostElements);
        appendModel(b);
        Node objective = objective(b);
        if (b.parameters().isEmpty()) {
            throw Problem.invalid(
                    "/parameters",
                    "the model has no parameters to differentiate by",
                    "none",
                    "float initializers in the file, or values under parameters");
        }
        if (objective.shape().size() != 1) {
            return jacobian(objective, afford);
        }
        b.at("regulariser");
        Program program = b.output(OBJECTIVE, regularised(b, b.reshape(objective, Shape.SCALAR)))
                .build();
        afford.accept(program);
        return objective(program, point(program));
    }

    private Objective objective(Program program, Map<String, Tensor> point) {
        try {
            return new Objective(program, program.output(OBJECTIVE), point);
        } catch (Problem problem) {
            throw placed(problem);
        }
    }

    /** What the program finds only with values, such as an index out of range, at its place in the request. */
    private Problem placed(Problem problem) {
        return isPlaced(problem) || problem.pointer().startsWith("/loss") ? problem : problem.within(place());
    }

    private static boolean isPlaced(Problem problem) {
        return problem.pointer().startsWith("/data/")
                || problem.pointer().startsWith("/parameters/")
                || problem.pointer().startsWith("/gradients/");
    }

    /** Where the request has the model. */
    private String place() {
        return model instanceof Formula ? "/model/formula" : "/model";
    }

    /**
     * The model with all its outputs, and the loss, where one is attached or is a single number, as the output {@link
     * #OBJECTIVE}; {@code afford} as in {@link #read}.
     */
    public Program readOutputs(Consumer<Program> afford) {
        ProgramBuilder b = new ProgramBuilder(mostElements);
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

    /** Evaluates what {@link #readOutputs} built, at its point. */
    public Evaluation evaluate(Program program) {
        try {
            return program.evaluate(point(program, true));
        } catch (Problem problem) {
            throw placed(problem);
        }
    }

    /** The values of everything that the program reads, all finite. */
    public Map<String, Tensor> point(Program program) {
        return point(program, false);
    }

    /** @param anyData whether data may be infinite or no number, as what is evaluated may be and what is judged may not */
    private Map<String, Tensor> point(Program program, boolean anyData) {
        Map<String, Tensor> point = new HashMap<>(program.initial());
        Names names = names();
        parameters.forEach((name, value) -> {
            String own = names.inProgram(name);
            if (own != null) {
                if (!program.parameters().containsKey(own)) {
                    throw ClaimedGradients.unknown(Problem.pointer("parameters", name), name, program);
                }
                point.put(own, value);
            }
        });
        requireRead(program);
        data.forEach((name, value) -> {
            if (!program.data().containsKey(name)) {
                throw Problem.invalid(
                        Problem.pointer("data", name),
                        "nothing reads data of this name",
                        name,
                        "one of " + program.data().keySet()
                                + (loss.kind() == null ? "; a target is read by a loss of some kind" : ""));
            }
            point.put(name, value);
        });
        requireValues("parameters", program.parameters(), point);
        requireShapes("data", program.data(), point);
        requireIndices(program, data);
        if (!anyData && data.values().stream().anyMatch(value -> value.firstNonFinite() >= 0)) {
            NonFiniteData.require(program, point);
        }
        return point;
    }

    /** Refuses data that the program cannot look anything up with, at their place among {@code data}. */
    public static void requireIndices(Program program, Map<String, Tensor> data) {
        program.indices().forEach((name, range) -> {
            Tensor given = data.get(name);
            if (given != null) {
                range.require(Problem.pointer("data", name), given);
            }
        });
    }

    /** A formula has the parameters that the request names; one that it does not read is most likely misspelt. */
    private void requireRead(Program program) {
        if (!(model instanceof Formula)) {
            return;
        }
        Set<Node> read = new HashSet<>(program.outputs().values());
        program.nodes().forEach(node -> read.addAll(node.inputs()));
        program.parameters().forEach((name, node) -> {
            if (!read.contains(node)) {
                throw Problem.invalid(
                        Problem.pointer("parameters", name),
                        "the formula does not read this parameter",
                        name,
                        "parameters that the formula names");
            }
        });
    }

    private void appendModel(ProgramBuilder b) {
        placed(() -> {
            PipelineNames names = PipelineNames.of(model, asked);
            model.appendTo(b.called(names.called()), names.own());
            return b;
        });
    }

    private <T> T placed(Supplier<T> read) {
        try {
            return read.get();
        } catch (Problem problem) {
            throw isPlaced(problem) ? problem : problem.within(place());
        }
    }

    // ── the objective ──

    private Node objective(ProgramBuilder b) {
        if (loss.kind() != null) {
            return attached(b, loss.kind());
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

    /** Settings of the loss know only their own names; what the builder refuses begins with its place, the loss. */
    private Node attached(ProgramBuilder b, Loss.Kind kind) {
        Map<LossOperand, Node> operands = new EnumMap<>(LossOperand.class);
        for (LossOperand operand : kind.operands()) {
            Node node =
                    switch (operand) {
                        case PREDICTION -> output(b, loss.prediction(), "/loss/prediction");
                        case TARGET -> target(b);
                        default -> beside(b, operand);
                    };
            if (node != null) {
                operands.put(operand, node);
            }
        }
        try {
            Loss attached = loss.loss(kind);
            requireTargetThatCounts(attached);
            requireLengths(operands);
            return attached.attach(b, operands);
        } catch (Problem problem) {
            throw problem.pointer().startsWith("/loss") || isPlaced(problem) ? problem : problem.within("/loss");
        }
    }

    /** An operand by its name among the outputs or the data; null where it is absent and need not be there. */
    private @Nullable Node beside(ProgramBuilder b, LossOperand operand) {
        String name = Objects.requireNonNull(loss.name(operand));
        Node output = b.outputs().get(name);
        Tensor value = data.get(name);
        if (output != null) {
            return output;
        }
        if (value != null) {
            return b.data(name, value.shape());
        }
        if (!operand.isRequired() && !loss.names(operand)) {
            return null;
        }
        throw Problem.invalid(
                "/loss/" + operand.wireName(),
                "the loss needs this, an output of the model or data",
                "outputs " + b.outputs().keySet() + ", data " + data.keySet(),
                "a tensor named " + name + ", or loss." + operand.wireName() + " naming another");
    }

    /** The mean over targets none of which counts is 0 / 0; PyTorch answers NaN. */
    private void requireTargetThatCounts(Loss attached) {
        String name = Objects.requireNonNull(loss.name(LossOperand.TARGET));
        Integer ignored = attached.ignoreIndex();
        Tensor target = data.get(name);
        if (ignored == null || target == null || attached.reduction() != Loss.Reduction.MEAN || target.size() == 0) {
            return;
        }
        if (Arrays.stream(target.values()).allMatch(label -> label == ignored)) {
            throw Problem.invalid(
                    Problem.pointer("data", name),
                    "every target is ignored, so the mean is 0 / 0: NaN in PyTorch",
                    "all " + ignored,
                    "a target that counts, or the reduction sum");
        }
    }

    /** Lengths that came as data are whole numbers within what they are lengths of. */
    private void requireLengths(Map<LossOperand, Node> operands) {
        Node prediction = operands.get(LossOperand.PREDICTION);
        Node target = operands.get(LossOperand.TARGET);
        for (LossOperand operand : List.of(LossOperand.INPUT_LENGTHS, LossOperand.TARGET_LENGTHS)) {
            if (operands.containsKey(operand) && prediction != null && target != null) {
                String name = Objects.requireNonNull(loss.name(operand));
                Tensor lengths = data.get(name);
                boolean steps = operand == LossOperand.INPUT_LENGTHS;
                Shape of = steps ? prediction.shape() : target.shape();
                if (lengths != null && of.rank() > 0) {
                    int longest = of.extent(steps ? 0 : of.rank() - 1);
                    new IndexRange(steps ? 1 : 0, longest + 1, null).require(Problem.pointer("data", name), lengths);
                }
            }
        }
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
        String name = Objects.requireNonNull(loss.name(LossOperand.TARGET));
        Tensor value = data.get(name);
        if (value == null) {
            throw Problem.invalid(
                    Problem.pointer("data", name),
                    "the loss needs a target among the data",
                    "data " + data.keySet(),
                    "a tensor named " + name + ", or loss.target naming another");
        }
        return b.data(name, value.shape());
    }

    private Node regularised(ProgramBuilder b, Node objective) {
        Node sum = objective;
        for (Node parameter : b.weights()) {
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
        ProgramBuilder probe = new ProgramBuilder(mostElements);
        appendModel(probe);
        ProgramBuilder b = new ProgramBuilder(mostElements);
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
        return objective(program, point);
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

    private static void requireValues(String role, Map<String, Node> inputs, Map<String, Tensor> point) {
        requireShapes(role, inputs, point);
        inputs.keySet().forEach(name -> {
            Tensor given = Objects.requireNonNull(point.get(name));
            int position = given.firstNonFinite();
            if (position >= 0) {
                throw Problem.invalid(
                        Problem.pointer(role, name) + pointer(given.shape().index(position)),
                        "a model can only be judged at finite values",
                        given.at(position),
                        "a finite number");
            }
        });
    }

    private static void requireShapes(String role, Map<String, Node> inputs, Map<String, Tensor> point) {
        inputs.forEach((name, input) -> {
            String pointer = Problem.pointer(role, name);
            Tensor given = point.get(name);
            if (given == null) {
                throw Problem.invalid(
                        pointer, "the model needs a value for this", "nothing", "a tensor of shape " + input.shape());
            }
            if (!given.shape().equals(input.shape())) {
                throw Problem.invalid(pointer, "this has the wrong shape", given.shape(), input.shape());
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
}
