package dev.plumbline.jobs;

/**
 * How far a job is.
 *
 * @param phase of its work
 * @param done of {@code total} pieces of this phase
 * @param fraction of the whole job, from 0 to 1, roughly; it never falls, though what was not kept is done again after a crash
 */
public record Progress(String phase, long done, long total, double fraction) {

    static final Progress NONE = new Progress("queued", 0, 0, 0);

    /** The same, no further back than {@code before}. */
    Progress notBehind(Progress before) {
        return new Progress(phase, done, total, Math.max(before.fraction, Math.min(1, fraction)));
    }
}
