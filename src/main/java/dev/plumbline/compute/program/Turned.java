package dev.plumbline.compute.program;

/**
 * A walk that goes along the rows of one array and along the columns of another, as a transpose does: in square tiles, so that
 * every line of the cache that is fetched is used whole. Each element is reached once, so the order changes no result.
 */
final class Turned {

    private static final int TILE = 16;

    private Turned() {}

    /** Whether a copy goes along one array and across the other. */
    static boolean isTurned(StridedRows rows) {
        return other(rows) >= 0;
    }

    /** The outer axis along which that array lies together that the rows go across; -1 where there is none. */
    private static int other(StridedRows rows) {
        int across = rows.step(0) == 1 && rows.step(1) > 1 ? 1 : rows.step(1) == 1 && rows.step(0) > 1 ? 0 : -1;
        for (int axis = rows.axes() - 1; across >= 0 && axis >= 0; axis--) {
            if (rows.stride(across, axis) == 1 && rows.stride(1 - across, axis) > 0) {
                return axis;
            }
        }
        return -1;
    }

    static void copy(StridedRows rows, double[] to, int toStart, double[] from, int fromStart) {
        int axis = other(rows);
        rows.without(axis).forEach(new int[] {toStart, fromStart}, at -> {
            for (int i = 0; i < rows.extent(axis); i += TILE) {
                for (int j = 0; j < rows.length(); j += TILE) {
                    copyTile(rows, axis, i, j, to, at[0], from, at[1]);
                }
            }
        });
    }

    static void add(StridedRows rows, double[] to, int toStart, double[] from, int fromStart) {
        int axis = other(rows);
        rows.without(axis).forEach(new int[] {toStart, fromStart}, at -> {
            for (int i = 0; i < rows.extent(axis); i += TILE) {
                for (int j = 0; j < rows.length(); j += TILE) {
                    addTile(rows, axis, i, j, to, at[0], from, at[1]);
                }
            }
        });
    }

    private static void copyTile(
            StridedRows rows, int axis, int top, int left, double[] to, int toStart, double[] from, int fromStart) {
        int bottom = Math.min(rows.extent(axis), top + TILE);
        int count = Math.min(rows.length() - left, TILE);
        int toStep = rows.step(0);
        int fromStep = rows.step(1);
        for (int i = top; i < bottom; i++) {
            int t = toStart + i * rows.stride(0, axis) + left * toStep;
            int f = fromStart + i * rows.stride(1, axis) + left * fromStep;
            for (int j = 0; j < count; j++, t += toStep, f += fromStep) {
                to[t] = from[f];
            }
        }
    }

    private static void addTile(
            StridedRows rows, int axis, int top, int left, double[] to, int toStart, double[] from, int fromStart) {
        int bottom = Math.min(rows.extent(axis), top + TILE);
        int count = Math.min(rows.length() - left, TILE);
        int toStep = rows.step(0);
        int fromStep = rows.step(1);
        for (int i = top; i < bottom; i++) {
            int t = toStart + i * rows.stride(0, axis) + left * toStep;
            int f = fromStart + i * rows.stride(1, axis) + left * fromStep;
            for (int j = 0; j < count; j++, t += toStep, f += fromStep) {
                to[t] += from[f];
            }
        }
    }
}
