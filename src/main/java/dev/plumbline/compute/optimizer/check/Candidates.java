package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Ascent;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.Sgd;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** The optimizers that may have made steps of which nothing is known: every library's, and what is usual beside defaults. */
final class Candidates {

    private static final double[] DECAYS = {1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 1e-1};

    private Candidates() {}

    /** Each optimizer of each library; with usual momenta where it has momentum; with usual weight decays where that is usual. */
    static List<Optimizer> all(Momenta momenta) {
        List<Optimizer> presets = presets().toList();
        Stream<Optimizer> withMomentum = presets.stream().flatMap(preset -> momenta.variants(preset).stream());
        return Stream.of(presets.stream(), withMomentum, nadams(), decayed(momenta), decayedAmsGrad())
                .flatMap(optimizers -> optimizers)
                .distinct()
                .toList();
    }

    /** Those that most people use, to be searched about. */
    static Stream<Optimizer> usual() {
        return Stream.of(Kind.ADAM, Kind.ADAMW, Kind.RMSPROP, Kind.ADAGRAD, Kind.SGD, Kind.LION)
                .map(kind -> kind.preset(Preset.PYTORCH));
    }

    /** Those that fewer use, to be searched about where none of the usual ones explains anything. */
    static Stream<Optimizer> rarer() {
        Stream<Optimizer> kinds =
                Stream.of(Kind.RADAM, Kind.ADAMAX, Kind.AMSGRAD, Kind.NADAM).map(kind -> kind.preset(Preset.PYTORCH));
        Stream<Optimizer> switched = Stream.of(
                HyperParameters.with(Kind.RMSPROP.preset(Preset.PYTORCH), Map.of("centered", true)), nesterov());
        return Stream.of(kinds, nadams(), switched).flatMap(optimizers -> optimizers);
    }

    /** All of these, and descent with the usual momentum: what is tried with clipping. */
    static Stream<Optimizer> searched() {
        Optimizer momentum = HyperParameters.with(Sgd.preset(Preset.PYTORCH), Map.of("momentum", 0.9));
        return Stream.of(usual(), Stream.of(momentum), rarer()).flatMap(optimizers -> optimizers);
    }

    private static Optimizer nesterov() {
        return HyperParameters.with(
                Sgd.preset(Preset.PYTORCH), Map.<String, Object>of("momentum", 0.9, "nesterov", true));
    }

    static List<Preset> defaultsOf(Optimizer optimizer) {
        return Stream.of(Preset.values())
                .filter(preset -> preset(optimizer.kind(), preset)
                        .anyMatch(defaults -> defaults.withLearningRate(optimizer.learningRate())
                                .equals(optimizer instanceof Ascent ascent ? ascent.descent() : optimizer)))
                .toList();
    }

    /** With all defaults. */
    static Stream<Optimizer> presets() {
        return Stream.of(Kind.values())
                .filter(Kind::stepsTensors)
                .flatMap(kind -> Stream.of(Preset.values()).flatMap(preset -> preset(kind, preset)))
                .filter(Candidates::buffersGradients);
    }

    private static Stream<Optimizer> preset(Kind kind, Preset preset) {
        try {
            return Stream.of(kind.preset(preset));
        } catch (Problem lacking) {
            return Stream.empty();
        }
    }

    /** Of sgd's two buffers one is enough: they make the same steps as long as the learning rate stays. */
    private static boolean buffersGradients(Optimizer optimizer) {
        return !(optimizer instanceof Sgd sgd) || sgd.equals(Sgd.preset(Preset.PYTORCH));
    }

    /** As PyTorch 1 has it, and with the float32 that PyTorch keeps in it. */
    private static Stream<Optimizer> nadams() {
        return Stream.of("scheduledTwice", "scheduledInFloat32", "scheduledTwiceInFloat32")
                .map(momentum -> HyperParameters.with(Kind.NADAM.preset(Preset.PYTORCH), Map.of("momentum", momentum)));
    }

    /** As TensorFlow begins, in PyTorch's equation. */
    private static Stream<Optimizer> accumulated() {
        return Stream.of(HyperParameters.with(Kind.ADAGRAD.preset(Preset.PYTORCH), Map.of("initialAccumulator", 0.1)));
    }

    private static Stream<Optimizer> decayed(Momenta momenta) {
        Stream<Optimizer> descents = momenta.variants(Sgd.preset(Preset.PYTORCH)).stream()
                .filter(optimizer -> optimizer instanceof Sgd sgd
                        && sgd.dampening() == 0
                        && (sgd.momentum() == 0 || sgd.momentum() == 0.9));
        Stream<Optimizer> adams = Stream.of(Kind.ADAM.preset(Preset.PYTORCH), Kind.ADAMW.preset(Preset.PYTORCH));
        return Stream.concat(descents, adams).flatMap(Candidates::decayed);
    }

    /** PyTorch's AdamW with its switch. */
    private static Stream<Optimizer> decayedAmsGrad() {
        WeightDecay ofAdamW = Kind.ADAMW.preset(Preset.PYTORCH).weightDecay();
        return Stream.of(HyperParameters.with(Kind.AMSGRAD.preset(Preset.PYTORCH), Map.of("weightDecay", ofAdamW)));
    }

    private static Stream<Optimizer> decayed(Optimizer optimizer) {
        return DoubleStream.of(DECAYS).mapToObj(rate -> {
            return HyperParameters.with(
                    optimizer, Map.of("weightDecay", optimizer.kind().decay(rate)));
        });
    }
}
