package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.NotEvaluated;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One snapshot further in a run. Nothing is kept here: state and window go in and come out, so whoever keeps them decides
 * how.
 *
 * @param state after the snapshot
 * @param snapshot with its spikes
 * @param arisen what was found at this step and not before
 * @param changed findings of before that last, or have come to an end
 */
public record Watch(RunState state, Snapshot snapshot, List<RunFinding> arisen, List<RunFinding> changed) {

    static final LossTrend RISING = new LossTrend(0.2, 5);

    /** Every rule over windows with its thresholds. All are free of the loss's scale. */
    private static final List<CourseRule<WindowCourse, Sign>> RULES = List.of(
            new NonFinites(),
            new SkippedSteps(SkippedSteps.RATE),
            new WindowSpikes(10, 10),
            new NormTrend(0.01, 10, 5),
            RISING,
            new WindowOscillation(0.1, 5),
            new Plateau(2),
            new AtThisStep(10));

    /** A finding is over after this share of a window without it; a spike after one snapshot. */
    private static final double QUIET = 0.1;

    /**
     * @param earlier the last snapshots before this one, oldest first
     * @param open the findings that last, those of the snapshot before among them
     */
    public static Watch advance(
            Watched watched, RunState before, List<Snapshot> earlier, Collection<RunFinding> open, Snapshot next) {
        RunState state = before.with(next, watched.window());
        List<Snapshot> window = new ArrayList<>(earlier);
        window.add(next);
        int surplus = Math.max(window.size() - watched.window(), 0);
        WindowCourse course = new WindowCourse(watched, state, window.subList(surplus, window.size()));
        List<Sign> signs = look(course).findings();
        List<RunFinding> arisen = new ArrayList<>();
        long number = before.findings();
        for (List<Sign> alike : Grouping.ofNew(signs, open)) {
            arisen.add(RunFinding.of(++number, next.step(), Grouping.together(alike)));
        }
        return new Watch(state.withFindings(number), withSpikes(next, signs), arisen, changed(course, signs, open));
    }

    /** The same with what the ranks together show, step by step. */
    public Watch with(List<RankWatch> ranks) {
        List<RunFinding> found = new ArrayList<>(arisen);
        Map<Long, RunFinding> last = new LinkedHashMap<>();
        changed.forEach(finding -> last.put(finding.number(), finding));
        for (RankWatch watch : ranks) {
            watch.changed().forEach(finding -> {
                int own = numbers(found).indexOf(finding.number());
                if (own >= 0) {
                    found.set(own, finding);
                } else {
                    last.put(finding.number(), finding);
                }
            });
            found.addAll(watch.arisen());
        }
        return new Watch(
                state.withFindings(state.findings() + found.size() - arisen.size()),
                snapshot,
                found,
                List.copyOf(last.values()));
    }

    private static List<Long> numbers(List<RunFinding> findings) {
        return findings.stream().map(RunFinding::number).toList();
    }

    /** What the rules cannot judge in a run as it is, and why. */
    public static List<NotEvaluated> notEvaluated(WindowCourse course) {
        return look(course).notEvaluated();
    }

    private static CourseJudgement<Sign> look(WindowCourse course) {
        CourseJudgement<Sign> all = CourseJudgement.nothing();
        for (CourseRule<WindowCourse, Sign> rule : RULES) {
            all = all.and(rule.judge(course));
        }
        return all;
    }

    private static Snapshot withSpikes(Snapshot next, List<Sign> signs) {
        Set<String> spikes = new LinkedHashSet<>();
        boolean loss = false;
        for (Sign sign : signs) {
            if (sign.pattern() == Pattern.SPIKE) {
                spikes.addAll(sign.finding().tensors());
                loss |= sign.finding().tensors().isEmpty();
            }
        }
        return next.withSpikes(spikes, loss);
    }

    private static List<RunFinding> changed(WindowCourse course, List<Sign> signs, Collection<RunFinding> open) {
        List<RunFinding> changed = new ArrayList<>();
        for (RunFinding finding : open) {
            if (finding.symptom() == Pattern.RANKS) {
                continue; // of the ranks together, which RankWatch judges
            }
            if (signs.stream().anyMatch(finding::covers)) {
                changed.add(finding.seenAt(course.last().step()));
            } else if (isOver(finding, course)) {
                changed.add(finding.closed());
            }
        }
        return changed;
    }

    private static boolean isOver(RunFinding finding, WindowCourse course) {
        long without = course.window().stream()
                .filter(snapshot -> snapshot.step() > finding.last())
                .count();
        return finding.symptom() == Pattern.SPIKE
                || without >= QUIET * course.watched().window();
    }
}
