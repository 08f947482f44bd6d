package dev.plumbline.compute.verification;

import dev.plumbline.compute.program.Ray;
import dev.plumbline.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The smooth pieces around a point that sits at a root, as the tip of a norm: reverse mode multiplies 0 by infinity there, and
 * forward mode does not.
 */
final class PiecesAtRoots {

    /** More entries than this are not followed from every direction. */
    private static final int FEW_AT_ROOTS = 6;

    /** How far from a direction its piece is looked at, relative to it. */
    private static final double NEARBY = 0x1p-10;

    /** How far beside a direction between pieces one of them is looked for, relative to it. */
    private static final double ASIDE = 0x1p-4;

    private final Neighbourhood around;

    PiecesAtRoots(Neighbourhood around) {
        this.around = around;
    }

    /** A stretch whose reverse pass meets a root takes its piece from slopes nearby, where few entries reach the edges. */
    Stretch whole(Stretch stretch) {
        boolean atRoot = stretch.ray().isDecided()
                && Double.isFinite(stretch.ray().slope())
                && !stretch.isPiece()
                && (around.hasRoot() || stretch.gradient().values().stream().anyMatch(g -> g.firstNonFinite() >= 0));
        Map<String, BitSet> unknown = atRoot ? unknown(stretch) : Map.of();
        return atRoot && Neighbourhood.count(unknown) <= FEW_AT_ROOTS ? bySlopes(stretch, unknown) : stretch;
    }

    /** The entries that reach edges, and those that the reverse pass lost in 0 times infinity. */
    private Map<String, BitSet> unknown(Stretch stretch) {
        Map<String, BitSet> unknown = around.reach();
        stretch.gradient().forEach((name, g) -> {
            BitSet own = unknown.computeIfAbsent(name, key -> new BitSet());
            for (int i = 0; i < g.size(); i++) {
                own.set(i, own.get(i) || !Double.isFinite(g.at(i)));
            }
        });
        return unknown;
    }

    /**
     * The gradient of the piece around a direction d: {@code f'(x; d)} is linear in d there, so its differences are exact at
     * any step that stays inside. Where those to either side differ, as at the tip of a norm, there is none.
     */
    private Stretch bySlopes(Stretch stretch, Map<String, BitSet> unknown) {
        Map<String, Tensor> piece = new LinkedHashMap<>();
        double here = stretch.ray().slope();
        stretch.gradient().forEach((name, g) -> {
            double[] values = g.values().clone();
            unknown.getOrDefault(name, new BitSet()).stream().forEach(position -> {
                double step = NEARBY
                        * Objects.requireNonNull(around.directions().weights().get(name));
                double up = around.ray(moved(stretch.direction(), name, position, step))
                        .slope();
                double down = around.ray(moved(stretch.direction(), name, position, -step))
                        .slope();
                boolean isLinear =
                        Math.abs(up - 2 * here + down) <= Neighbourhood.ALIKE * (Math.abs(up) + Math.abs(down));
                values[position] = isLinear ? (up - down) / (2 * step) : Double.NaN;
            });
            piece.put(name, Tensor.of(g.shape(), values));
        });
        return new Stretch(stretch.direction(), stretch.ray(), piece);
    }

    private Map<String, Tensor> moved(Map<String, Tensor> direction, String name, int position, double step) {
        Map<String, Tensor> moved = new LinkedHashMap<>(direction);
        Tensor own = direction.getOrDefault(
                name, Tensor.zeros(around.objective().parameter(name).shape()));
        double[] values = own.values().clone();
        values[position] += step;
        moved.put(name, Tensor.of(own.shape(), values));
        return moved;
    }

    /** A direction that lies between pieces at a root gives way to one beside it, if that goes along a piece. */
    Stretch asideOf(Stretch stretch, Map<String, Tensor> random) {
        Map<String, Tensor> aside = new LinkedHashMap<>(random);
        stretch.direction().forEach((name, d) -> {
            double[] values = Objects.requireNonNull(aside.get(name)).values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = d.at(i) + ASIDE * values[i];
            }
            aside.put(name, Tensor.of(d.shape(), values));
        });
        Ray ray = around.ray(aside);
        Stretch beside = whole(new Stretch(aside, ray, ray.gradient()));
        return beside.isPiece() ? beside : stretch;
    }
}
