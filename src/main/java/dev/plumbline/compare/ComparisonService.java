package dev.plumbline.compare;

import dev.plumbline.compare.ComparisonReport.ComparedTensor;
import dev.plumbline.compare.ComparisonReport.ComparisonCost;
import dev.plumbline.compute.comparison.DumpComparison;
import dev.plumbline.compute.comparison.Dumps;
import dev.plumbline.compute.comparison.Relation;
import dev.plumbline.compute.comparison.TensorComparison;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Deadline;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.TensorSource;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The order of work of a comparison: afford it, compare tensor by tensor, write the report and keep it. */
@Service
class ComparisonService {

    private final Limits limits;
    private final KeptComparisons reports;

    ComparisonService(Limits limits, KeptComparisons reports) {
        this.limits = limits;
        this.reports = reports;
    }

    ComparisonReport compare(String owner, Dumps dumps, @Nullable String label) {
        long started = System.nanoTime();
        Deadline deadline = limits.deadline();
        List<TensorSource> tensors = Stream.of(dumps.a(), dumps.b(), dumps.repeats(), List.of(dumps.earlier()))
                .flatMap(List::stream)
                .flatMap(dump -> dump.values().stream())
                .toList();
        limits.requireTensors(tensors.size());
        List<TensorComparison> compared = DumpComparison.of(dumps, deadline::check);
        long bytes = tensors.stream().mapToLong(TensorSource::bytes).sum();
        ComparisonReport report =
                report(compared, label, new ComparisonCost(bytes, (System.nanoTime() - started) / 1_000_000));
        reports.keep(owner, report);
        return report;
    }

    private static ComparisonReport report(
            List<TensorComparison> compared, @Nullable String label, ComparisonCost cost) {
        Map<Relation, Long> relations = new EnumMap<>(Relation.class);
        compared.forEach(tensor -> relations.merge(tensor.relation(), 1L, Long::sum));
        boolean differ = relations.containsKey(Relation.DIFFERENT);
        boolean onlyZeros = compared.stream()
                .allMatch(tensor -> tensor.tally() != null
                        && tensor.tally().normA() + tensor.tally().normB() == 0
                        && tensor.tally().nonFiniteA() == 0);
        return new ComparisonReport(
                UUID.randomUUID().toString(),
                label,
                differ ? Verdict.FAIL : onlyZeros ? Verdict.INCONCLUSIVE : Verdict.PASS,
                differ ? ComparisonWords.different(compared) : ComparisonWords.same(relations, onlyZeros),
                relations,
                compared.stream()
                        .sorted(Comparator.comparing(tensor -> tensor.relation() != Relation.DIFFERENT))
                        .map(ComparedTensor::of)
                        .toList(),
                cost);
    }
}
