package dev.plumbline.report.figure;

import dev.plumbline.report.figure.Svg.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Lines and dots over an axis: sweeps of steps, remainders, norms by depth, losses. What a logarithmic axis has no place for
 * is left out of the picture and stands in the table. Of a line of many points the picture has some hundred.
 *
 * @param xLabel what goes to the right
 * @param yLabel what goes up
 * @param levels values of y that are drawn across
 * @param marks values of x that are drawn upright
 */
public record LineChart(
        String title,
        String description,
        String xLabel,
        boolean xLogarithmic,
        String yLabel,
        boolean yLogarithmic,
        List<Line> lines,
        List<Level> levels,
        List<Level> marks) {

    private static final int MOST_POINTS = 240;
    private static final double WIDTH = 520;
    private static final double LEFT = 62;
    private static final double TOP = 24;
    private static final double PLOT_WIDTH = WIDTH - LEFT - 16;
    private static final double PLOT_HEIGHT = 200;

    /**
     * One course of points.
     *
     * @param style {@code line}, {@code dots} or {@code both}
     * @param errors half the length of each point's error bar; null for none
     */
    public record Line(String name, String style, double[] x, double[] y, double @Nullable [] errors) {

        public Line(String name, String style, double[] x, double[] y) {
            this(name, style, x, y, null);
        }

        /** Of each stretch of many points the lowest and the highest: no spike gets lost. */
        private Line thinned() {
            if (x.length <= MOST_POINTS) {
                return this;
            }
            int stretches = MOST_POINTS / 2;
            int[] chosen = IntStream.range(0, stretches)
                    .flatMap(
                            k -> ends((int) ((long) k * x.length / stretches), (int) ((k + 1L) * x.length / stretches)))
                    .toArray();
            return new Line(name, style, of(x, chosen), of(y, chosen), errors == null ? null : of(errors, chosen));
        }

        /** The places of the lowest and the highest value, in their order; of the first where none is a number. */
        private IntStream ends(int from, int to) {
            int low = from;
            int high = from;
            for (int i = from; i < to; i++) {
                low = y[i] < y[low] || Double.isNaN(y[low]) ? i : low;
                high = y[i] > y[high] || Double.isNaN(y[high]) ? i : high;
            }
            return IntStream.of(Math.min(low, high), Math.max(low, high)).distinct();
        }

        private static double[] of(double[] values, int[] chosen) {
            return Arrays.stream(chosen).mapToDouble(i -> values[i]).toArray();
        }
    }

    /** A value by name. */
    public record Level(String name, double value) {}

    /** The picture and its numbers. */
    public Figure figure() {
        List<Line> thinned = lines.stream().map(Line::thinned).toList();
        return new Figure(title, description, svg(thinned), numbers(thinned));
    }

    private String svg(List<Line> shown) {
        Axis x = axis(
                xLabel,
                xLogarithmic,
                DoubleStream.concat(
                        shown.stream().flatMapToDouble(line -> Arrays.stream(line.x())),
                        marks.stream().mapToDouble(Level::value)));
        Axis y = axis(
                yLabel,
                yLogarithmic,
                DoubleStream.concat(
                        shown.stream().flatMapToDouble(LineChart::reach),
                        levels.stream().mapToDouble(Level::value)));
        int keys = shown.size() + levels.size() + marks.size();
        Svg svg = new Svg(WIDTH, TOP + PLOT_HEIGHT + 46 + 17 * keys, title + ". " + description);
        frame(svg, x, y);
        double key = TOP + PLOT_HEIGHT + 54;
        int colour = 0;
        for (Line line : shown) {
            draw(svg, line, x, y, colour);
            key(svg, "s" + colour, line.style().equals("dots"), line.name(), key);
            key += 17;
            colour++;
        }
        for (Level level : levels) {
            if (y.has(level.value())) {
                double height = up(y, level.value());
                svg.line("level s" + colour, LEFT, height, LEFT + PLOT_WIDTH, height);
            }
            key(svg, "level s" + colour, false, level.name() + ": " + Numbers.of(level.value()), key);
            key += 17;
            colour++;
        }
        for (Level mark : marks) {
            if (x.has(mark.value())) {
                double across = right(x, mark.value());
                svg.line("level s" + colour, across, TOP, across, TOP + PLOT_HEIGHT);
            }
            key(svg, "level s" + colour, false, mark.name() + ": " + Numbers.of(mark.value()), key);
            key += 17;
            colour++;
        }
        return svg.toString();
    }

    private static Axis axis(String label, boolean isLogarithmic, DoubleStream values) {
        return isLogarithmic ? Axis.logarithmic(label, values) : Axis.linear(label, values);
    }

    /** The values with the ends of their error bars. */
    private static DoubleStream reach(Line line) {
        double[] errors = line.errors();
        return errors == null
                ? Arrays.stream(line.y())
                : IntStream.range(0, errors.length)
                        .mapToObj(i -> DoubleStream.of(line.y()[i] - errors[i], line.y()[i] + errors[i]))
                        .flatMapToDouble(ends -> ends);
    }

    private static double right(Axis x, double value) {
        return LEFT + PLOT_WIDTH * x.at(value);
    }

    private static double up(Axis y, double value) {
        return TOP + PLOT_HEIGHT * (1 - y.at(value));
    }

    private static void frame(Svg svg, Axis x, Axis y) {
        for (double tick : y.ticks()) {
            double height = up(y, tick);
            svg.line("grid", LEFT, height, LEFT + PLOT_WIDTH, height);
            svg.text("tick", LEFT - 6, height + 4, "end", y.words(tick));
        }
        for (double tick : x.ticks()) {
            double across = right(x, tick);
            svg.line("grid", across, TOP, across, TOP + PLOT_HEIGHT);
            svg.text("tick", across, TOP + PLOT_HEIGHT + 15, "middle", x.words(tick));
        }
        svg.text("label", LEFT + PLOT_WIDTH / 2, TOP + PLOT_HEIGHT + 33, "middle", x.label());
        svg.text("label", 2, TOP - 11, "start", y.label());
    }

    private static void draw(Svg svg, Line line, Axis x, Axis y, int colour) {
        Path course = new Path();
        Path dots = new Path();
        Path bars = new Path();
        boolean down = false; // the pen
        for (int i = 0; i < line.x().length; i++) {
            boolean isThere = x.has(line.x()[i]) && y.has(line.y()[i]);
            if (isThere) {
                double across = right(x, line.x()[i]);
                double height = up(y, line.y()[i]);
                if (down) {
                    course.line(across, height);
                } else {
                    course.move(across, height);
                }
                dots.dot(across, height);
                bar(bars, line, i, across, y);
            }
            down = isThere;
        }
        svg.path("bar s" + colour, bars);
        if (!line.style().equals("dots")) {
            svg.path("course s" + colour, course);
        }
        if (!line.style().equals("line")) {
            svg.path("dots s" + colour, dots);
        }
    }

    private static void bar(Path bars, Line line, int i, double across, Axis y) {
        double[] errors = line.errors();
        if (errors != null && Double.isFinite(errors[i])) {
            bars.move(across, up(y, line.y()[i] - errors[i])).line(across, up(y, line.y()[i] + errors[i]));
        }
    }

    private static void key(Svg svg, String style, boolean isDot, String name, double height) {
        if (isDot) {
            svg.path("dots " + style, new Path().dot(LEFT + 11, height));
        } else {
            svg.path("course " + style, new Path().move(LEFT, height).line(LEFT + 22, height));
        }
        svg.text("key", LEFT + 30, height + 4, "start", Markup.shortened(name, 64));
    }

    private Table numbers(List<Line> shown) {
        List<String> columns = new ArrayList<>(List.of("of", xLabel, yLabel));
        boolean hasErrors = shown.stream().anyMatch(line -> line.errors() != null);
        if (hasErrors) {
            columns.add("± at most");
        }
        List<List<String>> rows = new ArrayList<>();
        for (Line line : shown) {
            for (int i = 0; i < line.x().length; i++) {
                List<String> row = new ArrayList<>(List.of(
                        Markup.shortened(line.name(), 64), Numbers.of(line.x()[i], 6), Numbers.of(line.y()[i], 6)));
                if (hasErrors) {
                    row.add(line.errors() == null ? "" : Numbers.of(line.errors()[i]));
                }
                rows.add(row);
            }
        }
        levels.forEach(level -> rows.add(filled(level.name(), "all", Numbers.of(level.value(), 6), columns.size())));
        marks.forEach(mark -> rows.add(filled(mark.name(), Numbers.of(mark.value(), 6), "all", columns.size())));
        return new Table(columns, rows);
    }

    private static List<String> filled(String name, String x, String y, int columns) {
        return columns == 3 ? List.of(name, x, y) : List.of(name, x, y, "");
    }
}
