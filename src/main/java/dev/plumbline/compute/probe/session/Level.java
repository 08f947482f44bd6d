package dev.plumbline.compute.probe.session;

import java.util.ArrayList;
import java.util.List;

/**
 * The values at one step either side of the point.
 *
 * @param k of {@code h = 2^-3 4^-k}
 * @param up the step really taken upwards
 * @param down the step really taken downwards, positive
 */
record Level(int k, double up, double down, double plus, double minus) {

    static final int FINEST = 11;

    static double step(int k) {
        return Math.scalb(1.0, -3 - 2 * k);
    }

    static List<Double> offsets(int coarsest, int finest) {
        List<Double> offsets = new ArrayList<>();
        for (int k = coarsest; k <= finest; k++) {
            offsets.add(step(k));
            offsets.add(-step(k));
        }
        return offsets;
    }

    static List<Level> of(int coarsest, Told told) {
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i + 1 < told.values().size(); i += 2) {
            levels.add(new Level(
                    coarsest + i / 2,
                    told.offsets().get(i),
                    -told.offsets().get(i + 1),
                    told.values().get(i),
                    told.values().get(i + 1)));
        }
        return levels;
    }

    /** D = (f(+h) - f(-h)) / 2h. */
    double central() {
        return (plus - minus) / (up + down);
    }

    /** J = (f(+h) - f(0)) / h - (f(0) - f(-h)) / h. */
    double jump(double value) {
        return (plus - value) / up - (value - minus) / down;
    }

    double step() {
        return (up + down) / 2;
    }

    boolean isFinite() {
        return Double.isFinite(plus) && Double.isFinite(minus) && up > 0 && down > 0;
    }
}
