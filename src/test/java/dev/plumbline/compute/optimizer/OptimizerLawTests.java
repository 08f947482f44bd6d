package dev.plumbline.compute.optimizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.step.NonFinite;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every optimizer in every library's manner, with and without weight decay. */
class OptimizerLawTests {

    static Stream<Optimizer> optimizers() {
        return Stream.of(Kind.values())
                .filter(Kind::stepsTensors)
                .flatMap(kind -> Stream.of(Preset.values()).flatMap(preset -> made(kind, preset)))
                .flatMap(optimizer ->
                        Stream.of(optimizer, HyperParameters.with(optimizer, Map.of("weightDecay", 0.01))));
    }

    private static Stream<Optimizer> made(Kind kind, Preset preset) {
        try {
            Optimizer optimizer = kind.preset(preset);
            return kind == Kind.RMSPROP || kind == Kind.SGD
                    ? Stream.of(optimizer, HyperParameters.with(optimizer, Map.of("momentum", 0.9)))
                    : Stream.of(optimizer);
        } catch (Problem lacking) {
            return Stream.empty();
        }
    }

    /** Optax's Adafactor decays by a rate that nothing is multiplied with. */
    static Stream<Optimizer> scaledByTheirRate() {
        return optimizers()
                .filter(optimizer -> !(optimizer instanceof Adafactor adafactor)
                        || adafactor.decayScale() != Adafactor.DecayScale.NOTHING);
    }

