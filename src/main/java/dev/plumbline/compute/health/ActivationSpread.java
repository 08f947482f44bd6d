package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Objective;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The spread of the activations shrinks or grows with depth: by more than {@code perLayer} a layer, and {@code total} from
 * the first hidden layer to the last, over at least three. The output is left out: a sigmoid's spread before the loss is
 * that of the predictions, which begin alike.
 */
record ActivationSpread(double perLayer, double total) implements Rule {

    private static final int LEAST_LAYERS = 3;

    @Override
    public Judgement judge(Condition condition) {
        Set<String> outputs = outputs(condition);
        List<LayerHealth> hidden = condition.activated().stream()
                .filter(layer -> layer.hasWeight() && !outputs.contains(layer.name()))
                .toList();
        if (!condition.ordered() || hidden.size() < LEAST_LAYERS) {
            return Judgement.notEvaluated(
                    Symptom.INITIALISATION,
                    "the spread of activations by depth takes three hidden layers with known activations, in a known order");
        }
        List<Double> spreads = hidden.stream()
                .map(layer ->
                        layer.activation() == null ? 0 : layer.activation().spread())
                .toList();
        DepthProfile profile =
                DepthProfile.of(hidden.stream().map(LayerHealth::name).toList(), spreads);
        double growth = 1 / profile.firstToLast();
        double factor = 1 / profile.factorPerLayer();
        double change = Math.max(growth, 1 / growth);
        double changePerLayer = Math.max(factor, 1 / factor);
        if (!(change > total) || !(changePerLayer > perLayer)) {
            return Judgement.HEALTHY;
        }
        return Judgement.of(new HealthFinding(
                Symptom.INITIALISATION,
                Severity.WARNING,
                profile.layers(),
                "factor by which the activations' spread changes from the first layer to the last",
                growth,
                growth > 1 ? total : 1 / total,
                change / total,
                "The activations' spread %s from %s behind %s to %s behind %s: the weights are too %s for this network."
                        .formatted(
                                growth > 1 ? "grows" : "shrinks",
                                Words.number(spreads.get(0)),
                                Words.layer(profile.layers().get(0)),
                                Words.number(spreads.get(spreads.size() - 1)),
                                Words.layer(profile.layers().get(profile.depth() - 1)),
                                growth > 1 ? "large" : "small"),
                List.of(
                        Initialisers.remedy(condition),
                        Remedy.of(Remedy.Action.NORMALISATION, "Normalise between the layers."))));
    }

    /** Layers that no other one comes behind: by the graph, and else the last in the order. */
    private static Set<String> outputs(Condition condition) {
        Objective objective = condition.around().objective();
        List<LayerHealth> weighted = condition.weighted();
        if (objective == null) {
            return weighted.isEmpty()
                    ? Set.of()
                    : Set.of(weighted.get(weighted.size() - 1).name());
        }
        BitSet before = TargetReader.beforeAProduct(objective);
        return condition.around().layers().stream()
                .filter(layer -> layer.stages().stream()
                        .noneMatch(stage -> before.get(stage.activation().id())))
                .map(Layer::name)
                .collect(Collectors.toSet());
    }
}
