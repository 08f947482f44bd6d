package dev.plumbline.jobs;

/**
 * What pieces take here beside what was estimated, by doing the first of them: estimates of what is usual are right within a
 * factor of four, but some are ten times too high. Batches double until one takes {@value #ENOUGH} s, and that one counts, for
 * the first run before they are compiled. Bad where the first pieces are not like the others.
 *
 * @param pieces that are done, from the first on
 * @param factor of the estimated seconds
 */
record Pilot(int pieces, double factor) {

    /** Seconds of a batch that says something about the rest: a fraction of a shard, many ticks of the clock. */
    static final double ENOUGH = 0.25;

    /** Does the first pieces of a heap, on so many cores. */
    static Pilot of(Piecework pieces, int cores) {
        int done = 0;
        double factor = 1;
        long bytes = 0;
        double seconds = 0;
        for (int batch = 1; done < pieces.count() && seconds < ENOUGH && bytes < Cut.LARGEST; batch *= 2) {
            int ends = Math.min(pieces.count(), done + batch);
            double estimated = 0;
            for (int piece = done; piece < ends; piece++) {
                estimated += pieces.seconds(piece);
                bytes += pieces.bytes(piece);
            }
            long began = pieces.nanoseconds();
            pieces.work(done, ends);
            seconds = (pieces.nanoseconds() - began) / 1e9;
            factor = estimated > 0 ? seconds * Math.min(cores, ends - done) / estimated : factor;
            done = ends;
        }
        return new Pilot(done, factor);
    }
}
