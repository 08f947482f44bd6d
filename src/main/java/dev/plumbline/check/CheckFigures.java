package dev.plumbline.check;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.JudgedOperation;
import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.JudgedTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a report's page draws and its JSON does not hold, of bounded size: some hundred kilobytes, a tenth of that packed.
 *
 * @param explained by tensor, what rounding explains: {@code ||allowance|| / ||reference||}
 * @param tensors the worst ones that are not right, claim against reference
 * @param graph where it sits; null where nothing is wrong
 */
public record CheckFigures(
        Map<String, Double> explained,
        List<TensorFigures> tensors,
        @Nullable Neighbourhood graph) {

    /** Without pictures. */
    public static final CheckFigures NONE = new CheckFigures(Map.of(), List.of(), null);

    /** How many tensors are drawn. */
    private static final int DRAWN = 4;

    /** What the report says of where the mistake sits. */
    record Place(@Nullable Cause cause, List<Suspect> suspects, List<JudgedOperation> operations) {

        /** The operations that are named, the likeliest first. */
        private Set<String> names() {
            Set<String> names = new LinkedHashSet<>();
            operations.stream()
                    .filter(JudgedOperation::isWrong)
                    .map(JudgedOperation::name)
                    .forEach(names::add);
            if (names.isEmpty() && cause != null && cause.node() != null) {
                names.add(cause.node());
                names.addAll(Objects.requireNonNullElse(cause.nodes(), List.of()));
            }
            if (names.isEmpty()) {
                suspects.stream()
                        .filter(suspect -> !Boolean.FALSE.equals(suspect.admits()))
                        .map(Suspect::node)
                        .limit(3)
                        .forEach(names::add);
            }
            return names;
        }
    }

    static CheckFigures of(List<JudgedTensor> tensors, Objective objective, Place place) {
        Map<String, Double> explained = new LinkedHashMap<>();
        List<JudgedTensor> wrong = new ArrayList<>();
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        for (JudgedTensor tensor : tensors) {
            Comparison comparison = tensor.comparison();
            double share = comparison.allowance().norm() / comparison.referenceNorm();
            if (Double.isFinite(share)) {
                explained.put(tensor.name(), Rounded.of(share));
            }
            verdicts.put(tensor.name(), tensor.verdict());
            if (tensor.verdict() != Verdict.PASS) {
                wrong.add(tensor);
            }
        }
        wrong.sort(Comparator.comparing(JudgedTensor::verdict)
                .reversed()
                .thenComparing(tensor -> -beyondAll(tensor.comparison().relativeError())));
        return new CheckFigures(
                explained,
                wrong.stream().limit(DRAWN).map(TensorFigures::of).toList(),
                verdicts.containsValue(Verdict.FAIL) ? Neighbourhood.of(objective, place.names(), verdicts) : null);
    }

    private static double beyondAll(double error) {
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }
}
