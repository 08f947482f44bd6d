package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The values of every node of a program at one point, and from there the reverse-mode gradient. */
public final class Evaluation {

    private final Program program;
    private final Tensor[] values;
    private final Rounding rounding;

    Evaluation(Program program, Tensor[] values, Rounding rounding) {
        this.program = program;
        this.values = values;
        this.rounding = rounding;
    }

    Program program() {
        return program;
    }

    /** The program's parameters by name. */
    public Map<String, Node> parameters() {
        return program.parameters();
    }

    public Tensor value(Node node) {
        return values[node.id()];
    }

    /** The same program where some inputs have other values; only what depends on them is computed again. */
    public Evaluation with(Map<String, Tensor> changed) {
        return program.reevaluate(values, changed, rounding);
    }

    /** The same values, whose reverse pass is computed by another arithmetic. */
    public Evaluation reversedIn(Rounding other) {
        return new Evaluation(program, values, other);
    }

    /** Whether the other evaluation, leaning, takes the same branches, so that its derivatives are of the same piece. */
    public boolean choosesAs(Evaluation other, Leaning leaning) {
        return Branches.same(this, other, leaning);
    }

    /** Whether the inputs of a node are the very tensors that it reads here: a parameter that was not rounded, or moved from one. */
    boolean readsAlike(Node node, List<Tensor> inputs) {
        for (int k = 0; k < inputs.size(); k++) {
            if (inputs.get(k) != value(node.inputs().get(k))) {
                return false;
            }
        }
        return true;
    }

    /** The same values, whose reverse pass takes the branches of another evaluation that leans, exactly. */
    public Evaluation reversedOnBranchesOf(Evaluation other, Leaning leaning) {
        return reversedIn(new Rounding() {
            @Override
            public void pullBack(
                    Node node, List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
                boolean chooses = Branches.chooses(node.op());
                List<Tensor> chosen = chooses ? leaning.leaned(node, other.inputs(node)) : inputs;
                Branches.pullBack(node, chosen, output, cotangent, into);
            }
        });
    }

    /** The outputs by name. */
    public Map<String, Tensor> outputs() {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        program.outputs().forEach((name, node) -> outputs.put(name, value(node)));
        return outputs;
    }

    /** One reverse pass from {@code output}, of any shape, with cotangent 1 for each of its elements. */
    public Gradient gradient(Node output) {
        return gradient(output, Tensor.filled(output.shape(), 1));
    }

    /** One reverse pass from {@code output}: the vector-Jacobian product for {@code cotangent}. */
    public Gradient gradient(Node output, Tensor cotangent) {
        if (!cotangent.shape().equals(output.shape())) {
            throw Problem.invalid(
                    "/cotangent", "the cotangent has another shape than the output", cotangent.shape(), output.shape());
        }
        return new Gradient(whole(output, cotangent), output);
    }

    /**
     * As {@link #gradient(Node)}, but of what arrives in between only that is kept which magnitudes need, a fraction of it as a
     * rule. Where more is asked for, the pass is made again.
     */
    public Gradient gradientOfParameters(Node output) {
        boolean[] carriers = Magnitudes.carriers(program);
        BitSet kept = new BitSet();
        for (Node node : program.nodes()) {
            boolean reads = node.inputs().stream().anyMatch(input -> carriers[input.id()]);
            kept.set(node.id(), reads || node.inputs().isEmpty() || node == output);
        }
        Tensor ones = Tensor.filled(output.shape(), 1);
        return new Gradient(
                cotangents(output, ones, new Vacated(id -> !kept.get(id)), Completed.NONE, null), output, kept);
    }

    private double[][] whole(Node output, Tensor cotangent) {
        return cotangents(output, cotangent, new Vacated(id -> false), Completed.NONE, null);
    }

    /** The derivatives by the parameters alone, by name: what arrives in between is forgotten as soon as it is passed on. */
    public Map<String, Tensor> gradientByParameter(Node output) {
        Map<String, double[]> found = new HashMap<>();
        gradientByParameter(output, (name, derivatives) -> found.put(name, derivatives.clone()));
        Map<String, Tensor> gradient = new LinkedHashMap<>();
        program.parameters().forEach((name, node) -> gradient.put(name, tensor(node, found.get(name))));
        return gradient;
    }

