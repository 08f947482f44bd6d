package dev.plumbline.report.figure;

import dev.plumbline.report.figure.Svg.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Claimed entries against reference ones: right ones lie on the line from corner to corner; a factor is another line, a sign
 * the other diagonal, zeros a level one.
 */
public record ScatterPlot(String title, String description, List<Point> points) {

    private static final double SIZE = 240;
    private static final double LEFT = 52;
    private static final double TOP = 14;

    /** An entry. */
    public record Point(String index, double reference, double claimed, boolean isWrong) {}

    /** The picture and its numbers. */
    public Figure figure() {
        Axis axis = Axis.linear(
                "", points.stream().flatMapToDouble(point -> DoubleStream.of(point.reference(), point.claimed())));
        Svg svg = new Svg(LEFT + SIZE + 10, TOP + SIZE + 40, title + ". " + description);
        for (double tick : axis.ticks()) {
            double at = axis.at(tick) * SIZE;
            svg.line("grid", LEFT, TOP + SIZE - at, LEFT + SIZE, TOP + SIZE - at);
            svg.line("grid", LEFT + at, TOP, LEFT + at, TOP + SIZE);
            svg.text("tick", LEFT - 5, TOP + SIZE - at + 4, "end", Numbers.of(tick, 2));
        }
        svg.line("diagonal", LEFT, TOP + SIZE, LEFT + SIZE, TOP);
        Path right = new Path();
        Path wrong = new Path();
        for (Point point : points) {
            if (axis.has(point.reference()) && axis.has(point.claimed())) {
                (point.isWrong() ? wrong : right)
                        .dot(LEFT + axis.at(point.reference()) * SIZE, TOP + (1 - axis.at(point.claimed())) * SIZE);
            }
        }
        svg.path("dots good", right);
        svg.path("dots bad", wrong);
        svg.text("label", LEFT + SIZE / 2, TOP + SIZE + 18, "middle", "reference");
        svg.text("label", 2, TOP - 3, "start", "claimed");
        svg.path("dots bad", new Path().dot(LEFT + 6, TOP + SIZE + 32));
        svg.text("key", LEFT + 14, TOP + SIZE + 36, "start", "wrong");
        svg.path("dots good", new Path().dot(LEFT + 76, TOP + SIZE + 32));
        svg.text("key", LEFT + 84, TOP + SIZE + 36, "start", "right");
        return new Figure(title, description, svg.toString(), numbers());
    }

    private Table numbers() {
        List<List<String>> rows = new ArrayList<>();
        points.forEach(point -> rows.add(List.of(
                point.index(),
                Numbers.of(point.claimed(), 6),
                Numbers.of(point.reference(), 6),
                point.isWrong() ? "wrong" : "right")));
        return new Table(List.of("entry", "claimed", "reference", ""), rows);
    }
}
