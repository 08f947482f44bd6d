package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Slot;
import dev.plumbline.compute.optimizer.strip.DoubleStrip;
import dev.plumbline.compute.optimizer.strip.FloatStrip;
import dev.plumbline.compute.optimizer.strip.Strip;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.FloatTensor;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tensors of a step: held against each other before any is loaded, then loaded into arrays to be stepped on. */
record LoadedTensors(Optimizer optimizer, Checkpoint before, Map<String, ? extends TensorSource> gradients) {

    LoadedTensors {
        Checkpoint.requireStep(before.step());
        Map<String, ? extends TensorSource> parameters = before.parameters();
        requireKnown(gradients, parameters, "gradients");
        before.slots().forEach((slot, moments) -> {
            if (optimizer.slots().stream().noneMatch(own -> own.name().equals(slot))) {
                throw Problem.invalid(
                        Problem.pointer("state", "slots", slot),
                        optimizer.kind() + " keeps no such moment",
                        slot,
                        optimizer.slots().stream().map(Slot::name).toList());
            }
            requireKnown(moments, parameters, "state", "slots", slot);
        });
        boolean fresh = isFresh(before);
        parameters.forEach((name, parameter) -> {
            requireWide(name, parameter.datatype());
            require(gradients.get(name), parameter.shape(), "gradients", name);
            if (!fresh) {
                optimizer.slots().forEach(slot -> requireMoment(slot, name, parameter, moment(before, slot, name)));
            }
        });
    }

    /** Refuses what no gradients could be held against. */
    static void require(Optimizer optimizer, Checkpoint before) {
        new LoadedTensors(optimizer, before, before.parameters());
    }

    private static boolean isFresh(Checkpoint before) {
        return before.step() == 0 && before.slots().isEmpty();
    }

    private static void requireKnown(
            Map<String, ? extends TensorSource> tensors, Map<String, ? extends TensorSource> parameters, Object... at) {
        for (String name : tensors.keySet()) {
            if (!parameters.containsKey(name)) {
                throw Problem.invalid(
                        Problem.pointer(
                                Stream.concat(Stream.of(at), Stream.of(name)).toArray()),
                        "there is no parameter of that name",
                        name,
                        parameters.keySet());
            }
        }
    }

    private static void requireWide(String name, Datatype datatype) {
        if (datatype != Datatype.FP64 && datatype != Datatype.FP32) {
            throw Problem.unsupported(
                    Problem.pointer("parameters", name),
                    "a step smaller than the parameter's rounding would be lost: keep FP32 parameters beside the "
                            + datatype + " ones",
                    datatype,
                    "FP32 or FP64");
        }
    }

    private static void require(@Nullable TensorSource tensor, Shape expected, Object... at) {
        if (tensor == null) {
            throw Problem.invalid(Problem.pointer(at), "every parameter needs one", "nothing", "shape " + expected);
        }
        if (!tensor.shape().equals(expected)) {
            throw Problem.invalid(
                    Problem.pointer(at), "the shape is not what its parameter needs", tensor.shape(), expected);
        }
        if (!tensor.datatype().isFloat()) {
            throw Problem.invalid(
                    Problem.pointer(at), "the datatype is not a float type", tensor.datatype(), "a float type");
        }
    }

    private static void requireMoment(Slot slot, String name, TensorSource parameter, @Nullable TensorSource moment) {
        Shape expected = slot.shape(parameter.shape());
        if (expected != null) {
            require(moment, expected, "state", "slots", slot.name(), name);
        } else if (moment != null) {
            throw Problem.invalid(
                    Problem.pointer("state", "slots", slot.name(), name),
                    "a parameter of this shape keeps no such moment",
                    moment.shape(),
                    "nothing");
        }
    }

    private static @Nullable TensorSource moment(Checkpoint before, Slot slot, String name) {
        Map<String, ? extends TensorSource> moments = before.slots().get(slot.name());
        return moments == null ? null : moments.get(name);
    }

    List<TensorArrays> arrays() {
        return before.parameters().keySet().stream().map(this::load).toList();
    }

    /** The first NaN or infinity of each tensor, as it came; one tensor after the other is loaded again for that. */
    List<NonFinite> nonFinites() {
        return before.parameters().keySet().stream()
                .map(name -> load(name).firstNonFinite(optimizer.slots(), false))
                .flatMap(Optional::stream)
                .toList();
    }

    private TensorArrays load(String name) {
        TensorSource parameter = Objects.requireNonNull(before.parameters().get(name));
        TensorSource gradient = Objects.requireNonNull(gradients.get(name));
        Datatype arithmetic = parameter.datatype();
        List<Strip> slots = optimizer.slots().stream()
                .map(slot -> load(slot, name, parameter))
                .toList();
        return new TensorArrays(
                name, parameter.shape(), strip(parameter, arithmetic), strip(gradient, arithmetic), slots);
    }

    private Strip load(Slot slot, String name, TensorSource parameter) {
        TensorSource moment = moment(before, slot, name);
        if (moment != null) {
            return strip(moment, parameter.datatype());
        }
        if (slot.copied()) {
            return strip(parameter, parameter.datatype());
        }
        Shape shape = slot.shape(parameter.shape());
        int size = shape == null ? 0 : shape.size();
        Strip fresh = parameter.datatype() == Datatype.FP64 ? Strip.of(new double[size]) : Strip.of(new float[size]);
        fresh.fill(slot.initial());
        return fresh;
    }

    private static Strip strip(TensorSource source, Datatype arithmetic) {
        return arithmetic == Datatype.FP64 ? Strip.of(source.doubles()) : Strip.of(source.floats());
    }

    /** What the arrays hold after the step; they are not copied. */
    Checkpoint after(List<TensorArrays> arrays) {
        Map<String, TensorSource> parameters = new LinkedHashMap<>();
        Map<String, Map<String, TensorSource>> slots = new LinkedHashMap<>();
        optimizer.slots().forEach(slot -> slots.put(slot.name(), new LinkedHashMap<>()));
        for (TensorArrays tensor : arrays) {
            Shape shape = Objects.requireNonNull(before.parameters().get(tensor.tensor()))
                    .shape();
            parameters.put(tensor.tensor(), source(shape, tensor.parameters()));
            for (int i = 0; i < optimizer.slots().size(); i++) {
                Slot slot = optimizer.slots().get(i);
                Shape form = slot.shape(shape);
                if (form != null) {
                    Objects.requireNonNull(slots.get(slot.name()))
                            .put(tensor.tensor(), source(form, tensor.slots().get(i)));
                }
            }
        }
        return new Checkpoint(before.step() + 1, parameters, slots);
    }

    private static TensorSource source(Shape shape, Strip strip) {
        return strip instanceof FloatStrip floats
                ? new FloatTensor(shape, floats.values())
                : Tensor.of(shape, ((DoubleStrip) strip).values());
    }
}
