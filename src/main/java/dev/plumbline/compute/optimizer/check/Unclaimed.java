package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.WeightDecay;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Numbers of the claimed kind of optimizer that nobody claimed. Who says only {@code sgd} has not said that there is no momentum:
 * another value than the default is estimated, and is no fault. A convention that nobody names is the kind's, and so is the kind
 * of weight decay, of a kind that has but one; and who says the momentum has said that it is neither dampened nor Nesterov's.
 */
record Unclaimed(Claim claim) {

    /** The optimizer of the claimed kind at any learning rate, and all that differ from it in what was not said. */
    Stream<Optimizer> numbers(Stream<Optimizer> candidates) {
        Optimizer claimed = requireNonNull(claim.optimizer());
        Stream<Optimizer> others = candidates
                .map(other -> other.withLearningRate(claimed.learningRate()))
                .filter(this::leavesWhatWasSaid);
        return Stream.concat(Stream.of(claimed), others).distinct();
    }

    private static final Set<Fault> OF_NUMBERS = EnumSet.of(
            Fault.WEIGHT_DECAY,
            Fault.EPSILON_VALUE,
            Fault.LEARNING_RATE,
            Fault.MOMENTUM,
            Fault.DECAY_RATE,
            Fault.OTHER_OPTIMIZER);

    /** The same as right, where nothing that was said differs. */
    Fit taken(Fit fit) {
        Hypothesis hypothesis = fit.hypothesis();
        boolean ofNumbers = OF_NUMBERS.containsAll(hypothesis.faults())
                && hypothesis.manner().equals(Manner.RIGHT);
        if (!ofNumbers || !leavesWhatWasSaid(fit.optimizer())) {
            return fit;
        }
        Fault right = Fault.RIGHT;
        return new Fit(
                hypothesis.named(right, ""),
                new Explanation(right, List.of(right), fit.optimizer(), fit.residualUlps(), right.advice()),
                fit.digits());
    }

    private boolean leavesWhatWasSaid(Optimizer found) {
        Optimizer claimed = claim.optimizer();
        if (claimed == null || claimed.kind() != found.kind()) {
            return false;
        }
        Map<String, Object> said = HyperParameters.of(claimed);
        return HyperParameters.of(found).entrySet().stream()
                .filter(entry -> !entry.getValue().equals(said.get(entry.getKey())))
                .allMatch(entry -> isFree(entry.getKey(), entry.getValue(), found));
    }

    private boolean isFree(String name, Object value, Optimizer found) {
        Circumstances circumstances = claim.circumstances();
        boolean said =
                switch (name) {
                    case "learningRate" -> claim.learningRateKnown();
                    case "dampening", "nesterov" -> circumstances.says(name) || circumstances.says("momentum");
                    default -> circumstances.says(name);
                };
        if (name.equals("weightDecay")) {
            return said ? decaysAtTheSameRate(found) : decaysAsItsKind(found);
        }
        return !said && !(value instanceof String);
    }

    private boolean decaysAtTheSameRate(Optimizer found) {
        return claim.circumstances().leaves(Circumstances.Open.DECAY_KIND)
                && found.kind().decaysEither()
                && found.weightDecay().rate()
                        == requireNonNull(claim.optimizer()).weightDecay().rate();
    }

    private static boolean decaysAsItsKind(Optimizer found) {
        WeightDecay decay = found.weightDecay();
        return decay.kind() == WeightDecay.Kind.NONE
                || found.kind().decaysEither()
                || decay.kind() == found.kind().decay(decay.rate()).kind();
    }
}
