package dev.plumbline.compute.probe.session;

import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A part of a tensor: one range an axis. */
public record Box(int tensor, List<Span> spans) {

    /** From {@code from} to before {@code to}. */
    public record Span(int from, int to) {

        int length() {
            return to - from;
        }
    }

    public Box {
        spans = List.copyOf(spans);
    }

    static Box whole(int tensor, Shape shape) {
        return new Box(
                tensor,
                IntStream.range(0, shape.rank())
                        .mapToObj(axis -> new Span(0, shape.extent(axis)))
                        .toList());
    }

    static Box entry(int tensor, int[] index) {
        return new Box(
                tensor, IntStream.of(index).mapToObj(i -> new Span(i, i + 1)).toList());
    }

    Box with(int axis, Span span) {
        List<Span> others = new ArrayList<>(spans);
        others.set(axis, span);
        return new Box(tensor, others);
    }

    boolean isWhole(Shape shape) {
        return equals(whole(tensor, shape));
    }

    /** How many entries it has. */
    double size() {
        return spans.stream().mapToDouble(Span::length).reduce(1, (one, other) -> one * other);
    }

    /** As NumPy writes it: {@code [3, :]}, {@code [:, 4:8]}. */
    public String slice(Shape shape) {
        return IntStream.range(0, spans.size())
                .mapToObj(axis -> {
                    Span span = spans.get(axis);
                    return span.length() == shape.extent(axis)
                            ? ":"
                            : span.length() == 1 ? "" + span.from() : span.from() + ":" + span.to();
                })
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
