package dev.plumbline.compute.optimizer;

import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.List;
import java.util.Map;

/**
 * An optimizer: hyper-parameters that have been checked, and the equations of one step. It holds no state; state goes into
 * a step and comes out of it.
 *
 * <p>Parameters are FP64 or FP32 and are computed in that arithmetic; gradients may be of any float type and are rounded to
 * their parameter's. Moments have the parameter's type, so never less than FP32.
 */
public sealed interface Optimizer
        permits AdaBelief,
                Adadelta,
                Adafactor,
                Adagrad,
                Adam,
                AdamW,
                Adamax,
                AmsGrad,
                Ascent,
                Asgd,
                Lamb,
                Lbfgs,
                Lion,
                Muon,
                NAdam,
                RAdam,
                RmsProp,
                Rprop,
                ScheduleFree,
                Sgd {

    Kind kind();

    double learningRate();

    WeightDecay weightDecay();

    /** What is kept beside each parameter tensor. */
    List<Slot> slots();

    /** The equations of step {@code t}, from 1. */
    Rule rule(long t);

    /** How many strips of working space the equations need. */
    default int scratches() {
        return 0;
    }

    /** Whether the equations get a tensor whole, in one thread: what lies beside it changes once, or its entries mix. */
    default boolean wholeTensors() {
        return false;
    }

    /** Whether what an entry becomes depends on others of its tensor: then no piece of a tensor can be stepped for itself. */
    default boolean mixesEntries() {
        return wholeTensors();
    }

    /** Whether its equations hold the decoupled weight decay, which otherwise goes before them. */
    default boolean decaysItself() {
        return false;
    }

    /** Whether it goes uphill: gradients come in with the other sign, before clipping and decay. */
    default boolean maximizes() {
        return false;
    }

    /** The same optimizer at another learning rate, as a schedule wants it. */
    default Optimizer withLearningRate(double learningRate) {
        return HyperParameters.with(this, Map.of("learningRate", learningRate));
    }

    /** The same optimizer at another momentum, or beta1, as a schedule cycles it; itself where it has neither. */
    default Optimizer withMomentum(double momentum) {
        return HyperParameters.cycled(this)
                .map(name -> HyperParameters.with(this, Map.of(name, momentum)))
                .orElse(this);
    }

    /** {@link #step(OptimizerState, Map, Map, Clipping)} without clipping. */
    default OptimizerStep step(OptimizerState before, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
        return step(before, parameters, gradients, Clipping.NONE);
    }

    /**
     * Takes one step. The arguments stay as they are.
     *
     * <p>Where a gradient, a parameter or a moment is not finite, or would not be after the step, there is no step: the
     * result holds the parameters and the state that came in, and says where the number was met. (PyTorch would write the
     * NaN into the moments, from where it never leaves; its gradient scaler skips such steps, as this does.)
     *
     * @param gradients one for each parameter, of its shape
     */
    default OptimizerStep step(
            OptimizerState before, Map<String, Tensor> parameters, Map<String, Tensor> gradients, Clipping clipping) {
        Checkpoint checkpoint = new Checkpoint(before.step(), parameters, before.slots());
        CheckpointStep step = step(checkpoint, gradients, clipping);
        return step.inMemory(
                step.taken() ? step.after().tensors() : parameters,
                step.taken() ? step.after().state() : before);
    }

    /** Refuses, without reading a value, what no gradient could make a step of. */
    default void requireForms(Checkpoint before) {
        LoadedTensors.require(this, before);
    }

    /**
     * The same step, by the same equations, of tensors wherever they lie. Everything that can be known without reading a
     * value is checked first; then each tensor is loaded once, FP32 as float32.
     */
    default CheckpointStep step(Checkpoint before, Map<String, ? extends TensorSource> gradients, Clipping clipping) {
        return new TensorStep(this, clipping).take(before, gradients);
    }
}
