package dev.plumbline.compute.judgement;

/** The worst entries of a comparison: a heap of fixed size, the least bad of those kept on top. */
final class Worst {

    private final double[] badness;
    private final int[] positions;
    private int kept;

    private Worst(int count) {
        badness = new double[count];
        positions = new int[count];
    }

    static int[] of(Comparison comparison, int count) {
        Worst worst = new Worst(Math.max(0, Math.min(count, comparison.judged())));
        for (int i = 0; i < comparison.size() && worst.badness.length > 0; i++) {
            if (comparison.isJudged(i)) {
                worst.offer(badness(comparison, i), i);
            }
        }
        return worst.sorted();
    }

    /** Above 0 beyond the allowance, smallest positive if undefined, else at most 0. */
    private static double badness(Comparison comparison, int i) {
        double distance =
                Math.abs(comparison.claimed().at(i) - comparison.reference().at(i));
        double allowance = comparison.allowance().at(i);
        if (comparison.isBeyond(i)) {
            return Double.isNaN(distance)
                    ? Double.POSITIVE_INFINITY
                    : Math.max(distance - allowance, Double.MIN_NORMAL);
        }
        if (comparison.isUndefined(i)) {
            return Double.MIN_VALUE;
        }
        return distance == 0 ? -1 : distance / allowance - 1;
    }

    private void offer(double bad, int position) {
        if (kept < badness.length) {
            badness[kept] = bad;
            positions[kept] = position;
            up(kept++);
        } else if (bad > badness[0]) {
            badness[0] = bad;
            positions[0] = position;
            down(0);
        }
    }

    private void up(int child) {
        while (child > 0 && better(child, (child - 1) / 2)) {
            swap(child, (child - 1) / 2);
            child = (child - 1) / 2;
        }
    }

    private void down(int parent) {
        while (2 * parent + 1 < kept) {
            int child = 2 * parent + 1;
            if (child + 1 < kept && better(child + 1, child)) {
                child++;
            }
            if (!better(child, parent)) {
                return;
            }
            swap(child, parent);
            parent = child;
        }
    }

    /** Less bad, or equally bad and later. */
    private boolean better(int one, int other) {
        int order = Double.compare(badness[one], badness[other]);
        return order < 0 || (order == 0 && positions[one] > positions[other]);
    }

    private void swap(int one, int other) {
        double bad = badness[one];
        badness[one] = badness[other];
        badness[other] = bad;
        int position = positions[one];
        positions[one] = positions[other];
        positions[other] = position;
    }

    private int[] sorted() {
        int[] worstFirst = new int[kept];
        while (kept > 0) {
            worstFirst[kept - 1] = positions[0];
            swap(0, --kept);
            down(0);
        }
        return worstFirst;
    }
}
