package dev.plumbline.report.figure;

import dev.plumbline.report.figure.Svg.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * A matrix in colours, each cell standing for some rows and columns of a tensor.
 *
 * @param cells (row, column)
 * @param rows how many rows of the tensor it stands for
 * @param columns how many columns of it
 */
public record HeatMap(String title, String description, double[][] cells, int rows, int columns) {

    /** Colours to either side of none. */
    private static final int SHADES = 5;

    private static final double SIZE = 240;

    /** Values of either sign: full colour at {@code largest}, in proportion below. */
    public Figure signed(double largest) {
        return figure(value -> value / largest, "−" + Numbers.of(largest, 3), Numbers.of(largest, 3), true);
    }

    /** Values above 1 in decades, up to {@code decades} of them; what is at most 1 has no colour. */
    public Figure beyondOne(int decades) {
        return figure(
                value -> value <= 1 ? 0 : (0.5 + Math.log10(value) * SHADES / decades) / SHADES,
                "at most 1",
                "1e" + decades + " and more",
                false);
    }

    private Figure figure(DoubleUnaryOperator share, String low, String high, boolean isSigned) {
        int across = cells.length == 0 ? 0 : cells[0].length;
        double side = SIZE / Math.max(1, Math.max(cells.length, across));
        double height = Math.max(side * cells.length, 8);
        double width = Math.max(side * across, 8);
        Svg svg = new Svg(SIZE + 8, height + 34, title + ". " + description);
        svg.rectangle("sheet", 0, 0, width, height);
        Path[] paths = IntStream.rangeClosed(-SHADES, SHADES + 1)
                .mapToObj(shade -> new Path())
                .toArray(Path[]::new); // the last for what is not finite
        for (int row = 0; row < cells.length; row++) {
            int from = 0;
            while (from < across) {
                int shade = shade(cells[row][from], share);
                int to = from + 1;
                while (to < across && shade(cells[row][to], share) == shade) {
                    to++;
                }
                if (shade != 0) {
                    paths[shade + SHADES].field(from * side, row * side, (to - from) * side, side);
                }
                from = to;
            }
        }
        for (int shade = -SHADES; shade <= SHADES + 1; shade++) {
            svg.path(style(shade), paths[shade + SHADES]);
        }
        scale(svg, height + 10, low, high, isSigned);
        return new Figure(title, description, svg.toString(), numbers());
    }

    private static void scale(Svg svg, double top, String low, String high, boolean isSigned) {
        int first = isSigned ? -SHADES : 0;
        double wide = SIZE / (SHADES - first + 1);
        for (int shade = first; shade <= SHADES; shade++) {
            svg.rectangle(shade == 0 ? "sheet" : style(shade), (shade - first) * wide, top, wide, 8);
        }
        svg.text("tick", 0, top + 20, "start", low);
        svg.text("tick", (SHADES - first + 1) * wide, top + 20, "end", high);
    }

    private static String style(int shade) {
        return shade > SHADES ? "odd" : shade < 0 ? "n" + -shade : "p" + shade;
    }

    private static int shade(double value, DoubleUnaryOperator share) {
        double part = share.applyAsDouble(value);
        if (Double.isNaN(part)) {
            return SHADES + 1;
        }
        return (int) Math.max(-SHADES, Math.min(SHADES, Math.rint(part * SHADES)));
    }

    private Table numbers() {
        List<String> columnNames = new ArrayList<>(List.of("rows"));
        int across = cells.length == 0 ? 0 : cells[0].length;
        for (int column = 0; column < across; column++) {
            columnNames.add(span(column, across, columns));
        }
        List<List<String>> lines = new ArrayList<>();
        for (int row = 0; row < cells.length; row++) {
            List<String> line = new ArrayList<>(List.of(span(row, cells.length, rows)));
            for (double value : cells[row]) {
                line.add(Numbers.of(value, 2));
            }
            lines.add(line);
        }
        return new Table(columnNames, lines);
    }

    /** Which of {@code all} a cell stands for. */
    private static String span(int cell, int cells, int all) {
        int from = (int) ((long) cell * all / cells);
        int to = (int) ((long) (cell + 1) * all / cells) - 1;
        return from >= to ? String.valueOf(from) : from + "–" + to;
    }
}
