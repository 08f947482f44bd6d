package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything the rules look at.
 *
 * @param loss its value; null where only gradients were given
 * @param layers in the order of computation
 * @param ordered whether that order is known
 * @param samples the gradients sample by sample
 * @param unexplained why the model cannot explain these gradients, for the causes; null where it can
 * @param around the graph and the data behind the gradients, where they are known
 */
public record Condition(
        @Nullable Double loss,
        List<LayerHealth> layers,
        boolean ordered,
        SampleNorms samples,
        @Nullable String unexplained,
        Surroundings around) {

    public Condition(@Nullable Double loss, List<LayerHealth> layers, boolean ordered, SampleNorms samples) {
        this(loss, layers, ordered, samples, null, Surroundings.UNKNOWN);
    }

    /** The same with the step that an optimizer takes from here, and with the gradients that are computed in float16. */
    public Condition with(@Nullable FirstStep step, Map<String, Tensor> inFloat16) {
        return new Condition(loss, layers, ordered, samples, unexplained, around.with(step, inFloat16));
    }

    /** The layers that count for the depth. */
    List<LayerHealth> weighted() {
        return layers.stream().filter(LayerHealth::hasWeight).toList();
    }

    /** Gradient norms by depth. */
    public DepthProfile gradients() {
        List<LayerHealth> weighted = weighted();
        return DepthProfile.of(
                weighted.stream().map(LayerHealth::name).toList(),
                weighted.stream().map(LayerHealth::gradientNorm).toList());
    }

    /** Norms by depth of the loss's derivative by the layers' affine values; null where there is no model. */
    public @Nullable DepthProfile cotangents() {
        List<LayerHealth> weighted = weighted();
        if (weighted.isEmpty() || weighted.stream().anyMatch(layer -> layer.cotangentNorm() == null)) {
            return null;
        }
        return DepthProfile.of(
                weighted.stream().map(LayerHealth::name).toList(),
                weighted.stream()
                        .map(layer -> Objects.requireNonNull(layer.cotangentNorm()))
                        .toList());
    }

    /** None where the derivatives by the affine values are not known. */
    public List<Passage> passages() {
        return cotangents() == null ? List.of() : Passage.of(weighted());
    }

    /** The layers with an activation that is more than the identity. */
    List<LayerHealth> activated() {
        return layers.stream()
                .filter(layer -> layer.activation() != null
                        && !layer.activation().function().equals("none"))
                .toList();
    }
}
