package dev.plumbline.report.figure;

import dev.plumbline.report.figure.Svg.Path;
import java.util.stream.DoubleStream;

/** Short bars for the rows of a table, on one logarithmic axis: how far off, with a tick at what rounding explains. */
public final class ErrorBars {

    private static final double WIDTH = 120;
    private static final double HEIGHT = 12;

    private final Axis axis;

    /** @param errors of all rows, and what explains them */
    public ErrorBars(DoubleStream errors) {
        this.axis = Axis.logarithmic("", errors);
    }

    /** From which value to which the bars go. */
    public String words() {
        return "bars from " + axis.range();
    }

    /**
     * One row's. The number stands beside it, so it says nothing to those who do not see it.
     *
     * @param style the class of the bar
     */
    public String bar(String style, double error, double explained) {
        StringBuilder out = new StringBuilder("<svg class=\"errorbar\" viewBox=\"0 0 120 12\" aria-hidden=\"true\">");
        double length =
                Double.isNaN(error) || Double.isInfinite(error) ? WIDTH : axis.has(error) ? axis.at(error) * WIDTH : 0;
        Path bar = new Path();
        if (length > 0) {
            bar.field(0, 2, Math.max(length, 1), HEIGHT - 4);
            out.append("<path class=\"")
                    .append(style)
                    .append("\" d=\"")
                    .append(bar)
                    .append("\"/>");
        }
        if (axis.has(explained)) {
            double at = Math.min(axis.at(explained) * WIDTH, WIDTH - 1);
            out.append("<path class=\"explained\" d=\"")
                    .append(new Path().move(at, 0).line(at, HEIGHT))
                    .append("\"/>");
        }
        return out.append("</svg>").toString();
    }
}
