package dev.plumbline.library;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongFunction;

/** A file in pieces of equal length but for the last, each fetched when it is reached; what is skipped is not fetched. */
final class PieceStream extends InputStream {

    private final LongFunction<byte[]> pieces;
    private final int pieceBytes;
    private final long end;
    private long position;
    private long fetched = -1;
    private byte[] piece = {};

    /** @param pieces by number, from 0 */
    PieceStream(LongFunction<byte[]> pieces, int pieceBytes, long end) {
        this.pieces = pieces;
        this.pieceBytes = pieceBytes;
        this.end = end;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (position >= end) {
            return -1;
        }
        if (fetched != position / pieceBytes) {
            fetched = position / pieceBytes;
            piece = pieces.apply(fetched);
        }
        int from = (int) (position % pieceBytes);
        int count = Math.min(length, piece.length - from);
        if (count < 0) {
            throw new IOException("a piece of a kept model is too short");
        }
        System.arraycopy(piece, from, buffer, offset, count);
        position += count;
        return count;
    }

    @Override
    public void skipNBytes(long count) {
        position += count;
    }
}
