package dev.plumbline.compute.probe.session;

import java.util.List;

/**
 * A tensor that is wrong.
 *
 * @param spots derivatives with nothing but this tensor moved
 * @param lines whose directions and levels those are
 */
record WrongTensor(int tensor, List<Spot> spots, List<Line> lines) {

    int worstPlace() {
        int worst = 0;
        for (int i = 1; i < spots.size(); i++) {
            worst = excess(spots.get(i)) > excess(spots.get(worst)) ? i : worst;
        }
        return worst;
    }

    /** The one that disagrees most for its bound. */
    Spot worst() {
        return spots.get(worstPlace());
    }

    private static double excess(Spot spot) {
        return Math.abs(spot.residual()) / spot.bound();
    }
}
