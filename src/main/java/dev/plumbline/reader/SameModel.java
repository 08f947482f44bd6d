package dev.plumbline.reader;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.FileConstant;
import dev.plumbline.compute.program.Loss.Reduction;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether the model that was read computes what the pipeline computed: its loss and outputs are held against ours, within
 * what rounding in the pipeline's datatype does to them, measured by evaluating with random rounding. Where they differ,
 * what modes, losses and exporters are known to change is tried, and whatever fits is named.
 *
 * <p>One loss is one number: a cause that fits it to all of its digits is hardly a coincidence, one that fits three printed
 * digits may be.
 *
 * @param readers of a model with a loss, at the request's point
 * @param datatype that the pipeline computed in, with {@code precision} for its products
 */
public record SameModel(
        BiFunction<Model, LossSource, ObjectiveReader> readers,
        LossSource loss,
        Datatype datatype,
        @Nullable Precision precision) {

    private static final int RUNS = 5;

    /** Times the largest of so few deviations. */
    private static final double SAFETY = 6;

    /** Roundings of the result itself. */
    private static final double ROUNDINGS = 16;

    /** What an output is to be, what it is here, and by how much the two may differ. */
    private record Compared(String name, Tensor expected, Tensor ours, double allowed) {

        /** The position at which they differ most; -1 where they agree. */
        int worst() {
            int worst = -1;
            double most = 0;
            for (int i = 0; i < ours.size(); i++) {
                double off = Math.abs(expected.at(i) - ours.at(i));
                double beyond = off - allowed - Expected.lastDigit(expected.at(i));
                if (!(beyond <= most)) { // what is no number differs too
                    worst = i;
                    most = Double.isNaN(beyond) ? Double.POSITIVE_INFINITY : beyond;
                }
            }
            return worst;
        }

        String words() {
            int at = worst();
            String where = ours.shape().rank() == 0
                    ? "its " + name
                    : "its output " + name + Arrays.toString(ours.shape().index(at));
            return String.format(
                    Locale.ROOT,
                    "%s is %.9g, yours %.9g, and rounding explains %.1e of that",
                    where,
                    ours.at(at),
                    expected.at(at),
                    allowed);
        }
    }

    /** Null where the model is the same; {@code afford} sees each program before it is evaluated. */
    public @Nullable AnotherModel differs(Model model, Expected expected, Consumer<Program> afford) {
        List<Compared> compared = compared(model, loss, expected, precision, afford);
        Compared difference = firstDifferent(compared);
        if (difference == null) {
            return null;
        }
        List<String> causes = new ArrayList<>();
        for (Variation variation : model.variations()) {
            if (fits(variation.model(), loss, expected, precision, afford)) {
                causes.add(variation.words());
            }
        }
        if (loss.kind() != null && fits(model, otherReduction(), expected, precision, afford)) {
            causes.add("With loss.reduction %s it is yours."
                    .formatted(otherReduction().reduction() == Reduction.SUM ? "sum" : "mean"));
        }
        if (causes.isEmpty()) {
            causes.addAll(model.possibleDifferences());
            causes.addAll(readers.apply(model, loss).guessedValues());
            couldBeRounding(model, expected, afford, causes);
        }
        return new AnotherModel(difference.words(), causes);
    }

    private void couldBeRounding(Model model, Expected expected, Consumer<Program> afford, List<String> causes) {
        if (precision == null) {
            Precision.names().stream()
                    .filter(name -> fits(model, loss, expected, Precision.named(name), afford))
                    .findFirst()
                    .ifPresent(name -> causes.add(
                            "The rounding of %s could explain as much: if you computed in it, say settings.precision."
                                    .formatted(name)));
        }
    }

    private LossSource otherReduction() {
        Reduction other = loss.reduction() == Reduction.SUM ? Reduction.MEAN : Reduction.SUM;
        return loss.with(other);
    }

    private static @Nullable Compared firstDifferent(List<Compared> compared) {
        return compared.stream().filter(each -> each.worst() >= 0).findFirst().orElse(null);
    }

    private boolean fits(
            Model model, LossSource source, Expected expected, @Nullable Precision rounding, Consumer<Program> afford) {
        try {
            return firstDifferent(compared(model, source, expected, rounding, afford)) == null;
        } catch (Problem none) {
            return false; // a variation need not be a model
        }
    }

    private List<Compared> compared(
            Model model, LossSource source, Expected expected, @Nullable Precision rounding, Consumer<Program> afford) {
        ObjectiveReader reader = readers.apply(model, source);
        Program program = reader.readOutputs(afford);
        Evaluation base = reader.evaluate(program);
        Map<String, Tensor> ours = withLoss(base.outputs());
        Map<String, Tensor> wanted = wanted(expected, ours);
        Map<String, Double> spreads = spreads(program, reader.point(program), base, rounding, model.holdsFloat32());
        List<Compared> compared = new ArrayList<>();
        wanted.forEach((name, tensor) -> {
            Tensor own = Objects.requireNonNull(ours.get(name));
            compared.add(new Compared(
                    name.equals(ObjectiveReader.OBJECTIVE) ? "loss" : name,
                    tensor,
                    own,
                    Objects.requireNonNull(spreads.get(name))));
        });
        return compared;
    }

    /** A model's only number is its loss. */
    private static Map<String, Tensor> withLoss(Map<String, Tensor> outputs) {
        Map<String, Tensor> all = new LinkedHashMap<>(outputs);
        Tensor only = outputs.size() == 1 ? outputs.values().iterator().next() : null;
        if (only != null && only.size() == 1) {
            all.put(ObjectiveReader.OBJECTIVE, Tensor.scalar(only.at(0)));
        }
        return all;
    }

    /** What was expected, by the program's names. */
    private static Map<String, Tensor> wanted(Expected expected, Map<String, Tensor> ours) {
        Map<String, Tensor> wanted = new LinkedHashMap<>();
        if (expected.loss() != null) {
            if (!ours.containsKey(ObjectiveReader.OBJECTIVE)) {
                throw Problem.invalid(
                        "/expected/loss",
                        "the model has no loss to compare with",
                        expected.loss(),
                        "a loss in the request, or an output that is one number");
            }
            wanted.put(ObjectiveReader.OBJECTIVE, Tensor.scalar(expected.loss()));
        }
        Map<String, Tensor> named = new LinkedHashMap<>(ours);
        named.remove(ObjectiveReader.OBJECTIVE);
        expected.outputsOrNone().forEach((name, tensor) -> {
            Tensor own = named.get(name);
            String pointer = Problem.pointer("expected", "outputs", name);
            if (own == null) {
                throw Problem.invalid(
                        pointer, "the model has no output of this name", name, Spelling.oneOf(name, named.keySet()));
            }
            if (!own.shape().equals(tensor.shape())) {
                throw Problem.invalid(pointer, "this output has another shape here", tensor.shape(), own.shape());
            }
            wanted.put(name, tensor);
        });
        return wanted;
    }

    /** How far rounding moves each output, at most; that of the file's constants too, where the pipeline had more digits. */
    private Map<String, Double> spreads(
            Program program,
            Map<String, Tensor> point,
            Evaluation base,
            @Nullable Precision mixed,
            boolean holdsFloat32) {
        Map<String, Double> spreads = new LinkedHashMap<>();
        Map<String, Tensor> exact = withLoss(base.outputs());
        exact.forEach((name, value) -> spreads.put(name, ROUNDINGS * datatype.unitRoundoff() * largest(value, null)));
        for (int run = 1; run <= RUNS; run++) {
            Map<String, Tensor> rounded =
                    withLoss(program.evaluate(point, rounding(base, mixed, run)).outputs());
            rounded.forEach((name, value) -> spreads.merge(name, SAFETY * largest(value, exact.get(name)), Math::max));
        }
        List<FileConstant> shortened = datatype == Datatype.FP64 && holdsFloat32 ? FileConstant.of(program) : List.of();
        for (int run = 1; run <= RUNS && !shortened.isEmpty(); run++) {
            Map<String, Tensor> moved = withLoss(
                    program.evaluate(point, FileConstant.moved(shortened, run)).outputs());
            moved.forEach((name, value) -> spreads.merge(name, SAFETY * largest(value, exact.get(name)), Math::max));
        }
        return spreads;
    }

    private Rounding rounding(Evaluation base, @Nullable Precision mixed, long seed) {
        if (mixed != null) {
            return Rounding.mixed(mixed, datatype == Datatype.FP64 ? Datatype.FP32 : datatype, base, seed);
        }
        return datatype == Datatype.FP64 ? Rounding.float64(base, seed) : Rounding.random(datatype, base, seed);
    }

    private static double largest(@Nullable Tensor tensor, @Nullable Tensor from) {
        double largest = 0;
        for (int i = 0; tensor != null && i < tensor.size(); i++) {
            double size = Math.abs(from == null ? tensor.at(i) : tensor.at(i) - from.at(i));
            largest = Double.isFinite(size) ? Math.max(largest, size) : largest;
        }
        return largest;
    }
}
