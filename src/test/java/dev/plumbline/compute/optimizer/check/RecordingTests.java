package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of steps too large for every hypothesis, the verdict is that of steps of which all was tried. */
class RecordingTests {

    private static final int ENTRIES = Survey.STRETCH + 5000;

    private final SplittableRandom random = new SplittableRandom(5);

    private Tensor tensor(int size, double scale, Datatype datatype) {
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = scale * (random.nextDouble() + random.nextDouble() - 1);
        }
        return Tensor.of(Shape.of(size), values).as(datatype);
    }

    private List<RecordedStep> steps(Optimizer optimizer, Datatype datatype, Clipping clipping) {
        Map<String, Tensor> x = parameters(1, datatype);
        OptimizerState state = OptimizerState.initial(optimizer, x);
        List<RecordedStep> steps = new ArrayList<>();
        for (int k = 0; k < 2; k++) {
            Map<String, Tensor> g = parameters(0.1, datatype);
            OptimizerStep step = new TensorStep(optimizer, clipping).take(state, x, g);
            steps.add(new RecordedStep(x, g, step.parameters(), Said.NOTHING));
            x = step.parameters();
            state = step.state();
        }
        return steps;
    }

    private Map<String, Tensor> parameters(double scale, Datatype datatype) {
        return Map.of("w", tensor(ENTRIES, scale, datatype), "b", tensor(7, scale, datatype));
    }

    private static OptimizerVerdict judge(Claim claim, List<RecordedStep> steps) {
        return new Recording(claim, null, steps).judge(() -> {});
    }

    private static Optimizer preset(Kind kind) {
        return kind.preset(Preset.PYTORCH).withLearningRate(0.01);
    }

    /** Those that look at whole tensors are judged as a whole. */
    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"LBFGS", "MUON", "ADAFACTOR", "LAMB"})
    void knowsEveryKind(Kind kind) {
        Optimizer optimizer = preset(kind);
        List<RecordedStep> steps = steps(optimizer, Datatype.FP32, Clipping.NONE);
        assertThat(judge(Claim.of(optimizer), steps).explanation().residualUlps())
                .isZero();
    }

    /** Rates that are fitted in other ways, from a sample. */
    @ParameterizedTest
    @EnumSource(names = {"SCHEDULE_FREE", "ADADELTA"})
    void namesAnotherOptimizer(Kind kind) {
        OptimizerVerdict verdict =
                judge(Claim.of(preset(Kind.ADAMW)), steps(preset(kind), Datatype.FP32, Clipping.NONE));
        assertThat(requireNonNull(verdict.explanation().optimizer()).withLearningRate(1))
                .isEqualTo(preset(kind).withLearningRate(1));
    }

    /** Extremes of every step would be 19,000 entries of 250 steps: 4.75 million, on which all hypotheses are tried. */
    @ParameterizedTest
    @CsvSource({
        "19, 1000, 250, 143250, 140000", // 13 spread, 4 extremes of each tensor, 1 of each step
        "19, 1000, 2, 8326, 8000", // 215 spread
        "1, 1000, 2, 2000, 2000", // all of it
        "1, 200000, 2, 2084, 2000" // 1024 spread and four stretches
    })
    void aSampleDoesNotGrowWithStepsTimesStretches(int tensors, int size, int count, long most, long least) {
        List<RecordedStep> steps = new ArrayList<>();
        Map<String, Tensor> x = many(tensors, size);
        for (int k = 0; k < count; k++) {
            Map<String, Tensor> y = many(tensors, size);
            steps.add(new RecordedStep(x, many(tensors, size), y, Said.NOTHING));
            x = y;
        }
        Recording recording = new Recording(Claim.unknown(), null, steps);
        long picked = Survey.of(recording, () -> {}).picks().values().stream()
                .mapToLong(TreeSet::size)
                .sum();
        assertThat(recording.sampleEntries()).isEqualTo(most);
        assertThat(picked * count).isBetween(least / 2, most);
    }

    private Map<String, Tensor> many(int tensors, int size) {
        Map<String, Tensor> many = new LinkedHashMap<>();
        for (int i = 0; i < tensors; i++) {
            many.put("w" + i, tensor(size, 1, Datatype.FP64));
        }
        return many;
    }

    /** A gradient scaler moves nothing: that one entry moved is seen though other steps moved others farther. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void seesASingleEntryThatMovedOnGradientsThatAreNotFinite(boolean moved) {
        Optimizer adam = preset(Kind.ADAM);
        RecordedStep first = steps(adam, Datatype.FP32, Clipping.NONE).get(0);
        Map<String, Tensor> x = first.loaded().after();
        Map<String, Tensor> infinite = new LinkedHashMap<>(first.loaded().gradients());
        infinite.put("b", requireNonNull(infinite.get("b")).map(value -> Double.POSITIVE_INFINITY));
        Map<String, Tensor> after = new LinkedHashMap<>(x);
        double[] values = requireNonNull(x.get("w")).values().clone();
        values[12_345] += moved ? 1e-4 : 0;
        after.put("w", Tensor.of(Shape.of(ENTRIES), Datatype.FP32, values));
        OptimizerVerdict verdict =
                judge(Claim.of(adam), List.of(first, new RecordedStep(x, infinite, after, Said.NOTHING)));
        assertThat(verdict.right()).as(verdict.summary()).isEqualTo(!moved);
    }

    /** Between tensors of the survey and windows of the sweep. */
    @Test
    void asksWhetherAnybodyWaits() {
        Optimizer adam = preset(Kind.ADAM);
        Recording recording = new Recording(Claim.of(adam), null, steps(adam, Datatype.FP32, Clipping.NONE));
        AtomicInteger asked = new AtomicInteger();
        recording.judge(asked::incrementAndGet);
        int all = asked.get();
        assertThat(all).isGreaterThan(2 * 2 + 5 + 100); // and a hundred hypotheses
        for (int when : new int[] {1, 4 + 50, all}) {
            asked.set(0);
            assertThatThrownBy(() -> recording.judge(() -> {
                        if (asked.incrementAndGet() == when) {
                            throw new IllegalStateException("over");
                        }
                    }))
                    .hasMessage("over");
        }
    }

    @Test
    void judgesAsIfAllHadBeenTried() {
        List<RecordedStep> steps = steps(preset(Kind.RMSPROP), Datatype.FP32, Clipping.NONE);
        Claim claim = Claim.of(preset(Kind.ADAM).withLearningRate(0.02));
        OptimizerVerdict verdict = judge(claim, steps);
        OptimizerVerdict ofAll = new Recording(claim, null, steps).loaded().judge();
        assertThat(verdict.explanation().optimizer())
                .isEqualTo(ofAll.explanation().optimizer());
        assertThat(verdict.explanation().residualUlps())
                .isEqualTo(ofAll.explanation().residualUlps());
        assertThat(verdict.summary()).isEqualTo(ofAll.summary());
    }

    @Test
    void findsAnOptimizerThatNobodyClaims() {
        Optimizer momentum = HyperParameters.with(preset(Kind.SGD), Map.of("momentum", 0.9));
        OptimizerVerdict verdict = judge(Claim.unknown(), steps(momentum, Datatype.FP64, Clipping.NONE));
        assertThat(verdict.explanation().optimizer()).isEqualTo(momentum);
    }

    /** An entry that no sample would have found: the first claim fails on it, and so does every other. */
    @ParameterizedTest
    @ValueSource(ints = {12_345, ENTRIES - 1})
    void seesASingleEntryThatWasSteppedOtherwise(int position) {
        Optimizer adam = preset(Kind.ADAM);
        List<RecordedStep> steps = steps(adam, Datatype.FP64, Clipping.NONE).subList(0, 1);
        Map<String, Tensor> after = new LinkedHashMap<>(steps.get(0).loaded().after());
        double[] values = requireNonNull(after.get("w")).values().clone();
        values[position] += 1e-9;
        after.put("w", Tensor.of(Shape.of(ENTRIES), values));
        List<RecordedStep> other =
                List.of(new RecordedStep(steps.get(0).before(), steps.get(0).gradients(), after, Said.NOTHING));
        assertThat(judge(Claim.of(adam), steps).right()).isTrue();
        assertThat(judge(Claim.of(adam), other).explanation().fault()).isEqualTo(Fault.UNEXPLAINED);
    }

    /** Steps of float32 that came as float64; one entry that is no float32 number, and would be rounded to the right one. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 12_345, ENTRIES - 1})
    void judgesAsFloat32OnlyWhatIsFloat32Throughout(int position) {
        Optimizer adam = preset(Kind.ADAM);
        ObservedStep step = steps(adam, Datatype.FP32, Clipping.NONE).get(0).loaded();
        Map<String, Tensor> after = new LinkedHashMap<>(wide(step.after()));
        if (position >= 0) {
            double[] values = requireNonNull(after.get("w")).values().clone();
            values[position] *= 1 + 1e-9;
            after.put("w", Tensor.of(Shape.of(ENTRIES), values));
        }
        OptimizerVerdict verdict = judge(
                Claim.of(adam),
                List.of(new RecordedStep(wide(step.before()), wide(step.gradients()), after, Said.NOTHING)));
        assertThat(verdict.right()).as(verdict.summary()).isEqualTo(position < 0);
    }

    private static Map<String, Tensor> wide(Map<String, Tensor> tensors) {
        Map<String, Tensor> wide = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> wide.put(name, Tensor.of(tensor.shape(), tensor.values())));
        return wide;
    }

    @ParameterizedTest
    @ValueSource(strings = {"before", "gradients", "after"})
    void saysThatASingleNumberIsNotFinite(String where) {
        Optimizer adam = preset(Kind.ADAM);
        RecordedStep step = steps(adam, Datatype.FP32, Clipping.NONE).get(0);
        Map<String, Tensor> spoilt = new LinkedHashMap<>(
                switch (where) {
                    case "before" -> step.loaded().before();
                    case "after" -> step.loaded().after();
                    default -> step.loaded().gradients();
                });
        double[] values = requireNonNull(spoilt.get("w")).values().clone();
        values[70_001] = Double.NaN;
        spoilt.put("w", Tensor.of(Shape.of(ENTRIES), Datatype.FP32, values));
        RecordedStep bad = new RecordedStep(
                where.equals("before") ? spoilt : step.before(),
                where.equals("gradients") ? spoilt : step.gradients(),
                where.equals("after") ? spoilt : step.after(),
                Said.NOTHING);
        assertThat(judge(Claim.of(adam), List.of(bad)).summary()).contains("steps/0/" + where + "/w");
    }

    @Test
    void seesASingleEntryThatDoesNotGoOn() {
        Optimizer adam = preset(Kind.ADAM);
        List<RecordedStep> steps = steps(adam, Datatype.FP32, Clipping.NONE);
        Map<String, Tensor> before = new LinkedHashMap<>(steps.get(1).loaded().before());
        double[] values = requireNonNull(before.get("w")).values().clone();
        values[70_001] += 1;
        before.put("w", Tensor.of(Shape.of(ENTRIES), Datatype.FP32, values));
        List<RecordedStep> apart = List.of(
                steps.get(0),
                new RecordedStep(before, steps.get(1).gradients(), steps.get(1).after(), Said.NOTHING));
        assertThat(judge(Claim.of(adam), apart).explanation().fault()).isEqualTo(Fault.GAP);
    }

    /** By the norm of all entries, of which the sample has few. */
    @Test
    void clipsByTheWholeNorm() {
        Optimizer sgd = preset(Kind.SGD);
        Clipping clipping = new Clipping(Double.POSITIVE_INFINITY, 2);
        Claim claim = new Claim(sgd, true, null, new Circumstances(null, clipping, List.of(), Map.of(), false, null));
        assertThat(judge(claim, steps(sgd, Datatype.FP64, clipping)).right()).isTrue();
        assertThat(judge(Claim.of(sgd), steps(sgd, Datatype.FP64, clipping))
                        .explanation()
                        .fault())
                .isEqualTo(Fault.CLIPPING);
    }

    /** A step that has a state of its own, in PyTorch's names; one number less or more is no state of its parameters. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void holdsTheStateOfEveryStepAgainstItsParameters(int more) {
        Optimizer adam = preset(Kind.ADAM);
        List<RecordedStep> steps = steps(adam, Datatype.FP32, Clipping.NONE);
        ObservedStep first = steps.get(0).loaded();
        OptimizerState state = new TensorStep(adam)
                .take(OptimizerState.initial(adam, first.before()), first.before(), first.gradients())
                .state();
        Map<String, Tensor> m = new LinkedHashMap<>(requireNonNull(state.slots().get("m")));
        double[] values = requireNonNull(m.get("w")).values();
        m.put("w", Tensor.of(Shape.of(ENTRIES + more), Datatype.FP32, Arrays.copyOf(values, ENTRIES + more)));
        Map<String, Map<String, Tensor>> slots =
                Map.of("exp_avg", m, "exp_avg_sq", requireNonNull(state.slots().get("v")));
        Said said = new Said(new OptimizerState(1, slots), Double.NaN, 1);
        List<RecordedStep> apart = List.of(
                steps.get(0),
                new RecordedStep(
                        steps.get(1).before(),
                        steps.get(1).gradients(),
                        steps.get(1).after(),
                        said));
        if (more == 0) {
            assertThat(judge(Claim.of(adam), apart).right()).isTrue();
        } else {
            Problem problem = catchThrowableOfType(Problem.class, () -> judge(Claim.of(adam), apart));
            assertThat(problem.pointer()).isEqualTo("/steps/1/state/slots/exp_avg/w");
        }
    }

    @Test
    void goesOnFromAStateAndUphill() {
        Optimizer adam = preset(Kind.ADAM);
        List<RecordedStep> steps = steps(adam, Datatype.FP32, Clipping.NONE);
        ObservedStep first = steps.get(0).loaded();
        OptimizerState state = new TensorStep(adam)
                .take(OptimizerState.initial(adam, first.before()), first.before(), first.gradients())
                .state();
        List<RecordedStep> second = List.of(steps.get(1));
        Checkpoint start = new Checkpoint(1, Map.of(), state.slots());
        assertThat(new Recording(Claim.of(adam), start, second).judge(() -> {}).right())
                .isTrue();
        Claim uphill =
                new Claim(adam, true, null, new Circumstances(null, Clipping.NONE, List.of(), Map.of(), true, null));
        RecordedStep negated =
                new RecordedStep(first.before(), first.negated().gradients(), first.after(), Said.NOTHING);
        OptimizerVerdict verdict = judge(uphill, List.of(negated));
        assertThat(verdict.right()).isTrue();
        assertThat(requireNonNull(verdict.explanation().optimizer()).maximizes())
                .isTrue();
        assertThat(judge(uphill, List.of(steps.get(0))).explanation().fault()).isEqualTo(Fault.SIGN);
    }
}
