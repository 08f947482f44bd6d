package dev.plumbline.fuzz;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.Collectors;

/** How long answers took: all of them together, and the slowest by name. */
final class AnswerTimes {

    private static final int SLOWEST = 5;

    private record Answer(Duration time, String name) {}

    private final PriorityQueue<Answer> slowest = new PriorityQueue<>(Comparator.comparing(Answer::time));
    private Duration sum = Duration.ZERO;
    private int count;

    void add(Duration time, String name) {
        sum = sum.plus(time);
        count++;
        slowest.add(new Answer(time, name));
        if (slowest.size() > SLOWEST) {
            slowest.remove();
        }
    }

    /** The mean, and the slowest ones, slowest first. */
    @Override
    public String toString() {
        return "%d us each; slowest %s"
                .formatted(
                        sum.dividedBy(Math.max(1, count)).toNanos() / 1000,
                        slowest.stream()
                                .sorted(Comparator.comparing(Answer::time).reversed())
                                .map(answer -> answer.time().toMillis() + " ms " + answer.name())
                                .collect(Collectors.joining(", ")));
    }
}