    @ParameterizedTest
    @MethodSource("scaledByTheirRate")
    void movesNothingAtLearningRateZero(Optimizer optimizer) {
        Map<String, Tensor> x = tensors(1, Datatype.FP64);
        Optimizer still = optimizer.withLearningRate(0);
        OptimizerStep first = new TensorStep(still).take(OptimizerState.INITIAL, x, tensors(2, Datatype.FP64));
        OptimizerStep second = new TensorStep(still).take(first.state(), first.parameters(), tensors(3, Datatype.FP64));
        assertThat(second.parameters()).isEqualTo(x);
        assertThat(requireNonNull(second.report().updates().get("w")).norm()).isZero();
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void keepsShapesDatatypesAndNames(Optimizer optimizer) {
        for (Datatype datatype : List.of(Datatype.FP64, Datatype.FP32)) {
            Map<String, Tensor> x = tensors(1, datatype);
            OptimizerStep step = new TensorStep(optimizer).take(OptimizerState.INITIAL, x, tensors(2, Datatype.BF16));
            assertThat(step.taken()).isTrue();
            assertThat(step.state().slots()).hasSameSizeAs(optimizer.slots());
            x.forEach((name, parameter) -> {
                Tensor after = requireNonNull(step.parameters().get(name));
                assertThat(after.toString()).isEqualTo(parameter.toString());
                for (Slot slot : optimizer.slots()) {
                    Tensor moment = requireNonNull(step.state().slots().get(slot.name()))
                            .get(name);
                    Shape expected = slot.shape(parameter.shape());
                    assertThat(moment == null ? null : moment.shape()).isEqualTo(expected);
                    assertThat(moment == null ? datatype : moment.datatype()).isEqualTo(datatype);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void leavesItsArgumentsAloneAndRepeatsItself(Optimizer optimizer) {
        Map<String, Tensor> x = tensors(1, Datatype.FP32);
        Map<String, Tensor> g = tensors(2, Datatype.FP32);
        OptimizerState state =
                new TensorStep(optimizer).take(OptimizerState.INITIAL, x, g).state();
        OptimizerStep once = new TensorStep(optimizer, Clipping.byNorm(0.1)).take(state, x, g);
        OptimizerStep again = new TensorStep(optimizer, Clipping.byNorm(0.1)).take(state, x, g);
        assertThat(again.parameters()).isEqualTo(once.parameters());
        assertThat(again.state()).isEqualTo(once.state());
        assertThat(again.report()).isEqualTo(once.report());
        assertThat(x).isEqualTo(tensors(1, Datatype.FP32));
        assertThat(g).isEqualTo(tensors(2, Datatype.FP32));
        assertThat(state)
                .isEqualTo(new TensorStep(optimizer)
                        .take(OptimizerState.INITIAL, x, g)
                        .state());
        assertThat(once.state().step()).isEqualTo(2);
    }

    /** Asgd's lambda is a decay under another name, {@code x (1 - lambda eta)}: with it x goes to 0 on zero gradients, in PyTorch too. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void staysWhereTheGradientWasAlwaysZero(Optimizer optimizer) {
        Optimizer undecayed = optimizer instanceof Asgd
                ? HyperParameters.with(optimizer, Map.of("weightDecay", WeightDecay.NONE, "lambda", 0.0))
                : HyperParameters.with(optimizer, Map.of("weightDecay", WeightDecay.NONE));
        Map<String, Tensor> x = tensors(1, Datatype.FP64);
        Map<String, Tensor> zero = new TreeMap<>();
        x.forEach((name, tensor) -> zero.put(name, Tensor.zeros(tensor.shape())));
        assertThat(new TensorStep(undecayed)
                        .take(OptimizerState.INITIAL, x, zero)
                        .parameters())
                .isEqualTo(x);
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void startsDownhill(Optimizer optimizer) {
        Optimizer undecayed = HyperParameters.with(optimizer, Map.of("weightDecay", WeightDecay.NONE));
        Tensor x = Tensor.vector(1, 1, -1, -1);
        Tensor g = Tensor.vector(2, -2, 1e-3, -1e3);
        OptimizerStep step = new TensorStep(undecayed).take(OptimizerState.INITIAL, Map.of("w", x), Map.of("w", g));
        Tensor after = requireNonNull(step.parameters().get("w"));
        for (int i = 0; i < x.size(); i++) {
            assertThat(Math.signum(after.at(i) - x.at(i))).isEqualTo(-Math.signum(g.at(i)));
        }
    }

    /** An entry's step depends on that entry alone, so a tensor of several segments steps like its parts. */
    static Stream<Optimizer> ofEntries() {
        return optimizers().filter(optimizer -> !optimizer.wholeTensors());
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void goesUphillAsItGoesDownhillOfTheNegativeGradient(Optimizer optimizer) {
        Map<String, Tensor> x = tensors(1, Datatype.FP64);
        Map<String, Tensor> g = tensors(2, Datatype.FP64);
        Map<String, Tensor> negative = new TreeMap<>();
        g.forEach((name, tensor) -> negative.put(name, tensor.map(value -> -value)));
        Optimizer ascent = HyperParameters.with(optimizer, Map.of("maximize", true));
        OptimizerStep up = new TensorStep(ascent, Clipping.byNorm(0.5)).take(OptimizerState.INITIAL, x, g);
        assertThat(up.parameters())
                .isEqualTo(new TensorStep(optimizer, Clipping.byNorm(0.5))
                        .take(OptimizerState.INITIAL, x, negative)
                        .parameters())
                .isNotEqualTo(x);
        assertThat(HyperParameters.of(ascent)).containsEntry("maximize", true);
        assertThat(HyperParameters.with(ascent, Map.of("maximize", false))).isEqualTo(optimizer);
    }

    @ParameterizedTest
    @MethodSource("ofEntries")
    void treatsALargeTensorLikeItsParts(Optimizer optimizer) {
        int size = 150_001;
        double[] x = new Random(1).doubles(size, -1, 1).toArray();
        double[] g = new Random(2).doubles(size, -1, 1).toArray();
        Tensor whole = after(optimizer, x, g);
        int from = 130_000;
        Tensor part = after(optimizer, Arrays.copyOfRange(x, from, size), Arrays.copyOfRange(g, from, size));
        assertThat(Arrays.copyOfRange(whole.values(), from, size)).isEqualTo(part.values());
    }

    private static Tensor after(Optimizer optimizer, double[] x, double[] g) {
        OptimizerStep step = new TensorStep(optimizer)
                .take(OptimizerState.INITIAL, Map.of("x", Tensor.vector(x)), Map.of("x", Tensor.vector(g)));
        return requireNonNull(step.parameters().get("x"));
    }

    /** Float32 rounds each of some ten operations by half an ulp; the largest entry is 1. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void saysInFloat32WhatItSaysInFloat64(Optimizer optimizer) {
        Map<String, Tensor> x = tensors(1, Datatype.FP32);
        Map<String, Tensor> wide = new TreeMap<>();
        x.forEach((name, tensor) -> wide.put(name, tensor.as(Datatype.FP64)));
        Map<String, Tensor> g = tensors(2, Datatype.FP32);
        Tensor narrowAfter = requireNonNull(new TensorStep(optimizer)
                .take(OptimizerState.INITIAL, x, g)
                .parameters()
                .get("w"));
        Tensor wideAfter = requireNonNull(new TensorStep(optimizer)
                .take(OptimizerState.INITIAL, wide, g)
                .parameters()
                .get("w"));
        for (int i = 0; i < narrowAfter.size(); i++) {
            assertThat(narrowAfter.at(i)).isCloseTo(wideAfter.at(i), within(1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void takesNoStepFromANaNAndSaysWhereItIs(Optimizer optimizer) {
        Map<String, Tensor> x = tensors(1, Datatype.FP64);
        OptimizerState state = new TensorStep(optimizer)
                .take(OptimizerState.INITIAL, x, tensors(2, Datatype.FP64))
                .state();
        Map<String, Tensor> g = tensors(3, Datatype.FP64);
        requireNonNull(g.get("w")).values()[4] = Double.NaN;
        OptimizerStep step = new TensorStep(optimizer).take(state, x, g);
        assertThat(step.taken()).isFalse();
        assertThat(step.after().parameters()).isSameAs(x);
        assertThat(step.after().slots()).isSameAs(state.slots());
        assertThat(step.state()).isEqualTo(state);
        assertThat(step.report().nonFinites()).hasSize(1);
        NonFinite found = step.report().nonFinites().get(0);
        assertThat(found.tensor() + "/" + found.array() + "/" + found.position())
                .isEqualTo("w/gradient/4");
        assertThat(found.made()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void readsBackItsOwnHyperParameters(Optimizer optimizer) {
        Map<String, Object> written = HyperParameters.of(optimizer);
        assertThat(written.remove("kind")).isEqualTo(optimizer.kind().toString());
        Optimizer other = optimizer.kind().preset(optimizer.kind() == Kind.ASGD ? Preset.PYTORCH : Preset.OPTAX);
        assertThat(HyperParameters.with(other, written)).isEqualTo(optimizer);
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> HyperParameters.with(optimizer, Map.of("learnignRate", 1)))
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/learnignRate"));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void refusesAMomentOfAnotherShape(Optimizer optimizer) {
        Map<String, Tensor> x = tensors(1, Datatype.FP64);
        Map<String, Tensor> g = tensors(2, Datatype.FP64);
        g.put("w", Tensor.vector(1, 2));
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> new TensorStep(optimizer).take(OptimizerState.INITIAL, x, g))
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/gradients/w"));
    }

    private static Map<String, Tensor> tensors(int seed, Datatype datatype) {
        Random random = new Random(seed);
        Map<String, Tensor> tensors = new TreeMap<>();
        for (Map.Entry<String, Shape> entry :
                new TreeMap<>(Map.of("b", Shape.of(3), "empty", Shape.of(0, 2), "w", Shape.of(2, 3))).entrySet()) {
            double[] values = random.doubles(entry.getValue().size(), -1, 1).toArray();
            tensors.put(entry.getKey(), Tensor.of(entry.getValue(), values).as(datatype));
        }
        return tensors;
    }
}
