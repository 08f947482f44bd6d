package dev.plumbline.reader.formula;

import dev.plumbline.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A mistake in a formula and where it stands. Only {@link Source} has the text to show, so every part of this package
 * throws faults, and {@link Formula} turns them into problems on the way out.
 */
final class Fault extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Place place;
    private final transient Problem problem;

    Fault(Place place, Problem problem) {
        super(problem);
        this.place = place;
        this.problem = problem;
    }

    /** The text is no formula. */
    static Fault malformed(Place place, String explanation, @Nullable Object got, Object expected) {
        return new Fault(place, Problem.malformed("", explanation, got, expected));
    }

    /** A formula, but it means nothing. */
    static Fault invalid(Place place, String explanation, @Nullable Object got, Object expected) {
        return new Fault(place, Problem.invalid("", explanation, got, expected));
    }

    static Fault limit(Place place, String explanation, Object asked, Object allowed) {
        return new Fault(place, Problem.limit("", explanation, asked, allowed));
    }

    Place place() {
        return place;
    }

    Problem problem() {
        return problem;
    }
}
