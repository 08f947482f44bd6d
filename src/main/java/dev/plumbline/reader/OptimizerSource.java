package dev.plumbline.reader;

import dev.plumbline.compute.optimizer.Adafactor.DecayScale;
import dev.plumbline.compute.optimizer.Adafactor.Floor;
import dev.plumbline.compute.optimizer.Adamax.EpsilonPlace;
import dev.plumbline.compute.optimizer.AmsGrad.Variant;
import dev.plumbline.compute.optimizer.Epsilon;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Lamb.DecayPlace;
import dev.plumbline.compute.optimizer.Lamb.TrustRatio;
import dev.plumbline.compute.optimizer.MomentumBuffer;
import dev.plumbline.compute.optimizer.Muon.Norm;
import dev.plumbline.compute.optimizer.Muon.Scale;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.Sgd;
import dev.plumbline.problem.Problem;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer as a request names it: its kind, whose conventions and defaults it has, and the hyper-parameters that differ
 * from them. A hyper-parameter that this kind does not have is refused.
 *
 * @param preset whose conventions and defaults; PyTorch's where it is not given
 * @param momentum a number for sgd, rmsprop and muon; how Nesterov's momentum is scheduled for nadam
 * @param weightDecay a number, decoupled for adamw, lion, lamb, adafactor, adabelief, muon and scheduleFree and L2 for
 *     everything else, or {@code {kind, rate}}
 * @param alpha of rmsprop and asgd
 * @param maximize whether steps go uphill, of any kind; false
 */
public record OptimizerSource(
        Kind kind,
        @Nullable Preset preset,
        @Nullable Double learningRate,
        @Nullable Double beta1,
        @Nullable Double beta2,
        @Nullable Double epsilon,
        @Nullable Epsilon epsilonConvention,
        @Nullable EpsilonPlace epsilonPlace,
        @Nullable Variant variant,
        @Nullable Object momentum,
        @Nullable Double momentumDecay,
        @Nullable Double dampening,
        @Nullable Boolean nesterov,
        @Nullable MomentumBuffer buffer,
        @Nullable Double alpha,
        @Nullable Boolean centered,
        @Nullable Double initialSquare,
        @Nullable Double learningRateDecay,
        @Nullable Double initialAccumulator,
        @Nullable Double rho,
        @Nullable Object weightDecay,
        @Nullable Double rootEpsilon,
        @Nullable TrustRatio trustRatio,
        @Nullable DecayPlace decayPlace,
        @Nullable Double beta2Decay,
        @Nullable Double epsilon1,
        @Nullable Double epsilon2,
        @Nullable Floor floor,
        @Nullable Double clippingThreshold,
        @Nullable Boolean relativeStep,
        @Nullable Boolean scaleParameter,
        @Nullable Long factoredFrom,
        @Nullable DecayScale decayScale,
        @Nullable Long newtonSchulzSteps,
        @Nullable Norm norm,
        @Nullable Boolean biasCorrection,
        @Nullable Scale scale,
        @Nullable Double vectorRate,
        @Nullable Double vectorEpsilon,
        @Nullable Long warmupSteps,
        @Nullable Double averagingPower,
        @Nullable Double ratePower,
        @Nullable Double shrink,
        @Nullable Double grow,
        @Nullable Double smallestStep,
        @Nullable Double largestStep,
        @Nullable Double lambda,
        @Nullable Double averageFrom,
        @Nullable Long historySize,
        @Nullable Double gradientTolerance,
        @Nullable Double changeTolerance,
        @Nullable Boolean maximize) {

    /** Of this kind, with everything else as PyTorch has it. */
    public static OptimizerSource of(Kind kind, double learningRate) {
        return new OptimizerSource(
                kind,
                null,
                learningRate,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** The optimizer; problems point from here on, as in {@code /beta1}. */
    public Optimizer optimizer() {
        Optimizer defaults = kind.preset(preset == null ? Preset.PYTORCH : preset);
        Optimizer optimizer = HyperParameters.with(defaults, given());
        if (optimizer instanceof Sgd sgd && sgd.momentum() == 0 && sgd.dampening() > 0) {
            throw Problem.invalid(
                    "/dampening", "dampening is of the momentum, and there is none", sgd.dampening(), "a momentum");
        }
        return optimizer;
    }

    /** The hyper-parameters that the request gives, by name. */
    public Map<String, Object> given() {
        Map<String, Object> given = new LinkedHashMap<>();
        for (RecordComponent component : OptimizerSource.class.getRecordComponents()) {
            Object value = read(component);
            if (value != null
                    && !component.getName().equals("kind")
                    && !component.getName().equals("preset")) {
                given.put(component.getName(), value);
            }
        }
        return given;
    }

    private @Nullable Object read(RecordComponent component) {
        try {
            return component.getAccessor().invoke(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a public record's accessor cannot be called", e);
        }
    }
}
