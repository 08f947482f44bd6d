package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.AdamW;
import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Epsilon;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.Sgd;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.schedule.Cosine;
import dev.plumbline.compute.optimizer.schedule.OneCycle;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults are planted by {@link FaultyAdam}, written apart from the optimizers here. */
class OptimizerCheckTests {

    private static final Adam ADAM = new Adam(1e-2, 0.9, 0.999, 1e-8, Epsilon.STANDARD, WeightDecay.NONE);

    static IntStream fortySeeds() {
        return IntStream.range(0, 40);
    }

    static IntStream hundredSeeds() {
        return IntStream.range(0, 100);
    }

    @ParameterizedTest
    @MethodSource("hundredSeeds")
    void accusesNoRightTrajectory(int seed) {
        Random random = new Random(seed);
        Kind kind = tellable().toList().get(seed % (Kind.values().length - 1));
        boolean inKeras = EnumSet.complementOf(
                        EnumSet.of(Kind.RADAM, Kind.ADABELIEF, Kind.MUON, Kind.SCHEDULE_FREE, Kind.ASGD, Kind.RPROP))
                .contains(kind);
        Optimizer optimizer = kind.preset(seed % 3 == 0 && inKeras ? Preset.KERAS : Preset.PYTORCH);
        if (seed % 4 == 0) {
            optimizer = HyperParameters.with(optimizer, Map.of("weightDecay", 0.01));
        }
        Datatype datatype = seed % 2 == 0 ? Datatype.FP64 : Datatype.FP32;
        Trail trail = new Trail(random, datatype, 1 + random.nextInt(6));
        OptimizerVerdict verdict = new OptimizerCheck(Claim.of(optimizer), trail.by(optimizer)).judge();
        assertThat(verdict.explanation().fault()).isEqualTo(Fault.RIGHT);
        assertThat(verdict.explanation().optimizer()).isEqualTo(optimizer);
        assertThat(verdict.claimResidualUlps()).isLessThanOrEqualTo(OptimizerCheck.ROUNDING_ULPS);
    }

    @ParameterizedTest
    @MethodSource("fortySeeds")
    void believesAnAdamThatRoundsInAnotherOrder(int seed) {
        Datatype datatype = seed % 2 == 0 ? Datatype.FP64 : Datatype.FP32;
        Trail trail = new Trail(new Random(seed), datatype, 5);
        assertThat(judge(ADAM, trail.by(new FaultyAdam())).fault()).isEqualTo(Fault.RIGHT);
    }

