package dev.plumbline.jobs;

import dev.plumbline.jobs.ShardStore.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * How a heap is cut into shards: each long enough that keeping it costs nothing, few enough for a table, small enough for a row.
 */
final class Cut {

    /** Seconds of one core that a shard takes at least, at the pace of the first. */
    static final double SHORTEST = 2;

    /** Shards of a heap, unless rows would be too large. */
    static final int MOST = 1000;

    /** Bytes of one row; a piece is never cut, though. */
    static final long LARGEST = 8 << 20;

    private Cut() {}

    /** Where each piece takes {@code factor} times its estimate. */
    static List<Range> of(Piecework pieces, double factor) {
        double all = 0;
        for (int piece = 0; piece < pieces.count(); piece++) {
            all += factor * pieces.seconds(piece);
        }
        double enough = Math.max(SHORTEST, all / MOST);
        List<Range> ranges = new ArrayList<>();
        int begins = 0;
        double seconds = 0;
        long bytes = 0;
        for (int piece = 0; piece < pieces.count(); piece++) {
            if (bytes > 0 && bytes + pieces.bytes(piece) > LARGEST) {
                ranges.add(new Range(begins, piece, bytes));
                begins = piece;
                seconds = 0;
                bytes = 0;
            }
            seconds += factor * pieces.seconds(piece);
            bytes += pieces.bytes(piece);
            if (seconds >= enough || piece == pieces.count() - 1) {
                ranges.add(new Range(begins, piece + 1, bytes));
                begins = piece + 1;
                seconds = 0;
                bytes = 0;
            }
        }
        return ranges;
    }
}
