package dev.plumbline.compute.program;

/**
 * What functions of two numbers pass back along one row, the commonest in loops of their own that ask nothing of each element:
 *
 * <pre>
 *   into[p] += dy f'(a, b), or |dy f'(a, b)| where sizes are asked for; dy = 0 adds 0 whatever f' is
 * </pre>
 */
final class BinaryPullBack {

    private BinaryPullBack() {}

    static void toFirst(
            BinaryFunction function,
            boolean sizes,
            double[] dy,
            double[] a,
            double[] b,
            double[] da,
            int[] at,
            StridedRows rows) {
        int aStep = rows.step(1);
        int bStep = rows.step(2);
        switch (function) {
            case ADD, SUBTRACT -> moved(sizes, 1, dy, at[0], rows.step(0), da, at[1], aStep, rows.length());
            case MULTIPLY -> times(sizes, dy, at[0], rows.step(0), b, at[2], bStep, da, at[1], aStep, rows.length());
            default -> {
                int o = at[0];
                int p = at[1];
                int q = at[2];
                for (int i = 0; i < rows.length(); i++, o += rows.step(0), p += aStep, q += bStep) {
                    double term = dy[o] == 0 ? 0 : dy[o] * function.derivativeByFirst(a[p], b[q]);
                    da[p] += sizes ? Math.abs(term) : term;
                }
            }
        }
    }

    static void toSecond(
            BinaryFunction function,
            boolean sizes,
            double[] dy,
            double[] a,
            double[] b,
            double[] db,
            int[] at,
            StridedRows rows) {
        int aStep = rows.step(1);
        int bStep = rows.step(2);
        switch (function) {
            case ADD -> moved(sizes, 1, dy, at[0], rows.step(0), db, at[2], bStep, rows.length());
            case SUBTRACT -> moved(sizes, -1, dy, at[0], rows.step(0), db, at[2], bStep, rows.length());
            case MULTIPLY -> times(sizes, dy, at[0], rows.step(0), a, at[1], aStep, db, at[2], bStep, rows.length());
            default -> {
                int o = at[0];
                int p = at[1];
                int q = at[2];
                for (int i = 0; i < rows.length(); i++, o += rows.step(0), p += aStep, q += bStep) {
                    double term = dy[o] == 0 ? 0 : dy[o] * function.derivativeBySecond(a[p], b[q]);
                    db[q] += sizes ? Math.abs(term) : term;
                }
            }
        }
    }

    private static void moved(
            boolean sizes, double sign, double[] dy, int o, int step, double[] into, int p, int intoStep, int length) {
        if (sizes) {
            for (int i = 0; i < length; i++, o += step, p += intoStep) {
                into[p] += Math.abs(dy[o]);
            }
        } else if (intoStep == 0 && length > 0) {
            double sum = into[p];
            for (int i = 0; i < length; i++, o += step) {
                sum += sign * dy[o];
            }
            into[p] = sum;
        } else if (intoStep == 1 && step == 1) {
            for (int i = 0; i < length; i++) {
                into[p + i] += sign * dy[o + i];
            }
        } else {
            for (int i = 0; i < length; i++, o += step, p += intoStep) {
                into[p] += sign * dy[o];
            }
        }
    }

    private static void times(
            boolean sizes,
            double[] dy,
            int o,
            int step,
            double[] other,
            int q,
            int otherStep,
            double[] into,
            int p,
            int intoStep,
            int length) {
        if (sizes) {
            for (int i = 0; i < length; i++, o += step, p += intoStep, q += otherStep) {
                into[p] += dy[o] == 0 ? 0 : Math.abs(dy[o] * other[q]);
            }
        } else if (intoStep == 0 && length > 0) {
            double sum = into[p];
            for (int i = 0; i < length; i++, o += step, q += otherStep) {
                sum += dy[o] == 0 ? 0 : dy[o] * other[q];
            }
            into[p] = sum;
        } else if (intoStep == 1 && step == 1 && otherStep == 1) {
            for (int i = 0; i < length; i++) {
                into[p + i] += dy[o + i] == 0 ? 0 : dy[o + i] * other[q + i];
            }
        } else {
            for (int i = 0; i < length; i++, o += step, p += intoStep, q += otherStep) {
                into[p] += dy[o] == 0 ? 0 : dy[o] * other[q];
            }
        }
    }
}