    /**
     * The same one after another, each shown to {@code taker} as soon as it is complete, which may only read its array while it
     * is asked: a large model's gradient is then nowhere as a whole. Parameters that the output does not depend on are left out.
     */
    public void gradientByParameter(Node output, BiConsumer<String, double[]> taker) {
        gradientByParameter(output, 1, taker);
    }

    /** The same of so many times the output. */
    public void gradientByParameter(Node output, double times, BiConsumer<String, double[]> taker) {
        Completed completed = Completed.of(program, output, rounding, taker);
        cotangents(output, Tensor.filled(output.shape(), times), new Vacated(id -> true), completed, null);
    }

    /** Of these parameters alone: the pass goes only where it leads to one of them. */
    public void gradientByParameter(Node output, Set<String> names, BiConsumer<String, double[]> taker) {
        List<Node> wanted = new ArrayList<>();
        program.parameters().forEach((name, node) -> {
            if (names.contains(name)) {
                wanted.add(node);
            }
        });
        cotangents(
                output,
                Tensor.filled(output.shape(), 1),
                new Vacated(id -> true),
                Completed.of(program, output, rounding, taker),
                program.leadingTo(wanted));
    }

    private static Tensor tensor(Node node, double @Nullable [] cotangent) {
        return cotangent == null ? Tensor.zeros(node.shape()) : Tensor.of(node.shape(), cotangent);
    }

    /** @param wanted nodes to which something is passed on; null for all */
    private double[][] cotangents(
            Node output, Tensor cotangent, Vacated vacated, Completed completed, @Nullable BitSet wanted) {
        double[][] cotangents = new double[values.length][];
        TermSizes shared = rounding.sizes();
        boolean isShared = shared != null && shared.areOf(this);
        double @Nullable [][] known = isShared ? Objects.requireNonNull(shared).reverse() : null;
        double[][] sizes = known == null ? new double[values.length][] : known; // of terms of cotangents that are sums
        boolean measures = shared != null && known == null;
        cotangents[output.id()] = cotangent.values().clone();
        for (int id = output.id(); id >= 0; id--) {
            Node node = program.nodes().get(id);
            double[] arriving = cotangents[id];
            if (arriving != null
                    && program.isDifferentiable(node)
                    && !node.inputs().isEmpty()) {
                double[] stored = rounding.cotangent(node, arriving, sizes[id]);
                cotangents[id] = stored;
                double[] @Nullable [] into = targets(node, cotangents, wanted, vacated);
                if (measures) {
                    pullBackWithSizes(node, stored, into, sizes);
                } else {
                    rounding.pullBack(node, inputs(node), values[id], stored, into);
                }
                vacated.add(id, cotangents); // nobody asks for it any more
            }
            completed.after(node, cotangents, vacated);
        }
        if (shared != null && measures) {
            shared.end(isShared ? sizes : null);
        }
        return cotangents;
    }

    /**
     * Adds to {@code cotangents} (node) what a node passes on of what arrives there, to the wanted nodes only.
     *
     * @return to how many inputs
     */
    int pullBack(Node node, double[] arriving, double[][] cotangents, @Nullable BitSet wanted) {
        double[] @Nullable [] targets = targets(node, cotangents, wanted, new Vacated(id -> false));
        int count = (int) Arrays.stream(targets).filter(Objects::nonNull).count();
        if (count > 0) {
            double[] own = rounding == Rounding.NONE ? arriving : arriving.clone();
            double[] stored = rounding.cotangent(node, own, null);
            rounding.pullBack(node, inputs(node), values[node.id()], stored, targets);
        }
        return count;
    }

