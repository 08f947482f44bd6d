package dev.plumbline.compute.comparison;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A few numbers of every tensor, by which one is recognised under another name without reading it. */
final class Sketches {

    private static final int POINTS = 8;
    private static final int MOST = 3;

    private final Map<Integer, List<Pair>> bySize = new HashMap<>();
    private final Map<Pair, Sketch> sketches = new IdentityHashMap<>(); // to hash a pair is to hash all it holds

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sketch(double[] a, double[] b) {
        double[] of(Side side) {
            return side == Side.A ? a : b;
        }
    }

    Sketches(List<Pair> pairs) {
        pairs.forEach(pair ->
                bySize.computeIfAbsent(pair.size(), size -> new ArrayList<>()).add(pair));
    }

    /** Other pairs whose other side may be what this pair's {@code side} is; at most {@value #MOST}. */
    List<Pair> like(Pair pair, Side side) {
        List<Pair> alike = new ArrayList<>();
        List<Pair> others = bySize.getOrDefault(pair.size(), List.of());
        if (others.size() > 1) {
            double[] own = sketch(pair).of(side);
            for (Pair other : others) {
                if (alike.size() < MOST
                        && other != pair
                        && isLike(pair, own, side, sketch(other).of(side.other()))) {
                    alike.add(other);
                }
            }
        }
        return alike;
    }

    /** Whether {@code theirs} may be what the pair's {@code mine} is. */
    static boolean isLike(Pair pair, Numbers mine, Numbers theirs) {
        return isLike(pair, points(mine), Side.A, points(theirs));
    }

    private static boolean isLike(Pair pair, double[] own, Side side, double[] other) {
        for (int k = 0; k < own.length; k++) {
            double allowed = 2 * pair.allowance(side, own[k]);
            if (!(Math.abs(own[k] - other[k]) <= allowed)) {
                return false;
            }
        }
        return true;
    }

    private Sketch sketch(Pair pair) {
        return sketches.computeIfAbsent(pair, some -> new Sketch(points(some.a()), points(some.b())));
    }

    private static double[] points(Numbers numbers) {
        int count = Math.min(POINTS, numbers.size());
        double[] points = new double[count];
        for (int k = 0; k < count; k++) {
            points[k] = numbers.at((int) ((long) k * (numbers.size() - 1) / Math.max(1, count - 1)));
        }
        return points;
    }
}
