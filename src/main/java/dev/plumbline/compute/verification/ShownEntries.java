package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/** Which entries of a tensor a report shows, by their positions. */
final class ShownEntries {

    private final Examination examination;
    private final CheckPlan plan;

    ShownEntries(Examination examination) {
        this.examination = examination;
        this.plan = examination.measurement().plan();
    }

    /** The worst entries: those of the tensor's own verdict first, then by deviation. */
    Set<Integer> of(String name, Comparison comparison, Verdict verdict) {
        int most = plan.entries();
        Set<Integer> shown = new LinkedHashSet<>();
        if (verdict != Verdict.PASS) {
            shown.addAll(worst(name, comparison.size(), verdict));
        }
        shown.addAll(sampled(comparison));
        int others = verdict == Verdict.PASS ? Math.min(most, 1) : most;
        for (int position : comparison.worst(others)) {
            if (shown.size() < most) {
                shown.add(position);
            }
        }
        return shown;
    }

    /** The entries of some verdict that are furthest beyond their allowances, as many as are shown, the worst first. */
    private List<Integer> worst(String name, int size, Verdict verdict) {
        record Beyond(int position, double excess) {}
        PriorityQueue<Beyond> worst = new PriorityQueue<>(
                Comparator.comparingDouble(Beyond::excess).thenComparing(Beyond::position, Comparator.reverseOrder()));
        for (int i = 0; i < size; i++) {
            if (examination.isJudged(name, i) && examination.ruling(name, i).verdict() == verdict) {
                double excess = excess(name, i);
                Beyond least = worst.peek();
                if (worst.size() < plan.entries() || least != null && excess > least.excess()) {
                    worst.add(new Beyond(i, excess));
                }
                if (worst.size() > plan.entries()) {
                    worst.remove();
                }
            }
        }
        return worst.stream()
                .sorted(Collections.reverseOrder(worst.comparator()))
                .map(Beyond::position)
                .toList();
    }

    private double excess(String name, int position) {
        double off = Math.abs(examination.claim(name, position) - examination.reference(name, position))
                - examination.allowance(name, position);
        return Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
    }

    /** Those that a sampled coverage asks for; none otherwise. */
    Set<Integer> sampled(Comparison comparison) {
        Set<Integer> sampled = new LinkedHashSet<>();
        if (plan.coverage() == Coverage.SAMPLED && comparison.judged() > 0) {
            new SplittableRandom(plan.seed())
                    .ints(plan.samples(), 0, comparison.judged())
                    .map(comparison::judged)
                    .forEach(sampled::add);
        }
        return sampled;
    }
}
