package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Rule;
import java.util.List;
import java.util.Map;

/**
 * An optimizer: hyper-parameters that have been checked, and the equations of one step. It holds no state; state goes into
 * a step and comes out of it. Steps are taken in the room {@code step}: of tensors by {@code TensorStep}, over arrays
 * where they lie by {@code InPlaceStep}.
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
}
