package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Several ranks of one run, one step further. Where most ranks have the same gradients, to {@value Apart#EQUAL}, they were
 * reduced, and a rank that has others is named at once, with its tensors. Where they scatter, as before an all-reduce and as
 * losses always do, each rank's distance from the median of all is a series of its own, and a rank is named whose level jumps
 * or drifts: whose running sum has an excursion of {@value #BRIDGE} standard deviations, which chance has once in 2e10 looks.
 * Since when is where two levels fit best; of a slow drift that is its middle. Of two ranks both are named, because nobody
 * knows who of them is right.
 *
 * @param apart of this step, to be kept
 * @param arisen what was found at this step and not before
 * @param changed findings of before that last, or have come to an end
 */
public record RankWatch(Apart apart, List<RunFinding> arisen, List<RunFinding> changed) {

    /** Steps at the begin whose distances are kept for good: what later levels are held against. */
    public static final int BASELINE = 50;

    private static final double BRIDGE = 3.5;
    private static final int LEAST = 40;

    /** A finding is over after so many steps without it. */
    private static final int QUIET = 20;

    /** Of two ranks nobody is in the majority; so many equal steps before show that they are meant to be. */
    private static final int EQUAL_BEFORE = 10;

    /**
     * @param ranks the snapshots of one step, rank by rank
     * @param earlier the distances of the steps before, oldest first: the first ones of the run, and the last ones
     * @param open findings that last
     * @param number of the last finding of the run so far
     */
    public static RankWatch advance(
            List<Snapshot> ranks, List<Apart> earlier, Collection<RunFinding> open, long number) {
        Apart apart = Apart.of(ranks);
        List<Apart> all = new ArrayList<>(earlier);
        all.add(apart);
        List<Sign> signs = new ArrayList<>();
        boolean reduced = areReduced(apart, earlier, ranks.size());
        if (reduced) {
            apart.unequal().forEach(rank -> signs.add(unequal(ranks, rank)));
        } else {
            signs.addAll(shifted(all, Apart::norms, "gradient's norm"));
        }
        signs.addAll(shifted(all, Apart::losses, "loss"));
        List<Sign> each = oneEach(signs);
        List<RunFinding> ours = open.stream()
                .filter(finding -> finding.symptom() == Pattern.RANKS)
                .toList();
        List<RunFinding> arisen = new ArrayList<>();
        for (List<Sign> alike : Grouping.ofNew(each, ours)) {
            arisen.add(RunFinding.of(number + arisen.size() + 1, apart.step(), Grouping.together(alike)));
        }
        return new RankWatch(apart, arisen, changed(all, each, ours));
    }

    /**
     * Several steps, one after the other.
     *
     * @param steps each rank by rank
     */
    public static List<RankWatch> advanceAll(
            List<List<Snapshot>> steps, List<Apart> earlier, Collection<RunFinding> open, long number) {
        List<RankWatch> watches = new ArrayList<>();
        List<Apart> apart = new ArrayList<>(earlier);
        Map<Long, RunFinding> lasting = new TreeMap<>();
        open.forEach(finding -> lasting.put(finding.number(), finding));
        long last = number;
        for (List<Snapshot> ranks : steps) {
            RankWatch watch = advance(ranks, apart, lasting.values(), last);
            apart.add(watch.apart);
            last += watch.arisen.size();
            watch.arisen.forEach(finding -> lasting.put(finding.number(), finding));
            watch.changed.forEach(finding -> lasting.put(finding.number(), finding));
            lasting.values().removeIf(finding -> !finding.open());
            watches.add(watch);
        }
        return watches;
    }

    private static boolean areReduced(Apart apart, List<Apart> earlier, int ranks) {
        int equal = ranks - apart.unequal().size();
        if (ranks > 2) {
            return 2 * equal > ranks;
        }
        return equal == 2
                || earlier.size() >= EQUAL_BEFORE
                        && earlier.subList(0, EQUAL_BEFORE).stream().allMatch(Apart::isReduced);
    }

    private static Sign unequal(List<Snapshot> ranks, int rank) {
        List<String> tensors = Apart.tensors(ranks, rank);
        double distance = Apart.of(ranks).norms().get(rank);
        double observed = Math.max(Math.abs(Math.expm1(distance)), Apart.EQUAL);
        String cause =
                "The gradients of %s on rank %d are not those of the other ranks, as they are behind an all-reduce."
                        .formatted(Words.names(tensors), rank);
        return new Sign(
                Pattern.RANKS,
                ranks.get(0).step(),
                finding(
                        rank,
                        Double.isFinite(observed) ? observed : Double.POSITIVE_INFINITY,
                        Apart.EQUAL,
                        cause,
                        List.of(Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "Find out why they are not reduced there: a parameter outside of the wrapped model, one"
                                        + " that is unused on some ranks, no_sync, or a hook."))));
    }

    private static List<Sign> shifted(List<Apart> all, Function<Apart, List<Double>> figure, String what) {
        List<Sign> signs = new ArrayList<>();
        if (all.size() < LEAST) {
            return signs;
        }
        int ranks = figure.apply(all.get(0)).size();
        List<Double> changes = new ArrayList<>();
        double largest = Apart.EQUAL;
        for (int rank = 0; rank < ranks; rank++) {
            int own = rank;
            Series series =
                    Series.of(all, Apart::step, apart -> figure.apply(apart).get(own));
            Jump jump = series.size() < LEAST ? null : Jump.in(series);
            if (jump != null && jump.bridge() >= BRIDGE) {
                double change = Math.abs(jump.after() - jump.before());
                changes.add(change);
                largest = Math.max(largest, change);
                signs.add(shifted(rank, series.step(jump.at()), jump, what));
            }
        }
        List<Sign> kept =
                new ArrayList<>(); // the median moves with a rank that drifts, and the others seem to move from it
        for (int i = 0; i < signs.size(); i++) {
            if (changes.get(i) >= largest / 2) {
                kept.add(signs.get(i));
            }
        }
        return kept;
    }

    private static Sign shifted(int rank, long since, Jump jump, String what) {
        double change = jump.after() - jump.before();
        String cause =
                "The %s of rank %d leaves those of the others at about step %d: it was %s of their median away, and is %s."
                        .formatted(what, rank, since, Words.percent(jump.before()), Words.percent(jump.after()));
        Confidence confidence = Confidence.of(
                "change of the " + what + "'s distance from the median of the ranks",
                change,
                jump.standardError(),
                jump.degrees());
        return new Sign(
                Pattern.RANKS,
                since,
                finding(
                        rank,
                        jump.bridge(),
                        BRIDGE,
                        cause,
                        List.of(
                                Remedy.of(
                                        Remedy.Action.DATA,
                                        "Look at what this rank reads since then: a shard of its own, a seed, a worker that"
                                                + " fails."),
                                Remedy.of(
                                        Remedy.Action.INVESTIGATION,
                                        "Compare parameters and buffers with another rank's at /v1/comparisons: weights that"
                                                + " were not broadcast drift away."))),
                new Confidence(confidence.of(), change, confidence.low(), confidence.high(), jump.pValue()));
    }

    private static HealthFinding finding(
            int rank, double observed, double threshold, String cause, List<Remedy> remedies) {
        return new HealthFinding(
                Symptom.DATA,
                Severity.UNHEALTHY,
                List.of("rank " + rank),
                threshold == BRIDGE
                        ? "excursion of the distance from the other ranks, in standard deviations"
                        : "distance of the gradient's norm from the other ranks', as a share",
                observed,
                threshold,
                HealthFinding.above(observed, threshold),
                cause,
                remedies);
    }

    /** A rank whose norm and loss both show it is one. */
    private static List<Sign> oneEach(List<Sign> signs) {
        List<Sign> each = new ArrayList<>();
        for (Sign sign : signs) {
            if (each.stream()
                    .noneMatch(other ->
                            other.finding().tensors().equals(sign.finding().tensors()))) {
                each.add(sign);
            }
        }
        return each;
    }

    private static List<RunFinding> changed(List<Apart> all, List<Sign> signs, List<RunFinding> open) {
        long now = all.get(all.size() - 1).step();
        List<RunFinding> changed = new ArrayList<>();
        for (RunFinding finding : open) {
            if (signs.stream().anyMatch(finding::covers)) {
                changed.add(finding.seenAt(now));
            } else if (all.stream()
                            .filter(apart -> apart.step() > finding.last())
                            .count()
                    >= QUIET) {
                changed.add(finding.closed());
            }
        }
        return changed;
    }
}
