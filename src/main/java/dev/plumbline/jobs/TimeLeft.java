package dev.plumbline.jobs;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How long work still takes, at the speed since it was half as far as it is: the first of it is often slower, while code is
 * compiled. Bad where the rest goes otherwise than the second half so far.
 */
final class TimeLeft {

    /** Of what there was to do; before that nothing is said. */
    private static final double LEAST = 0.1;

    /** So far apart are two marks at least, which bounds how many there are. */
    private static final double APART = 1e-3;

    private record Mark(double seconds, double fraction) {}

    private final Deque<Mark> marks = new ArrayDeque<>();
    private double start;

    /** @param seconds by a clock that only goes on */
    TimeLeft(double seconds) {
        marks.add(new Mark(seconds, 0));
    }

    /** What is done at this time was done before, and says nothing about the speed. */
    void resumes(double seconds, double fraction) {
        marks.clear();
        marks.add(new Mark(seconds, fraction));
        start = fraction;
    }

    /** In seconds, where so much of the work is done at this time; null where nobody knows yet. */
    @Nullable
    Double at(double seconds, double fraction) {
        if (fraction >= marks.getLast().fraction() + APART) {
            marks.add(new Mark(seconds, fraction));
        }
        while (marks.size() > 1 && second().fraction() <= (start + fraction) / 2) {
            marks.removeFirst();
        }
        Mark half = marks.getFirst();
        double done = fraction - half.fraction();
        return fraction - start < LEAST * (1 - start) || done <= 0
                ? null
                : (Double) ((1 - fraction) / done * (seconds - half.seconds()));
    }

    private Mark second() {
        Mark first = marks.removeFirst();
        Mark second = marks.getFirst();
        marks.addFirst(first);
        return second;
    }
}