    /** Adam's steps at 0.01 and 0.02, claimed to be sgd's. */
    @Test
    void saysWhichRatesAnotherOptimizerHad() {
        double[] x = {1, -2, 0.5, 3, -0.25, 0.125};
        double[] m = new double[x.length];
        double[] v = new double[x.length];
        List<ObservedStep> steps = new ArrayList<>();
        for (int t = 1; t <= 2; t++) {
            double[] before = x.clone();
            double[] g = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                g[i] = Math.sin(3 * i + 5 * t);
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, t)));
                x[i] -= 0.01 * t * (m[i] / (1 - Math.pow(0.9, t))) / (root + 1e-8);
            }
            steps.add(new ObservedStep(
                    Map.of("w", Tensor.vector(before)),
                    Map.of("w", Tensor.vector(g)),
                    Map.of("w", Tensor.vector(x.clone()))));
        }
        assertThat(judge(Kind.SGD.preset(Preset.PYTORCH).withLearningRate(0.1), steps)
                        .advice())
                .isEqualTo("another optimizer made this step: adam, at learning rates 0.01, 0.02");
    }

    @Test
    void seesThatTheBiasIsNotCorrected() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.clock = t -> 1L << 40;
        assertThat(planted(faulty).fault()).isEqualTo(Fault.BIAS_CORRECTION_MISSING);
    }

    @Test
    void recognisesATCountedFromZero() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.clock = t -> Math.max(t - 1, 1);
        Explanation explanation = planted(faulty);
        assertThat(explanation.fault()).isEqualTo(Fault.BIAS_CORRECTION_STEP);
        assertThat(explanation.advice()).contains("one too small");
    }

    @Test
    void readsOffAConstantT() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.clock = t -> 37;
        Explanation explanation = planted(faulty);
        assertThat(explanation.fault()).isEqualTo(Fault.BIAS_CORRECTION_STEP);
        assertThat(explanation.advice()).contains("t is always 37");
    }

    @Test
    void recognisesTheSecondArticlesAdam() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.clock = t -> 2;
        faulty.forgets = true;
        Explanation explanation = planted(faulty);
        assertThat(explanation.fault()).isEqualTo(Fault.STATE_NOT_UPDATED);
        assertThat(explanation.advice()).contains("number of parameter tensors, 2");
    }

    @Test
    void recognisesTheSecondArticlesTInASingleStep() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.clock = t -> 2;
        List<ObservedStep> one = new Trail(new Random(3), Datatype.FP64, 1).by(faulty);
        Explanation explanation = judge(ADAM, one);
        assertThat(explanation.fault()).isEqualTo(Fault.BIAS_CORRECTION_STEP);
        assertThat(new OptimizerCheck(Claim.of(ADAM), one).judge().right()).isFalse();
    }

    @Test
    void seesThatMomentsAreThrownAway() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.forgets = true;
        assertThat(planted(faulty).fault()).isEqualTo(Fault.STATE_NOT_UPDATED);
    }

    @Test
    void findsEpsilonInsideTheRoot() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.epsilon = Epsilon.INSIDE_ROOT;
        Explanation explanation = planted(faulty);
        assertThat(explanation.fault()).isEqualTo(Fault.EPSILON_CONVENTION);
        assertThat(explanation.advice()).contains("insideRoot");
    }

    @Test
    void tellsEpsilonHatFromEpsilon() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.epsilon = Epsilon.EPSILON_HAT;
        assertThat(planted(faulty).advice()).contains("epsilonHat");
    }

    @Test
    void seesSwappedBetas() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.beta1 = 0.999;
        faulty.beta2 = 0.9;
        assertThat(planted(faulty).fault()).isEqualTo(Fault.BETAS_SWAPPED);
    }

    @Test
    void seesAStepUphill() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.sign = -1;
        assertThat(planted(faulty).fault()).isEqualTo(Fault.SIGN);
    }

    @ParameterizedTest
    @EnumSource(
            value = Datatype.class,
            names = {"FP64", "FP32"})
    void measuresTheLearningRate(Datatype datatype) {
        FaultyAdam faulty = new FaultyAdam();
        faulty.learningRate = 3.7e-2;
        Explanation explanation = judge(ADAM, new Trail(new Random(1), datatype, 5).by(faulty));
        assertThat(explanation.fault()).isEqualTo(Fault.LEARNING_RATE);
        assertThat(explanation.advice()).contains("0.037, which is 3.7 times 0.01");
    }

    @Test
    void tellsCoupledFromDecoupledWeightDecay() {
        AdamW claimed = new AdamW(1e-2, 0.9, 0.999, 1e-8, Epsilon.STANDARD, WeightDecay.decoupled(0.1));
        FaultyAdam faulty = new FaultyAdam();
        faulty.coupledDecay = 0.1;
        Explanation explanation = judge(claimed, trail().by(faulty));
        assertThat(explanation.fault()).isEqualTo(Fault.WEIGHT_DECAY);
        assertThat(explanation.advice()).contains("coupled (into the gradient)");
    }

    @Test
    void tellsDecoupledFromCoupledWeightDecay() {
        Adam claimed = new Adam(1e-2, 0.9, 0.999, 1e-8, Epsilon.STANDARD, WeightDecay.l2(0.1));
        FaultyAdam faulty = new FaultyAdam();
        faulty.decoupledDecay = 0.1;
        assertThat(judge(claimed, trail().by(faulty)).advice()).contains("decoupled, where");
        assertThat(judge(claimed, trail().by(new FaultyAdam())).advice()).contains("missing");
    }

    @Test
    void findsAWeightDecayThatNobodyAskedFor() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.decoupledDecay = 0.01;
        assertThat(planted(faulty).fault()).isEqualTo(Fault.WEIGHT_DECAY);
    }

    @Test
    void seesAStepThatWasNotTaken() {
        FaultyAdam faulty = new FaultyAdam();
        faulty.learningRate = 0;
        assertThat(planted(faulty).fault()).isEqualTo(Fault.NOT_TAKEN);
    }

    @Test
    void admitsThatNothingExplainsNoise() {
        Random random = new Random(5);
        List<ObservedStep> steps = trail().by(new FaultyAdam()).stream()
                .map(step -> new ObservedStep(step.before(), noisy(step.gradients(), random), step.after()))
                .toList();
        OptimizerVerdict verdict = new OptimizerCheck(Claim.of(ADAM), steps).judge();
        assertThat(verdict.explanation().fault()).isEqualTo(Fault.UNEXPLAINED);
        assertThat(verdict.claimResidualUlps()).isGreaterThan(1e6);
    }

    @Test
    void accusesNobodyOfAStepThatIsMissing() {
        List<ObservedStep> whole = new Trail(new Random(2), Datatype.FP64, 4).by(ADAM);
        List<ObservedStep> steps = List.of(whole.get(0), whole.get(1), whole.get(3));
        OptimizerVerdict verdict = new OptimizerCheck(Claim.of(ADAM), steps).judge();
        assertThat(verdict.explanation().fault()).isEqualTo(Fault.GAP);
        assertThat(verdict.summary()).contains("steps/2/before/b is not steps/1/after/b");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY})
    void saysNothingOfNumbersThatAreNotFinite(double value) {
        List<ObservedStep> steps = trail().by(ADAM).stream()
                .map(step -> new ObservedStep(step.before(), step.gradients(), spoiled(step.after(), value)))
                .toList();
        Explanation explanation = judge(ADAM, steps);
        assertThat(explanation.fault()).isEqualTo(Fault.NON_FINITE);
        assertThat(explanation.advice()).endsWith("steps/0/after/b");
    }

    private static Map<String, Tensor> spoiled(Map<String, Tensor> tensors, double value) {
        Map<String, Tensor> spoiled = new TreeMap<>(tensors);
        spoiled.put("b", Tensor.filled(Shape.of(4), value));
        return spoiled;
    }

    @Test
    void seesThatOnlyOneMomentIsCorrected() {
        FaultyAdam withoutMean = new FaultyAdam();
        withoutMean.correctsMean = false;
        assertThat(planted(withoutMean).advice()).contains("m was not");
        FaultyAdam withoutSquare = new FaultyAdam();
        withoutSquare.correctsSquare = false;
        assertThat(planted(withoutSquare).advice()).contains("v was not");
    }

    @Test
    void seesADecayThatIsNotMultipliedByTheLearningRate() {
        AdamW claimed = new AdamW(1e-2, 0.9, 0.999, 1e-8, Epsilon.STANDARD, WeightDecay.decoupled(0.03));
        FaultyAdam faulty = new FaultyAdam();
        faulty.decoupledDecay = 3;
        assertThat(judge(claimed, trail().by(faulty)).advice()).contains("not multiplied by the learning rate");
    }

    static Stream<Kind> tellable() {
        return Stream.of(Kind.values()).filter(Kind::stepsTensors);
    }

    @ParameterizedTest
    @MethodSource("tellable")
    void findsTheOptimizerOfStepsThatNobodyKnowsAnythingOf(Kind kind) {
        Optimizer hidden = kind.preset(Preset.PYTORCH).withLearningRate(0.0123);
        OptimizerVerdict verdict = new OptimizerCheck(Claim.unknown(), trail().by(hidden)).judge();
        assertThat(verdict.explanation().fault()).isEqualTo(Fault.RIGHT);
        Optimizer found = requireNonNull(verdict.explanation().optimizer());
        assertThat(found.kind()).isEqualTo(kind);
        assertThat(found.learningRate()).isCloseTo(0.0123, within(1e-12));
    }

    /** Asgd keeps its rate in float32: in float64 no rate of a least-squares fit explains two steps, only the number that was given. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-5, 3e-4, 0.0123456, 0.1, 0.7, 3})
    void findsTheRateThatAsgdKeepsInFloat32(double rate) {
        Optimizer hidden = Kind.ASGD.preset(Preset.PYTORCH).withLearningRate(rate);
        Optimizer claimed = Kind.ASGD.preset(Preset.PYTORCH);
        Explanation explanation = judge(claimed, trail().by(hidden));
        assertThat(explanation.fault()).isEqualTo(Fault.LEARNING_RATE);
        assertThat(requireNonNull(explanation.optimizer()).learningRate()).isEqualTo(rate);
        assertThat(judge(hidden, trail().by(hidden)).fault()).isEqualTo(Fault.RIGHT);
    }

    @Test
    void namesAnotherOptimizerThanTheOneClaimed() {
        Optimizer other = Kind.ADAMAX.preset(Preset.PYTORCH).withLearningRate(1e-2);
        Explanation explanation = judge(ADAM, trail().by(other));
        assertThat(explanation.fault()).isEqualTo(Fault.OTHER_OPTIMIZER);
        assertThat(requireNonNull(explanation.optimizer()).kind()).isEqualTo(Kind.ADAMAX);
    }

    @Test
    void goesOnFromAStateThatIsGiven() {
        List<ObservedStep> steps = new Trail(new Random(2), Datatype.FP64, 6).by(ADAM);
        OptimizerState state = OptimizerState.INITIAL;
        for (ObservedStep step : steps.subList(0, 5)) {
            state = new TensorStep(ADAM)
                    .take(state, step.before(), step.gradients())
                    .state();
        }
        List<ObservedStep> last = steps.subList(5, 6);
        assertThat(new OptimizerCheck(new Claim(ADAM, true, state), last)
                        .judge()
                        .right())
                .isTrue();
        assertThat(new OptimizerCheck(Claim.of(ADAM), last).judge().right()).isFalse();
    }

    private static Explanation planted(FaultyAdam faulty) {
        return judge(ADAM, trail().by(faulty));
    }

    private static Explanation judge(Optimizer claimed, List<ObservedStep> steps) {
        return new OptimizerCheck(Claim.of(claimed), steps).judge().explanation();
    }

    private static Trail trail() {
        return new Trail(new Random(11), Datatype.FP64, 5);
    }

    private static Map<String, Tensor> noisy(Map<String, Tensor> tensors, Random random) {
        Map<String, Tensor> noisy = new TreeMap<>();
        tensors.forEach((name, tensor) -> noisy.put(name, tensor.map(x -> x + 1e-3 * random.nextGaussian())));
        return noisy;
    }

    /** Two tensors and random gradients, some as small as epsilon; they shrink, or AMSGrad would be Adam. */
    private record Trail(Random random, Datatype datatype, int length) {

        private static final double SHRINKS = 0.1;

        List<ObservedStep> by(Optimizer optimizer) {
            List<ObservedStep> steps = new ArrayList<>();
            OptimizerState state = OptimizerState.INITIAL;
            Map<String, Tensor> x = tensors(1);
            for (int t = 1; t <= length; t++) {
                Map<String, Tensor> g = gradients(Math.pow(SHRINKS, t - 1));
                OptimizerStep step = new TensorStep(optimizer).take(state, x, g);
                steps.add(new ObservedStep(x, g, step.parameters()));
                state = step.state();
                x = step.parameters();
            }
            return steps;
        }

        List<ObservedStep> by(FaultyAdam optimizer) {
            List<ObservedStep> steps = new ArrayList<>();
            Map<String, Tensor> x = tensors(1);
            for (int t = 1; t <= length; t++) {
                Map<String, Tensor> g = gradients(Math.pow(SHRINKS, t - 1));
                Map<String, Tensor> after = optimizer.step(x, g);
                steps.add(new ObservedStep(x, g, after));
                x = after;
            }
            return steps;
        }

        private Map<String, Tensor> tensors(double size) {
            return new TreeMap<>(Map.of("w", tensor(Shape.of(3, 4), size), "b", tensor(Shape.of(4), size)));
        }

        private Map<String, Tensor> gradients(double size) {
            return new TreeMap<>(Map.of("w", tensor(Shape.of(3, 4), 1e-4 * size), "b", tensor(Shape.of(4), size)));
        }

        private Tensor tensor(Shape shape, double size) {
            double[] values = random.doubles(shape.size(), -size, size).toArray();
            return Tensor.of(shape, values).as(datatype);
        }
    }

    /** What bfloat16 leaves of Muon's matrices is no fault, and no proof; what is further off is another step. */
    @ParameterizedTest
    @CsvSource({"0.1, TOO_COARSE", "0.24, TOO_COARSE", "0.3, UNEXPLAINED"})
    void accusesNobodyOfBfloat16InMuon(double share, Fault fault) {
        Optimizer muon = Kind.MUON.preset(Preset.PYTORCH);
        Tensor w = Tensor.of(Shape.of(2, 3), 0.5, -1, 0.25, 2, 0.125, -0.75);
        Map<String, Tensor> x = Map.of("w", w);
        Map<String, Tensor> g = Map.of("w", Tensor.of(Shape.of(2, 3), 1, 0.3, -0.2, 0.1, -2, 0.7));
        Tensor after = Objects.requireNonNull(new TensorStep(muon)
                .take(OptimizerState.initial(muon, x), x, g)
                .parameters()
                .get("w"));
        double[] other = after.doubles();
        double largest = 0;
        for (int i = 0; i < other.length; i++) {
            largest = Math.max(largest, Math.abs(other[i] - w.at(i)));
        }
        other[2] += share * largest;
        ObservedStep step = new ObservedStep(x, g, Map.of("w", Tensor.of(Shape.of(2, 3), other)));
        OptimizerVerdict verdict = new OptimizerCheck(Claim.of(muon), List.of(step)).judge();
        assertThat(verdict.explanation().fault()).isEqualTo(fault);
    }

    /** Noise, of which nothing is claimed: a search over some thousand trials, each of which can be the last. */
    @Test
    void asksWithinItsSearchesWhetherAnybodyWaits() {
        SplittableRandom random = new SplittableRandom(3);
        List<ObservedStep> noise = Stream.generate(() -> new ObservedStep(
                        Map.of("w", Tensor.vector(new double[8])),
                        Map.of("w", Tensor.vector(random.doubles(8, -1, 1).toArray())),
                        Map.of("w", Tensor.vector(random.doubles(8, -1, 1).toArray()))))
                .limit(1)
                .toList();
        AtomicInteger asked = new AtomicInteger();
        OptimizerCheck check = new OptimizerCheck(Claim.unknown(), noise);
        check.judge(asked::incrementAndGet);
        assertThat(asked).hasValueGreaterThan(2_000);
        int last = asked.get() - 1;
        asked.set(0);
        assertThatThrownBy(() -> check.judge(() -> {
                    if (asked.incrementAndGet() == last) {
                        throw Problem.invalid("", "nobody waits any longer", "", "");
                    }
                }))
                .isInstanceOf(Problem.class);
        assertThat(asked).hasValue(last);
    }

    @Test
    void namesTheFirstRateOfACourseThatNobodyClaims() {
        SplittableRandom random = new SplittableRandom(4);
        Optimizer adam = Adam.preset(Preset.PYTORCH);
        Map<String, Tensor> x =
                Map.of("w", Tensor.vector(random.doubles(12, -1, 1).toArray()));
        OptimizerState state = OptimizerState.initial(adam, x);
        List<ObservedStep> steps = new ArrayList<>();
        for (double rate : new double[] {0.01, 0.007, 0.006}) {
            Map<String, Tensor> g =
                    Map.of("w", Tensor.vector(random.doubles(12, -1, 1).toArray()));
            OptimizerStep step = new TensorStep(adam.withLearningRate(rate)).take(state, x, g);
            steps.add(new ObservedStep(x, g, step.parameters()));
            x = step.parameters();
            state = step.state();
        }
        OptimizerVerdict verdict = new OptimizerCheck(Claim.unknown(), steps).judge();
        assertThat(verdict.explanation().optimizer()).isEqualTo(adam.withLearningRate(0.01));
        assertThat(verdict.summary())
                .contains("learning rate 0.01 in the first step (in all: 0.01, 0.007, 0.006)")
                .doesNotContain("0.001");
    }

    private static final double[] FALLING = {0.1, 0.09, 0.07, 0.02};

    /** Steps at these rates. */
    private static List<ObservedStep> coursed(Optimizer optimizer, double... rates) {
        SplittableRandom random = new SplittableRandom(8);
        Map<String, Tensor> x =
                Map.of("w", Tensor.vector(random.doubles(12, -1, 1).toArray()));
        OptimizerState state = OptimizerState.initial(optimizer, x);
        List<ObservedStep> steps = new ArrayList<>();
        for (double rate : rates) {
            Map<String, Tensor> g =
                    Map.of("w", Tensor.vector(random.doubles(12, -1, 1).toArray()));
            OptimizerStep step = new TensorStep(optimizer.withLearningRate(rate)).take(state, x, g);
            steps.add(new ObservedStep(x, g, step.parameters()));
            x = step.parameters();
            state = step.state();
        }
        return steps;
    }

    private static OptimizerVerdict ofKind(
            Kind kind, @Nullable Schedule schedule, Set<String> said, List<ObservedStep> steps) {
        Circumstances circumstances = new Circumstances(schedule, Clipping.NONE, List.of(), Map.of(), false, said);
        return new OptimizerCheck(new Claim(kind.preset(Preset.PYTORCH), false, null, circumstances), steps).judge();
    }

    @Test
    void takesEveryCourseOfRatesForRightThatNobodyClaims() {
        Optimizer momentum = HyperParameters.with(Sgd.preset(Preset.PYTORCH), Map.of("momentum", 0.9));
        for (Optimizer optimizer : List.of(Sgd.preset(Preset.PYTORCH), momentum)) {
            OptimizerVerdict verdict = ofKind(Kind.SGD, null, Set.of(), coursed(optimizer, FALLING));
            assertThat(verdict.right()).as(verdict.summary()).isTrue();
            assertThat(verdict.summary()).contains("in the first step (in all: 0.1, 0.09, 0.07, 0.02)");
        }
        OptimizerVerdict said = ofKind(Kind.SGD, null, Set.of("momentum"), coursed(momentum, FALLING));
        assertThat(said.right()).as(said.summary()).isFalse();
    }

    /** A state that a schedule has marked says the rate of the first step, and no more. */
    @Test
    void goesOnAtAnyRateFromThatOfAScheduledState() {
        for (double first : new double[] {0.1, 0.11}) {
            Circumstances circumstances = new Circumstances(
                    null,
                    Clipping.NONE,
                    List.of(),
                    Map.of(),
                    false,
                    Set.of("learningRate"),
                    Set.of(Circumstances.Open.COURSE));
            Optimizer sgd = Sgd.preset(Preset.PYTORCH);
            Claim claim = new Claim(sgd.withLearningRate(first), true, null, circumstances);
            OptimizerVerdict verdict = new OptimizerCheck(claim, coursed(sgd, FALLING)).judge();
            assertThat(verdict.right()).as(verdict.summary()).isEqualTo(first == 0.1);
        }
    }

    @Test
    void findsTheRateThatAStatedScheduleStartsFrom() {
        Schedule cosine = new Cosine(5, 0.003);
        double[] rates = IntStream.rangeClosed(1, 4)
                .mapToDouble(t -> cosine.rate(t, 0.02))
                .toArray();
        OptimizerVerdict verdict = ofKind(Kind.ADAM, cosine, Set.of(), coursed(Adam.preset(Preset.PYTORCH), rates));
        assertThat(verdict.right()).as(verdict.summary()).isTrue();
        assertThat(requireNonNull(verdict.explanation().optimizer()).learningRate())
                .isEqualTo(0.02);
        OptimizerVerdict other =
                ofKind(Kind.ADAM, new Cosine(9, 0.003), Set.of(), coursed(Adam.preset(Preset.PYTORCH), rates));
        assertThat(other.right()).as(other.summary()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"AMSGRAD", "RADAM", "NADAM"})
    void leavesTheKindOfAnUnsaidWeightDecayOpenWherePyTorchHasBoth(Kind kind) {
        Optimizer decoupled =
                HyperParameters.with(kind.preset(Preset.PYTORCH), Map.of("weightDecay", WeightDecay.decoupled(0.01)));
        List<ObservedStep> steps = coursed(decoupled, 0.01, 0.01, 0.01);
        OptimizerVerdict verdict = ofKind(kind, null, Set.of(), steps);
        assertThat(verdict.right()).as(verdict.summary()).isTrue();
        assertThat(ofKind(kind, null, Set.of("weightDecay"), steps).right()).isFalse();
    }

    @Test
    void saysThatNAdamsProductIsNotTakenWhereItsMomentumMayBeCycled() {
        Schedule schedule = new OneCycle(8, 0.3, 25, 1e4, OneCycle.Anneal.COSINE, false, OneCycle.Counting.PYTORCH);
        List<ObservedStep> steps = coursed(Adam.preset(Preset.PYTORCH), 0.01, 0.3, 0.002, 0.0004).stream()
                .map(step -> new ObservedStep(
                        step.before(),
                        step.gradients(),
                        Map.of("w", requireNonNull(step.after().get("w")).map(Math::sin))))
                .limit(1)
                .toList();
        OptimizerVerdict verdict = ofKind(Kind.NADAM, schedule, Set.of("beta1"), steps);
        assertThat(verdict.explanation().fault()).as(verdict.summary()).isEqualTo(Fault.PRODUCT_OF_MOMENTA);
    }
}
