package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Objective;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Samples whose inputs are equal bit by bit. With different targets they cannot all be right: those outside the majority are
 * counted, and more than {@code contradictory} of the batch are label noise. With equal targets they are copies: more than
 * {@code copies} of the batch are less data than it seems. A batch of fewer than {@code least} different inputs, as of XOR,
 * is repeated on purpose; but where all of {@code least} samples and more have the same inputs and not the same target, it is
 * the data that did not arrive.
 */
record RepeatedSamples(double copies, double contradictory, int least) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        Objective objective = condition.around().objective();
        if (objective == null) {
            return Judgement.notEvaluated(Symptom.REPEATED_SAMPLES, Surroundings.NO_MODEL);
        }
        SampleRows rows = SampleRows.of(objective);
        if (rows == null) {
            return Judgement.notEvaluated(
                    Symptom.REPEATED_SAMPLES,
                    "the data's first axes differ, or there are no inputs: no samples to compare");
        }
        if (rows.distinctInputs() == 1 && rows.count() >= least && differ(rows.targets())) {
            return Judgement.of(constant(rows));
        }
        if (rows.distinctInputs() < least) {
            return Judgement.notEvaluated(
                    Symptom.REPEATED_SAMPLES,
                    rows.distinctInputs() + " different inputs are too few to call others copies");
        }
        List<HealthFinding> findings = new ArrayList<>();
        List<String> wrong = contradicting(rows);
        double noise = wrong.size() / (double) rows.count();
        if (noise > contradictory) {
            findings.add(noise(rows, wrong, noise));
        }
        List<String> repeated = repeated(rows);
        double share = repeated.size() / (double) rows.count();
        if (share > copies) {
            findings.add(copies(rows, repeated, share));
        }
        return Judgement.of(findings);
    }

    private static boolean differ(List<Integer> targets) {
        return targets.stream().distinct().count() > 1;
    }

    private static HealthFinding constant(SampleRows rows) {
        List<String> all =
                IntStream.range(0, rows.count()).mapToObj(n -> "sample " + n).toList();
        return new HealthFinding(
                Symptom.REPEATED_SAMPLES,
                Severity.UNHEALTHY,
                all,
                "samples with the inputs of the first one, where their targets differ",
                rows.count(),
                1,
                HealthFinding.above(rows.count(), 1),
                "All %d samples have the same inputs, and %d different targets: the output cannot tell them apart, and all that can be learnt is one value for all."
                        .formatted(
                                rows.count(), rows.targets().stream().distinct().count()),
                List.of(Remedy.of(
                        Remedy.Action.DATA,
                        "Look at how the batch is filled: each sample is to have its own inputs.")));
    }

    /** The samples whose target is not the most frequent one of their inputs. */
    private static List<String> contradicting(SampleRows rows) {
        Map<Integer, Map<Integer, Integer>> counts = new HashMap<>(); // inputs -> targets -> samples
        for (int n = 0; n < rows.count(); n++) {
            counts.computeIfAbsent(rows.inputs().get(n), key -> new HashMap<>())
                    .merge(rows.targets().get(n), 1, Integer::sum);
        }
        Map<Integer, Integer> usual = new HashMap<>();
        counts.forEach((inputs, targets) -> usual.put(
                inputs,
                targets.entrySet().stream()
                        .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(entry -> -entry.getKey()))
                        .orElseThrow()
                        .getKey()));
        List<String> wrong = new ArrayList<>();
        for (int n = 0; n < rows.count(); n++) {
            if (!rows.targets().get(n).equals(usual.get(rows.inputs().get(n)))) {
                wrong.add("sample " + n);
            }
        }
        return wrong;
    }

    private static List<String> repeated(SampleRows rows) {
        Set<List<Integer>> seen = new HashSet<>();
        List<String> repeated = new ArrayList<>();
        for (int n = 0; n < rows.count(); n++) {
            if (!seen.add(List.of(rows.inputs().get(n), rows.targets().get(n)))) {
                repeated.add("sample " + n);
            }
        }
        return repeated;
    }

    private HealthFinding noise(SampleRows rows, List<String> wrong, double share) {
        return new HealthFinding(
                Symptom.REPEATED_SAMPLES,
                Severity.WARNING,
                wrong,
                "share of the samples that contradict the usual target of their own inputs",
                share,
                contradictory,
                HealthFinding.above(share, contradictory),
                "%d of %d samples have the inputs of others and another target: whatever is learnt, they stay wrong."
                        .formatted(wrong.size(), rows.count()),
                List.of(Remedy.of(
                        Remedy.Action.DATA, "Correct the targets of these samples, or take them out of the batch.")));
    }

    private HealthFinding copies(SampleRows rows, List<String> repeated, double share) {
        return new HealthFinding(
                Symptom.REPEATED_SAMPLES,
                Severity.WARNING,
                repeated,
                "share of the samples that repeat another one",
                share,
                copies,
                HealthFinding.above(share, copies),
                "%d of %d samples repeat another one with its target: the batch counts as %d, and so does its noise."
                        .formatted(repeated.size(), rows.count(), rows.count() - repeated.size()),
                List.of(new Remedy(
                        Remedy.Action.DATA,
                        "Take the copies out of the data, and out of what the result is tested on.",
                        Map.of("different", (double) (rows.count() - repeated.size())))));
    }
}