    /** What arrives from several readers is a sum too, and may cancel: {@code x - tanh x} passes on {@code d - d (1 - t^2)}. */
    private void pullBackWithSizes(Node node, double[] stored, double[] @Nullable [] into, double[][] sizes) {
        double[] @Nullable [] terms = into.clone();
        for (int k = 0; k < into.length; k++) {
            double[] target = into[k];
            Node receiver = rounding.receiver(node, k);
            boolean isShared =
                    program.isReadBySeveral(receiver) && !receiver.inputs().isEmpty();
            terms[k] = target != null && isShared ? new double[target.length] : target;
        }
        rounding.pullBack(node, inputs(node), values[node.id()], stored, terms);
        addSizes(node, stored, sizes);
        for (int k = 0; k < into.length; k++) {
            double[] target = into[k];
            double[] own = terms[k];
            if (target != null && own != null && own != target) {
                int id = rounding.receiver(node, k).id();
                sizes[id] = sizes[id] == null ? new double[own.length] : sizes[id];
                for (int i = 0; i < own.length; i++) {
                    target[i] += own[i];
                    sizes[id][i] += Math.abs(own[i]);
                }
            }
        }
    }

    /** To the inputs that take sums the sizes of their terms. */
    private void addSizes(Node node, double[] arriving, double[][] sizes) {
        double[][] targets = new double[node.inputs().size()][];
        boolean any = false;
        for (int k = 0; k < targets.length; k++) {
            Node input = node.inputs().get(k);
            if (Terms.isSumInReverse(node, k)
                    && program.isDifferentiable(input)
                    && !input.inputs().isEmpty()) {
                if (sizes[input.id()] == null) {
                    sizes[input.id()] = new double[input.shape().size()];
                }
                targets[k] = sizes[input.id()];
                any = true;
            }
        }
        if (any) {
            double[] absolute = Arrays.stream(arriving).map(Math::abs).toArray();
            node.op().pullBackSizes(inputs(node), values[node.id()], absolute, targets);
        }
    }

    List<Tensor> inputs(Node node) {
        List<Tensor> inputs = new ArrayList<>(node.inputs().size());
        for (Node input : node.inputs()) {
            inputs.add(values[input.id()]);
        }
        return inputs;
    }

    private double[] @Nullable [] targets(Node node, double[][] cotangents, @Nullable BitSet wanted, Vacated vacated) {
        double[][] targets = new double[node.inputs().size()][];
        for (int k = 0; k < targets.length; k++) {
            Node input = rounding.receiver(node, k);
            if (program.isDifferentiable(input) && (wanted == null || wanted.get(input.id()))) {
                if (cotangents[input.id()] == null) {
                    cotangents[input.id()] = vacated.zeros(input.shape().size());
                }
                targets[k] = cotangents[input.id()];
            }
        }
        return targets;
    }

    /** The derivatives of one output by every node that depends on a parameter. */
    public final class Gradient {

        private final double[][] cotangents;
        private final Node output;
        private final @Nullable BitSet kept; // null for all
        private final Magnitudes magnitudes;
        private double @Nullable [][] all;

        private Gradient(double[][] cotangents, Node output) {
            this(cotangents, output, null);
        }

        private Gradient(double[][] cotangents, Node output, @Nullable BitSet kept) {
            this.cotangents = cotangents;
            this.output = output;
            this.kept = kept;
            this.magnitudes = new Magnitudes(program, values, cotangents, output);
        }

        /** The derivative by a node's value, in its shape; zeros where the output does not depend on it. */
        public Tensor by(Node node) {
            boolean isKept = kept == null || kept.get(node.id());
            return tensor(node, (isKept ? cotangents : all())[node.id()]);
        }

        private double[][] all() {
            double[][] found = all;
            if (found == null) {
                found = whole(
                        output, Tensor.filled(output.shape(), 1)); // two threads may both do this, to the same end
                all = found;
            }
            return found;
        }

        /** The derivatives by the parameters, by name. */
        public Map<String, Tensor> byParameter() {
            Map<String, Tensor> gradient = new LinkedHashMap<>();
            program.parameters().forEach((name, node) -> gradient.put(name, by(node)));
            return gradient;
        }

        /**
         * For each entry of a parameter the size of the terms that were added up to it: the last contraction with absolute
         * values, {@code |x|' |dz|} for a weight. Times a unit roundoff it is what rounding alone does there. It is found
         * anew each time, since it is as large as the parameter.
         */
        public Tensor magnitude(String parameter) {
            return magnitudes.by(Objects.requireNonNull(program.parameters().get(parameter)));
        }

        /** By parameter, how many terms are added up to one entry of its gradient, roughly. */
        public Map<String, Double> terms() {
            return magnitudes.terms();
        }
    }
}
