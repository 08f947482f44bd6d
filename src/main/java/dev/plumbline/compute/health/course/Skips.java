package dev.plumbline.compute.health.course;

/**
 * Steps that a loss scaler left out.
 *
 * @param count over the whole run
 * @param row how many in a row the last ones are
 * @param last the last of them; -1 before the first
 */
public record Skips(long count, long row, long last) {

    static final Skips NONE = new Skips(0, 0, -1);

    Skips with(Snapshot next) {
        return next.isSkipped() ? new Skips(count + 1, row + 1, next.step()) : new Skips(count, 0, last);
    }
}
