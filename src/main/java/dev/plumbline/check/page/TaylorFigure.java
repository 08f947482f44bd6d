package dev.plumbline.check.page;

import dev.plumbline.report.figure.Figure;
import dev.plumbline.report.figure.LineChart;
import dev.plumbline.report.figure.LineChart.Line;
import java.util.Arrays;
import java.util.List;

/** The remainders of Taylor's test, and the two lines that they may follow. */
final class TaylorFigure {

    private TaylorFigure() {}

    static Figure of(double[] steps, double[] remainders) {
        int anchor = anchor(steps, remainders);
        List<Line> lines = anchor < 0
                ? List.of(new Line("remainder", "dots", steps, remainders))
                : List.of(
                        new Line("remainder |f(x + h d) − f(x) − h claim·d|", "dots", steps, remainders),
                        power(2, "as h²: the claim is the derivative", steps, remainders, anchor),
                        power(1, "as h: it is not", steps, remainders, anchor));
        return new LineChart(
                        "What is left of the loss when the claim is taken off",
                        "The dots follow the line of h² if the claim is right, and that of h if it is wrong.",
                        "step h",
                        true,
                        "remainder",
                        true,
                        lines,
                        List.of(),
                        List.of())
                .figure();
    }

    /** The largest step with a remainder; -1 for none. */
    private static int anchor(double[] steps, double[] remainders) {
        int anchor = -1;
        for (int i = 0; i < steps.length; i++) {
            boolean isThere = remainders[i] > 0 && Double.isFinite(remainders[i]);
            if (isThere && (anchor < 0 || steps[i] > steps[anchor])) {
                anchor = i;
            }
        }
        return anchor;
    }

    private static Line power(int order, String name, double[] steps, double[] remainders, int anchor) {
        double smallest = Arrays.stream(remainders).filter(r -> r > 0).min().orElse(0) / 10;
        double[] y = Arrays.stream(steps)
                .map(step -> remainders[anchor] * Math.pow(step / steps[anchor], order))
                .map(value -> value < smallest ? Double.NaN : value)
                .toArray();
        return new Line(name, "line", steps, y);
    }
}
