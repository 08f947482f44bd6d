package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is done to gradients before the optimizer sees them: division by the loss scale, clipping, a factor.
 *
 * @param unscalings how often they are divided by the loss scale: once is right
 * @param clipsFirst whether they are clipped before that
 * @param factor that they are multiplied by before anything else; 1
 * @param offset of the norm in the divisor: PyTorch's 1e-6, or 0
 * @param adding whether gradients are added to those of the steps before, of the observed ones
 */
record GradientPath(
        int unscalings, boolean clipsFirst, double factor, Clip clip, double bound, double offset, boolean adding) {

    /** What is held against the bound. */
    enum Clip {
        NONE,
        VALUE,
        NORM,
        /** Keras's clipnorm: each tensor by its own. */
        NORM_OF_EACH,
        /** Smaller gradients are scaled up to the bound too. */
        NORM_ALWAYS,
        /** The bound is divided by the sum of squares. */
        SQUARED_NORM
    }

    static final double PYTORCH_OFFSET = 1e-6;

    static GradientPath claimed(Clipping clipping) {
        boolean byValue = clipping.value() < Double.POSITIVE_INFINITY;
        boolean byNorm = clipping.norm() < Double.POSITIVE_INFINITY;
        Clip clip = byValue ? Clip.VALUE : byNorm ? Clip.NORM : Clip.NONE;
        return new GradientPath(1, false, 1, clip, byValue ? clipping.value() : clipping.norm(), 0, false);
    }

    GradientPath clipping(Clip other, double otherBound) {
        return new GradientPath(unscalings, clipsFirst, factor, other, otherBound, offset, adding);
    }

    GradientPath asPyTorchDivides() {
        return new GradientPath(unscalings, clipsFirst, factor, clip, bound, PYTORCH_OFFSET, adding);
    }

    GradientPath unscaling(int times) {
        return new GradientPath(times, clipsFirst, factor, clip, bound, offset, adding);
    }

    GradientPath clippingFirst() {
        return new GradientPath(unscalings, true, factor, clip, bound, offset, adding);
    }

    GradientPath addingUp() {
        return new GradientPath(unscalings, clipsFirst, factor, clip, bound, offset, true);
    }

    GradientPath times(double other) {
        return new GradientPath(unscalings, clipsFirst, other, clip, bound, offset, adding);
    }

    /** Of all tensors of all steps, as they came. */
    static List<Map<String, Double>> norms(List<ObservedStep> steps) {
        return steps.stream()
                .map(step -> {
                    Map<String, Double> whole = step.said().norms();
                    if (whole != null) {
                        return whole;
                    }
                    Map<String, Double> norms = new LinkedHashMap<>();
                    step.gradients().forEach((name, tensor) -> norms.put(name, tensor.norm()));
                    return norms;
                })
                .toList();
    }

    /**
     * The steps with the gradients that the optimizer saw.
     *
     * @param norms of the whole gradients, of which {@code steps} may have a sample only
     */
    List<ObservedStep> of(List<ObservedStep> steps, List<Map<String, Double>> norms) {
        boolean nothing = clip == Clip.NONE
                && factor == 1
                && !adding
                && steps.stream().allMatch(step -> step.said().lossScale() == 1);
        if (nothing) {
            return steps;
        }
        List<ObservedStep> seen = new ArrayList<>();
        for (int k = 0; k < steps.size(); k++) {
            seen.add(of(steps.get(k), norms.get(k)));
        }
        return adding ? summed(seen) : seen;
    }

    private static List<ObservedStep> summed(List<ObservedStep> steps) {
        List<ObservedStep> summed = new ArrayList<>();
        for (ObservedStep step : steps) {
            Map<String, Tensor> gradients = new LinkedHashMap<>(step.gradients());
            if (!summed.isEmpty()) {
                Map<String, Tensor> before = summed.get(summed.size() - 1).gradients();
                gradients.replaceAll((name, tensor) -> plus(tensor, requireNonNull(before.get(name))));
            }
            summed.add(new ObservedStep(step.before(), gradients, step.after(), step.said()));
        }
        return summed;
    }

    private static Tensor plus(Tensor one, Tensor other) {
        double[] sum = new double[one.size()];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = one.at(i) + other.at(i);
        }
        return Tensor.of(one.shape(), sum).as(one.datatype());
    }

    private ObservedStep of(ObservedStep step, Map<String, Double> norms) {
        double unscale = Math.pow(step.said().lossScale(), -unscalings);
        double before = clipsFirst ? factor : factor * unscale;
        double after = clipsFirst ? unscale : 1;
        double total = norms.values().stream().reduce(0.0, Math::hypot);
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        step.gradients().forEach((name, tensor) -> {
            double norm = clip == Clip.NORM_OF_EACH ? requireNonNull(norms.get(name)) : total;
            double size = before * norm + offset;
            double cut =
                    switch (clip) {
                        case NONE, VALUE -> 1;
                        case NORM, NORM_OF_EACH -> Math.min(1, bound / size);
                        case NORM_ALWAYS -> bound / size;
                        case SQUARED_NORM -> Math.min(1, bound / (size * size));
                    };
            Tensor seen = clip == Clip.VALUE
                    ? tensor.map(g -> after * Math.max(-bound, Math.min(bound, before * g)))
                    : tensor.map(g -> after * cut * before * g);
            gradients.put(name, seen);
        });
        return new ObservedStep(step.before(), gradients, step.after(), step.said());
    }
}
