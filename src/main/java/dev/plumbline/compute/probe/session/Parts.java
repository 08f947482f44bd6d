package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Box.Span;
import dev.plumbline.compute.probe.session.Step.Stage;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a wrong tensor is wrong, by marginals: each axis is halved with the others whole. One place an axis is an
 * entry; one axis with few places is a row, a column, a channel; places everywhere are no part.
 */
final class Parts {

    private static final int MOST_ENTRIES = 16;

    private final Probing probing;
    private final int tensor;
    private final Shape shape;

    Parts(Probing probing, int tensor) {
        this.probing = probing;
        this.tensor = tensor;
        this.shape = probing.subject().tensor(tensor).shape();
    }

    /**
     * Where the residual of a line comes from.
     *
     * @param axes by axis, its places; null entries do not occur: a dense axis has one span, all of it
     * @param complete whether the search ended by itself, not by the budget
     */
    record Support(Shape shape, int tensor, List<List<Span>> axes, boolean complete) {

        /** The entries, where each axis has single places and there are few combinations; else none. */
        List<int[]> entries() {
            List<int[]> entries = new ArrayList<>();
            entries.add(new int[shape.rank()]);
            for (int axis = 0; axis < shape.rank(); axis++) {
                List<int[]> longer = new ArrayList<>();
                for (Span span : axes.get(axis)) {
                    for (int i = span.from(); i < span.to() && longer.size() <= MOST_ENTRIES; i++) {
                        for (int[] entry : entries) {
                            int[] next = entry.clone();
                            next[axis] = i;
                            longer.add(next);
                        }
                    }
                }
                entries = longer;
                if (entries.size() > MOST_ENTRIES) {
                    return List.of();
                }
            }
            return entries;
        }

        /**
         * A row, a column, a channel: all places of one axis, or all but one, which turning it round leaves where it is; and a
         * single place of every other axis. None where the tensor has one axis only.
         */
        @Nullable
        Box row() {
            int along = -1;
            for (int axis = 0; axis < shape.rank(); axis++) {
                int places = axes.get(axis).stream().mapToInt(Span::length).sum();
                if (places > 1 && along >= 0) {
                    return null;
                }
                along = places > 1 ? axis : along;
            }
            boolean isRow = along >= 0 && shape.rank() > 1 && isWhole(along);
            return isRow ? hull().with(along, new Span(0, shape.extent(along))) : null;
        }

        private boolean isWhole(int axis) {
            int places = axes.get(axis).stream().mapToInt(Span::length).sum();
            return places >= Math.max(2, shape.extent(axis) - 1);
        }

        /** The smallest box around it all. */
        Box hull() {
            Box box = Box.whole(tensor, shape);
            for (int axis = 0; axis < shape.rank(); axis++) {
                List<Span> spans = axes.get(axis);
                box = box.with(
                        axis,
                        new Span(
                                spans.get(0).from(), spans.get(spans.size() - 1).to()));
            }
            return box;
        }
    }

    /** @param residual of the tensor alone along the line's direction */
    Support search(Line line, double residual, double bound) {
        Direction alone = line.direction().on(probing.interview().set(List.of(tensor)));
        Map<Integer, Halving> halvings = new LinkedHashMap<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            halvings.put(axis, new Halving(new Span(0, shape.extent(axis)), residual, bound));
        }
        boolean complete = true;
        while (complete && halvings.values().stream().anyMatch(h -> !h.asks().isEmpty())) {
            complete = round(line, alone, halvings);
        }
        List<List<Span>> axes = halvings.values().stream()
                .map(halving -> halving.isDense() ? List.of(halving.hull()) : halving.found())
                .toList();
        return new Support(shape, tensor, axes, complete);
    }

    private boolean round(Line line, Direction alone, Map<Integer, Halving> halvings) {
        List<Direction> parts = new ArrayList<>();
        halvings.forEach((axis, halving) -> halving.asks()
                .forEach(span ->
                        parts.add(alone.in(alone.set(), Box.whole(tensor, shape).with(axis, span)))));
        if (!probing.interview().affords(2 * parts.size() + Settings.RESERVE)) {
            return false;
        }
        List<Spot> spots = probing.spots(Stage.PARTS, line, parts);
        int from = 0;
        for (Halving halving : halvings.values()) {
            int count = halving.asks().size();
            if (count > 0) {
                halving.tell(spots.subList(from, from + count));
            }
            from += count;
        }
        return true;
    }
}
