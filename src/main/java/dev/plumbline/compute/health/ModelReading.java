package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Stage;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a model at a point: gradients, activations and the loss's derivatives by them, all out of one evaluation
 * and one reverse pass. Gradients that somebody claims can take the place of the model's own.
 */
public final class ModelReading {

    private final Objective objective;
    private final Evaluation.Gradient gradient;
    private final Map<String, Tensor> gradients;
    private final @Nullable String unexplained;

    public ModelReading(Objective objective) {
        this(objective, objective.gradient());
    }

    /** With a reverse pass that has been taken at the objective's point. */
    public ModelReading(Objective objective, Evaluation.Gradient gradient) {
        this(objective, gradient, gradient.byParameter(), null);
    }

    private ModelReading(
            Objective objective,
            Evaluation.Gradient gradient,
            Map<String, Tensor> gradients,
            @Nullable String unexplained) {
        this.objective = objective;
        this.gradient = gradient;
        this.gradients = gradients;
        this.unexplained = unexplained;
    }

    /**
     * The same model with claimed gradients in place of its own, where there is a claim.
     *
     * @param unexplained why the model does not explain the claim; null where the claim is the model's gradient, whose
     *     derivatives by the affine values then belong to it
     */
    public ModelReading claiming(Map<String, Tensor> claims, @Nullable String unexplained) {
        Map<String, Tensor> claimed = new LinkedHashMap<>(gradients);
        claimed.putAll(claims);
        return new ModelReading(objective, gradient, claimed, unexplained);
    }

    /** The model's own reverse pass. */
    public Evaluation.Gradient gradient() {
        return gradient;
    }

    /** The gradient by the parameters, claimed or the model's own. */
    public Map<String, Tensor> gradients() {
        return gradients;
    }

    /**
     * What the rules look at.
     *
     * @param updateNorms by parameter; empty where the optimizer is not known
     */
    public Condition condition(Map<String, Double> updateNorms, SampleNorms samples) {
        List<LayerHealth> layers = new ArrayList<>();
        Set<String> rest = new LinkedHashSet<>(gradients.keySet());
        Set<String> cut = objective.cutOff().keySet();
        List<Layer> read = Layer.of(objective);
        Set<Node> attended = Attended.of(objective, read);
        for (Layer layer : read) {
            boolean isReached = !cut.containsAll(layer.parameters());
            layers.add(health(layer, updateNorms, isReached, LayerKind.of(layer, attended)));
            rest.removeAll(layer.parameters());
        }
        rest.forEach(name -> layers.add(outside(name, updateNorms)));
        Surroundings around = new Surroundings(objective, gradient, read, null, Map.of());
        return new Condition(objective.value(), layers, true, samples, unexplained, around);
    }

    /** A layer that is cut off from the objective does not count for the depth. */
    private LayerHealth health(
            Layer layer, Map<String, Double> updateNorms, boolean isReached, @Nullable LayerKind kind) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        List<Tensor> parameters = new ArrayList<>();
        for (String name : layer.parameters()) {
            own.put(name, Objects.requireNonNull(gradients.get(name)));
            parameters.add(objective.parameter(name));
        }
        List<Tensor> cotangents = layer.stages().stream()
                .map(stage -> gradient.by(stage.affine()))
                .toList();
        LayerHealth.Known known = new LayerHealth.Known(
                parameters,
                update(layer, updateNorms),
                unexplained == null ? (Double) TensorStatistics.norm(cotangents) : null,
                activation(layer),
                weights(layer),
                kind);
        return LayerHealth.of(layer.name(), own, layer.product() != null && isReached, known);
    }

    /** A parameter that is part of no layer, as one that is squared or exponentiated. */
    private LayerHealth outside(String name, Map<String, Double> updateNorms) {
        LayerHealth.Known known = new LayerHealth.Known(
                List.of(objective.parameter(name)), updateNorms.get(name), null, null, null, null);
        return LayerHealth.of(name, Map.of(name, Objects.requireNonNull(gradients.get(name))), false, known);
    }

    private static @Nullable Double update(Layer layer, Map<String, Double> updateNorms) {
        if (!updateNorms.keySet().containsAll(layer.parameters())) {
            return null;
        }
        return Tensor.vector(layer.parameters().stream()
                        .mapToDouble(name -> Objects.requireNonNull(updateNorms.get(name)))
                        .toArray())
                .norm();
    }

    private @Nullable WeightStatistics weights(Layer layer) {
        Layer.Product product = layer.product();
        if (product == null) {
            return null;
        }
        Evaluation base = objective.base();
        return WeightStatistics.of(product, base.value(product.weight()), gradient.by(product.weight()));
    }

    /** Over several stages, as of a recurrent layer, the values stand side by side as if they were samples. */
    private ActivationStatistics activation(Layer layer) {
        Stage first = layer.stages().get(0);
        List<Stage> alike = layer.stages().stream()
                .filter(stage ->
                        stage.activation().shape().equals(first.activation().shape()))
                .toList();
        Tensor values = stacked(alike.stream()
                .map(stage -> objective.base().value(stage.activation()))
                .toList());
        Slopes slopes = Slopes.of(first.function(), values.values());
        if (slopes == null) {
            slopes = Slopes.of(stacked(alike.stream()
                    .map(stage -> stage.derivative(objective.base()))
                    .toList()));
        }
        return ActivationStatistics.of(first.function(), values, unitAxis(layer, first), slopes);
    }

    private static int unitAxis(Layer layer, Stage stage) {
        Layer.Product product = layer.product();
        int rank = stage.activation().rank();
        if (product != null && product.node().shape().equals(stage.activation().shape())) {
            return product.unitAxis();
        }
        return Math.min(1, Math.max(rank - 1, 0));
    }

    private static Tensor stacked(List<Tensor> tensors) {
        Tensor first = tensors.get(0);
        if (tensors.size() == 1 || first.shape().rank() == 0) {
            return first;
        }
        double[] values = new double[tensors.size() * first.size()];
        for (int i = 0; i < tensors.size(); i++) {
            System.arraycopy(tensors.get(i).values(), 0, values, i * first.size(), first.size());
        }
        int[] extents = first.shape().extents();
        extents[0] *= tensors.size();
        return Tensor.of(Shape.of(extents), values);
    }
}
