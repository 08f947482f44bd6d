package dev.plumbline.compute.optimizer;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The optimizers by name. */
public enum Kind {
    ADAM(Adam::preset),
    ADAMW(AdamW::preset),
    AMSGRAD(AmsGrad::preset),
    NADAM(NAdam::preset),
    RADAM(RAdam::preset),
    ADAMAX(Adamax::preset),
    SGD(Sgd::preset),
    RMSPROP(RmsProp::preset),
    ADAGRAD(Adagrad::preset),
    ADADELTA(Adadelta::preset),
    LION(Lion::preset),
    LAMB(Lamb::preset),
    ADAFACTOR(Adafactor::preset),
    ADABELIEF(AdaBelief::preset),
    MUON(Muon::preset),
    SCHEDULE_FREE(ScheduleFree::preset),
    ASGD(Asgd::preset),
    RPROP(Rprop::preset),
    LBFGS(Lbfgs::preset);

    private final Function<Preset, Optimizer> presets;

    Kind(Function<Preset, Optimizer> presets) {
        this.presets = presets;
    }

    /** The kind called {@code name}, as in {@code "adamw"}. */
    public static Kind named(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> Problem.unsupported(
                        "/kind",
                        "no such optimizer",
                        name,
                        Arrays.stream(values()).map(Kind::toString).collect(Collectors.joining(", "))));
    }

    /** The optimizer with a library's defaults; a problem where that library has none such. */
    public Optimizer preset(Preset preset) {
        return presets.apply(preset);
    }

    /** Whether it steps each tensor for itself, which only training runs can do without. */
    public boolean stepsTensors() {
        return this != LBFGS;
    }

    /** Whether a weight decay that is only a number is decoupled for this kind, as where it comes from. */
    public boolean decaysDecoupled() {
        return switch (this) {
            case ADAMW, LION, LAMB, ADAFACTOR, ADABELIEF, MUON, SCHEDULE_FREE -> true;
            case ADAM, AMSGRAD, NADAM, RADAM, ADAMAX, SGD, RMSPROP, ADAGRAD, ADADELTA, ASGD, RPROP, LBFGS -> false;
        };
    }

    /** Whether PyTorch has it with the one weight decay and with the other. */
    public boolean decaysEither() {
        return this == AMSGRAD || this == NADAM || this == RADAM;
    }

    /** A weight decay that is only a number, as where this kind comes from. */
    public WeightDecay decay(double rate) {
        return decaysDecoupled() ? WeightDecay.decoupled(rate) : WeightDecay.l2(rate);
    }

    @Override
    public String toString() {
        return HyperParameters.camelCase(this);
    }
}
