package dev.plumbline.check.page;

import dev.plumbline.check.TensorFigures.Rung;
import dev.plumbline.check.TensorFigures.Sweep;
import dev.plumbline.report.figure.Figure;
import dev.plumbline.report.figure.LineChart;
import dev.plumbline.report.figure.LineChart.Level;
import dev.plumbline.report.figure.LineChart.Line;
import dev.plumbline.report.figure.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What finite differences say of one entry, step by step. Where the objective is smooth, how far each difference is from the
 * reference, with its error bound: a U, whose floor lies below the claim's own distance if the claim is wrong. Where it bends,
 * the differences themselves, between the slopes of either side.
 */
final class SweepFigure {

    private SweepFigure() {}

    static Figure of(Sweep sweep) {
        return sweep.bends() ? bent(sweep) : smooth(sweep);
    }

    private static Figure smooth(Sweep sweep) {
        double[] steps = each(sweep, Rung::step);
        List<Level> levels = new ArrayList<>();
        double off = Math.abs(sweep.claimed() - sweep.reference());
        if (off > 0 && Double.isFinite(off)) {
            levels.add(new Level("|claimed − reference|", off));
        }
        return new LineChart(
                        "Entry %s: differences of many steps".formatted(sweep.index()),
                        "Claimed %s, reference %s, by differences %s within %s. A claim whose line lies above the lowest bound is refuted."
                                .formatted(
                                        Numbers.of(sweep.claimed()),
                                        Numbers.of(sweep.reference()),
                                        Numbers.of(sweep.numeric()),
                                        Numbers.of(sweep.errorBound(), 2)),
                        "step h",
                        true,
                        "distance from the reference",
                        true,
                        List.of(
                                new Line(
                                        "|difference − reference|",
                                        "dots",
                                        steps,
                                        each(sweep, rung -> Math.abs(rung.value() - sweep.reference()))),
                                new Line("error bound", "line", steps, each(sweep, Rung::bound)),
                                new Line(
                                        "error bound that was validated",
                                        "both",
                                        steps,
                                        each(sweep, rung -> rung.validated() ? rung.bound() : Double.NaN))),
                        levels,
                        Double.isFinite(sweep.step()) ? List.of(new Level("chosen step", sweep.step())) : List.of())
                .figure();
    }

    private static Figure bent(Sweep sweep) {
        double[] bounds = each(sweep, rung -> {
            double reach = Math.abs(sweep.right() - sweep.left());
            return rung.bound() <= 2 * reach ? rung.bound() : Double.NaN;
        });
        return new LineChart(
                        "Entry %s: the slope is another on either side".formatted(sweep.index()),
                        "On the left %s, on the right %s; claimed %s. A subgradient lies between the two."
                                .formatted(
                                        Numbers.of(sweep.left()),
                                        Numbers.of(sweep.right()),
                                        Numbers.of(sweep.claimed())),
                        "step h",
                        true,
                        "slope",
                        false,
                        List.of(new Line(
                                "central difference",
                                "both",
                                each(sweep, Rung::step),
                                each(sweep, Rung::value),
                                bounds)),
                        List.of(
                                new Level("slope on the left", sweep.left()),
                                new Level("slope on the right", sweep.right()),
                                new Level("claimed", sweep.claimed())),
                        List.of())
                .figure();
    }

    private static double[] each(Sweep sweep, ToDoubleFunction<Rung> number) {
        return sweep.rungs().stream().mapToDouble(number).toArray();
    }
}
